//! Calls about assistants.

use axum::extract::State;
use identity::Caller;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PathId};
use uuid::Uuid;

use crate::Chat;
use crate::assistants::{self, AssistantIn, AssistantOut, AssistantPatch};

/// Assistants of the workspace.
#[utoipa::path(get, path = "/api/v1/assistants", tag = "chat", responses((status = 200, body = Listing<AssistantOut>)))]
pub async fn list_assistants(
    State(chat): State<Chat>,
    caller: Caller,
) -> Result<Listing<AssistantOut>, ApiError> {
    Ok(assistants::list(&chat, &caller).await?.into())
}

/// A new assistant.
#[utoipa::path(post, path = "/api/v1/assistants", tag = "chat", request_body = AssistantIn,
    responses((status = 201, body = Data<AssistantOut>), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn create_assistant(
    State(chat): State<Chat>,
    caller: Caller,
    Json(input): Json<AssistantIn>,
) -> Result<Created<AssistantOut>, ApiError> {
    Ok(Created(assistants::create(&chat, &caller, input).await?))
}

/// The id in the path.
pub struct Id(Uuid);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Id {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Self, ApiError> {
        let ids = PathId::all(parts, state).await?;
        ids.first()
            .copied()
            .map(Self)
            .ok_or_else(|| ApiError::not_found("assistant"))
    }
}

/// Changes an assistant.
#[utoipa::path(patch, path = "/api/v1/assistants/{id}", tag = "chat", params(("id" = Uuid, Path)), request_body = AssistantPatch,
    responses((status = 200, body = Data<AssistantOut>), (status = 404, body = ErrorBody)))]
pub async fn change_assistant(
    State(chat): State<Chat>,
    caller: Caller,
    id: Id,
    Json(patch): Json<AssistantPatch>,
) -> Result<Data<AssistantOut>, ApiError> {
    Ok(Data::new(assistants::change(&chat, &caller, id.0, patch).await?))
}

/// Deletes an assistant.
#[utoipa::path(delete, path = "/api/v1/assistants/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
pub async fn delete_assistant(
    State(chat): State<Chat>,
    caller: Caller,
    id: Id,
) -> Result<Data<Empty>, ApiError> {
    assistants::delete(&chat, &caller, id.0).await?;
    Ok(Data::new(Empty {}))
}
