//! API tokens.

use axum::extract::State;
use kit::api::{Created, Data, Empty, ErrorBody, Json, Listing};

use super::{CommonErrors, Id};
use crate::api_tokens::{NewTokenOut, TokenIn, TokenOut};
use crate::caller::Caller;
use crate::identity::Identity;
use crate::{Result, api_tokens};

/// List one's API tokens
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "list_tokens", tag = "identity",
    responses((status = 200, description = "Newest first", body = Listing<TokenOut>), CommonErrors))]
pub(crate) async fn list_tokens(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Listing<TokenOut>> {
    api_tokens::list(&identity, &caller).await.map(Listing::from)
}

/// Make an API token
///
/// The token is shown in this answer only.
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "create_token", tag = "identity",
    request_body = TokenIn,
    responses((status = 201, description = "Made", body = Data<NewTokenOut>), CommonErrors))]
pub(crate) async fn create_token(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<TokenIn>,
) -> Result<Created<NewTokenOut>> {
    api_tokens::create(&identity, &caller, input).await.map(Created)
}

/// Revoke an API token
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", operation_id = "revoke_token", tag = "identity",
    params(("id" = Uuid, Path, description = "The token")),
    responses((status = 200, description = "It works no more", body = Data<Empty>),
        (status = 404, description = "There is no such token (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn revoke_token(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
) -> Result<Data<Empty>> {
    api_tokens::revoke(&identity, &caller, id).await?;
    Ok(Data::new(Empty {}))
}
