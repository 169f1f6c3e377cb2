//! The calls of actions.

use axum::extract::State;
use db::ThreadId;
use db::kinds::ActionKind;
use identity::Caller;
use kit::api::{ApiError, Created, Data, ErrorBody, Json, Listing, Problems, Query, Validate};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::AtAction;
use super::listing::{self, ActionQuery};
use super::patch::{self, ActionPatch};
use super::{ActionOut, ConfirmIn, Proposal};
use crate::Business;

/// The calls of actions.
pub(crate) fn routes() -> OpenApiRouter<Business> {
    OpenApiRouter::new()
        .routes(routes!(list_actions, propose_action))
        .routes(routes!(get_action, change_action))
        .routes(routes!(confirm_action))
        .routes(routes!(cancel_action))
        .routes(routes!(undo_action))
}

/// A proposal made by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "email.send",
    "content": { "to": ["ada@example.org"], "subject": "Hello", "body": "Hello Ada" },
}))]
pub(crate) struct ActionIn {
    /// What is to be done.
    kind: ActionKind,
    /// Exactly. `email.send` and `email.draft`: `to`, `cc`, `bcc`, `subject`, `body`. `task.create`: `title`, `notes`,
    /// `due_on`, `assignee_id`. `workflow.run`: `workflow_id`. `connector.sync`: `connector_id`, `full`.
    /// `schedule.create`: `name`, `spec`, `steps`.
    #[schema(value_type = Object)]
    content: Value,
    /// The thread that it belongs to.
    thread_id: Option<ThreadId>,
}

impl Validate for ActionIn {
    fn validate(&self, problems: &mut Problems) {
        problems.check(self.content.is_object(), "content", "The content is an object.");
    }
}

/// Actions, newest first: one's own, and those of the workspace that belong to no thread or to one that one may enter.
#[utoipa::path(get, path = "/api/v1/actions", tag = "actions", params(ActionQuery),
    responses((status = 200, body = Listing<ActionOut>)))]
async fn list_actions(
    State(business): State<Business>,
    caller: Caller,
    Query(query): Query<ActionQuery>,
) -> Result<Listing<ActionOut>, ApiError> {
    Ok(listing::list(&business, &caller, &query).await?.into())
}

/// Proposes an action. What stays in the house and can be undone is done at once; everything else waits for a yes.
#[utoipa::path(post, path = "/api/v1/actions", tag = "actions", request_body = ActionIn,
    responses((status = 201, body = Data<ActionOut>), (status = 409, body = ErrorBody)))]
async fn propose_action(
    State(business): State<Business>,
    caller: Caller,
    Json(input): Json<ActionIn>,
) -> Result<Created<ActionOut>, ApiError> {
    let proposal = Proposal {
        kind: input.kind,
        content: input.content,
        thread_id: input.thread_id,
        query_id: None,
        said: None,
        warnings: Vec::new(),
    };
    let tx = business.db().write().await?;
    let action = super::propose(&business, &tx, &caller, proposal).await?;
    tx.commit().await?;
    Ok(Created(super::show(&business, &action).await?))
}

/// An action.
#[utoipa::path(get, path = "/api/v1/actions/{id}", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ActionOut>), (status = 404, body = ErrorBody)))]
async fn get_action(State(business): State<Business>, at: AtAction) -> Result<Data<ActionOut>, ApiError> {
    Ok(Data::new(super::show(&business, &at.action).await?))
}

/// Changes the content of what is proposed. It has another hash then, so that a yes to what it was before does not count.
#[utoipa::path(patch, path = "/api/v1/actions/{id}", tag = "actions", params(("id" = Uuid, Path)),
    request_body = ActionPatch,
    responses((status = 200, body = Data<ActionOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn change_action(
    State(business): State<Business>,
    at: AtAction,
    Json(patch): Json<ActionPatch>,
) -> Result<Data<ActionOut>, ApiError> {
    let action = patch::change(&business, &at, &patch).await?;
    Ok(Data::new(super::show(&business, &action).await?))
}

/// Says yes to exactly what was shown. It counts once; said again, the same action is answered. An e-mail leaves half a
/// minute later and can be cancelled until then; everything else is done at once.
#[utoipa::path(post, path = "/api/v1/actions/{id}/confirm", tag = "actions", params(("id" = Uuid, Path)),
    request_body = ConfirmIn,
    responses((status = 200, body = Data<ActionOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 410, body = ErrorBody)))]
async fn confirm_action(
    State(business): State<Business>,
    at: AtAction,
    Json(input): Json<ConfirmIn>,
) -> Result<Data<ActionOut>, ApiError> {
    let action = super::confirm(&business, &at.caller, at.action.id, &input).await?;
    Ok(Data::new(super::show(&business, &action).await?))
}

/// Takes back what has not begun: a proposal, or an e-mail that waits.
#[utoipa::path(post, path = "/api/v1/actions/{id}/cancel", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ActionOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn cancel_action(State(business): State<Business>, at: AtAction) -> Result<Data<ActionOut>, ApiError> {
    let action = super::cancel(&business, &at.caller, at.action.id).await?;
    Ok(Data::new(super::show(&business, &action).await?))
}

/// Undoes what was done inside of the house, for a day, unless it was changed since. What has left cannot be undone.
#[utoipa::path(post, path = "/api/v1/actions/{id}/undo", tag = "actions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ActionOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn undo_action(State(business): State<Business>, at: AtAction) -> Result<Data<ActionOut>, ApiError> {
    let action = super::undo(&business, &at.caller, at.action.id).await?;
    Ok(Data::new(super::show(&business, &action).await?))
}
