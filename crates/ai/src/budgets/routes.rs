//! The calls about budgets.

use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PathId};
use uuid::Uuid;

use super::kept::{self, BudgetIn, BudgetOut, BudgetPatch};
use crate::Ai;

/// The budget in the path.
pub struct Budget(Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Budget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        PathId::first(parts, state, "budget").await.map(Self)
    }
}

/// Budgets, with what was spent of them.
#[utoipa::path(get, path = "/api/v1/budgets", tag = "models",
    responses((status = 200, body = Listing<BudgetOut>), (status = 403, body = ErrorBody)))]
pub async fn list_budgets(State(ai): State<Ai>, caller: Caller) -> Result<Listing<BudgetOut>, ApiError> {
    Ok(kept::list(&ai, &caller).await?.into())
}

/// A new budget. What was spent in its period before counts.
#[utoipa::path(post, path = "/api/v1/budgets", tag = "models", request_body = BudgetIn,
    responses((status = 201, body = Data<BudgetOut>), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn create_budget(
    State(ai): State<Ai>,
    caller: Caller,
    Json(input): Json<BudgetIn>,
) -> Result<Created<BudgetOut>, ApiError> {
    kept::create(&ai, &caller, input).await.map(Created)
}

/// Another limit.
#[utoipa::path(patch, path = "/api/v1/budgets/{id}", tag = "models", params(("id" = Uuid, Path)), request_body = BudgetPatch,
    responses((status = 200, body = Data<BudgetOut>), (status = 404, body = ErrorBody)))]
pub async fn patch_budget(
    State(ai): State<Ai>,
    caller: Caller,
    Budget(id): Budget,
    Json(patch): Json<BudgetPatch>,
) -> Result<Data<BudgetOut>, ApiError> {
    kept::change(&ai, &caller, id, &patch).await.map(Data::new)
}

/// No limit any more.
#[utoipa::path(delete, path = "/api/v1/budgets/{id}", tag = "models", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
pub async fn delete_budget(
    State(ai): State<Ai>,
    caller: Caller,
    Budget(id): Budget,
) -> Result<Data<Empty>, ApiError> {
    kept::delete(&ai, &caller, id).await?;
    Ok(Data::new(Empty {}))
}
