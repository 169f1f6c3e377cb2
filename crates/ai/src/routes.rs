//! The calls of this room: models, providers and their keys, usage, and the OpenAI-compatible surface.

use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Data, Empty, ErrorBody, Json, Listing, Query};
use providers::ProviderKind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::budgets::routes as budgets;
use crate::embeddings::choice;
use crate::keys::kept::{self, KeyCheckOut, KeyIn, ScopeQuery};
use crate::models::{self, ModelOut, ProviderOut};
use crate::usage::{self, UsageOut, UsageQuery};
use crate::{Ai, Asker, surface};

/// All calls of this room.
pub fn routes(ai: Ai) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_models))
        .routes(routes!(list_providers))
        .routes(routes!(put_key, delete_key))
        .routes(routes!(check_key))
        .routes(routes!(read_usage))
        .routes(routes!(budgets::list_budgets, budgets::create_budget))
        .routes(routes!(budgets::patch_budget, budgets::delete_budget))
        .routes(routes!(surface::chat_completions))
        .routes(routes!(surface::embeddings))
        .routes(routes!(choice::choose_embedding_model))
        .routes(routes!(surface::list_models_openai))
        .with_state(ai)
}

/// The provider in the path.
struct Provider(ProviderKind);

impl<S: Send + Sync> FromRequestParts<S> for Provider {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let missing = |_| ApiError::not_found("provider");
        let axum::extract::Path(name) = axum::extract::Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found("provider"))?;
        Ok(Self(name.parse().map_err(missing)?))
    }
}

pub(crate) fn asker(caller: &Caller) -> Asker {
    Asker {
        workspace: caller.workspace,
        user: caller.user,
    }
}

/// Every model, with price, window, abilities, and whether it can be asked now.
#[utoipa::path(get, path = "/api/v1/models", tag = "models", responses((status = 200, body = Listing<ModelOut>)))]
async fn list_models(State(ai): State<Ai>, caller: Caller) -> Result<Listing<ModelOut>, ApiError> {
    Ok(models::list(&ai, asker(&caller)).await?.into())
}

/// Every provider, with the caller's keys.
#[utoipa::path(get, path = "/api/v1/providers", tag = "models", responses((status = 200, body = Listing<ProviderOut>)))]
async fn list_providers(State(ai): State<Ai>, caller: Caller) -> Result<Listing<ProviderOut>, ApiError> {
    Ok(models::providers(&ai, &caller).await?.into())
}

/// Checks a key with its provider and keeps it.
#[utoipa::path(put, path = "/api/v1/providers/{provider}/key", tag = "models", params(("provider" = String, Path)), request_body = KeyIn,
    responses((status = 200, body = Data<KeyCheckOut>), (status = 422, body = ErrorBody), (status = 424, body = ErrorBody)))]
async fn put_key(
    State(ai): State<Ai>,
    caller: Caller,
    provider: Provider,
    Json(input): Json<KeyIn>,
) -> Result<Data<KeyCheckOut>, ApiError> {
    Ok(Data::new(kept::put(&ai, &caller, provider.0, input).await?))
}

/// Forgets a key.
#[utoipa::path(delete, path = "/api/v1/providers/{provider}/key", tag = "models", params(("provider" = String, Path), ScopeQuery),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_key(
    State(ai): State<Ai>,
    caller: Caller,
    provider: Provider,
    Query(query): Query<ScopeQuery>,
) -> Result<Data<Empty>, ApiError> {
    kept::delete(&ai, &caller, provider.0, query.scope).await?;
    Ok(Data::new(Empty {}))
}

/// Checks a kept key again.
#[utoipa::path(post, path = "/api/v1/providers/{provider}/key/check", tag = "models", params(("provider" = String, Path)), request_body = ScopeIn,
    responses((status = 200, body = Data<KeyCheckOut>), (status = 404, body = ErrorBody)))]
async fn check_key(
    State(ai): State<Ai>,
    caller: Caller,
    provider: Provider,
    Json(input): Json<ScopeIn>,
) -> Result<Data<KeyCheckOut>, ApiError> {
    Ok(Data::new(
        kept::recheck(&ai, &caller, provider.0, input.scope).await?,
    ))
}

/// Whose key.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ScopeIn {
    /// The person's when absent.
    scope: Option<db::kinds::KeyScope>,
}

impl kit::api::Validate for ScopeIn {
    fn validate(&self, _: &mut kit::api::Problems) {}
}

/// Calls, tokens, cost and times, summed by day, model, person or provider.
#[utoipa::path(get, path = "/api/v1/usage", tag = "models", params(UsageQuery), responses((status = 200, body = Data<UsageOut>)))]
async fn read_usage(
    State(ai): State<Ai>,
    caller: Caller,
    Query(query): Query<UsageQuery>,
) -> Result<Data<UsageOut>, ApiError> {
    Ok(Data::new(usage::read(&ai, &caller, &query).await?))
}
