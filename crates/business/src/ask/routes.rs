//! The calls that ask.

use axum::extract::{FromRequestParts, State};
use db::ThreadId;
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::{ApiError, Data, ErrorBody, Json, PathId, Problems, Validate};
use kit::clock::Timestamp;
use questions::catalogue::Language;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::understanding::{Asked, LONGEST, read};
use super::{Answered, answer, kept};
use crate::Business;
use crate::actions::require_thread;

/// The calls of this room.
pub fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(query))
        .routes(routes!(get_query))
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BusinessQuestion)]
#[serde(deny_unknown_fields)]
pub struct QueryIn {
    /// In words, at most 10,000 characters.
    pub question: String,
    /// In which thread: what is said there goes on with what was said before.
    pub thread_id: Option<ThreadId>,
    /// The moment that it is asked at, which makes a question repeatable.
    pub now: Option<Timestamp>,
    /// The asker's time zone; the workspace's when absent.
    pub time_zone: Option<String>,
    /// The language of the answer; the question's when absent.
    pub language: Option<Language>,
}

impl Validate for QueryIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("question", self.question.trim(), 1, LONGEST);
    }
}

/// A caller at a question of theirs.
struct AtQuery {
    caller: Caller,
    id: Uuid,
}

impl<S: Send + Sync> FromRequestParts<S> for AtQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let id = PathId::first(parts, state, "question").await?;
        Ok(Self { caller, id })
    }
}

/// Asks about the business. A number is computed from the data, and comes with the query, the rows and how fresh they are;
/// an action is only proposed.
#[utoipa::path(post, path = "/api/v1/ai/query", tag = "business", request_body = QueryIn,
    responses((status = 200, body = Data<Answered>), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn query(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<QueryIn>,
) -> Result<Data<Answered>, ApiError> {
    caller.require(Permission::ReadBusiness)?;
    require_thread(&business, &caller, input.thread_id, "thread_id").await?;
    let asked = Asked {
        question: input.question.trim(),
        thread: input.thread_id,
        follows: true,
        now: input.now.unwrap_or_else(|| business.db().now()),
        zone: input.time_zone.as_deref(),
        language: input.language,
    };
    let recognised = read(&business, &caller, asked).await?;
    Ok(Data::new(answer(&business, &caller, &recognised).await?))
}

/// An answer of one's own, as it was given: the plan, the queries and the rows.
#[utoipa::path(get, path = "/api/v1/ai/queries/{id}", tag = "business", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<serde_json::Value>), (status = 404, body = ErrorBody)))]
async fn get_query(
    State(business): State<Business>,
    at: AtQuery,
) -> Result<Data<serde_json::Value>, ApiError> {
    at.caller.require(Permission::ReadBusiness)?;
    Ok(Data::new(kept::find(&business, &at.caller, at.id).await?))
}
