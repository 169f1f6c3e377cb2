//! An action as people see it.

use db::entity::actions;
use db::kinds::{ActionKind, ActionState};
use db::{ActionId, DbError, ThreadId, UserId};
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asking::Body;
use super::body_place;
use super::content::Content;
use super::outcome::Outcome;
use crate::Business;

/// Something that is to be done, or was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionOut {
    /// Its id.
    pub id: ActionId,
    /// What it does.
    pub kind: ActionKind,
    /// How far it has come.
    pub state: ActionState,
    /// One line.
    pub title: String,
    /// Exactly what it does; its fields are those of the kind.
    #[schema(value_type = Object)]
    pub content: Value,
    /// What a yes is said to: SHA-256 of kind and content.
    pub hash: String,
    /// Whether it waits for a yes, or was done at once.
    pub needs_confirmation: bool,
    /// What is to be looked at twice; where there is anything, a yes needs `accept_warnings`.
    pub warnings: Vec<String>,
    /// Until when it can be taken back; null where it cannot.
    #[schema(required)]
    pub undo_until: Option<Timestamp>,
    /// Why it could not be done, or has not been yet, or what is to be known of how it was.
    #[schema(required)]
    pub error: Option<String>,
    /// Ids of what was made; null while there is nothing.
    #[schema(value_type = Option<Object>, required)]
    pub result: Option<Value>,
    /// The thread that it was asked for in.
    #[schema(required)]
    pub thread_id: Option<ThreadId>,
    /// The question that it was asked by.
    #[schema(required, value_type = Option<String>, format = Uuid)]
    pub query_id: Option<Uuid>,
    /// Who asked.
    pub created_by: UserId,
    /// Who said yes.
    #[schema(required)]
    pub confirmed_by: Option<UserId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When somebody said yes.
    #[schema(required)]
    pub confirmed_at: Option<Timestamp>,
    /// When it was done.
    #[schema(required)]
    pub executed_at: Option<Timestamp>,
    /// Until when a yes counts.
    pub expires_at: Timestamp,
}

/// What people see of an action.
pub async fn show(business: &Business, action: &actions::Model) -> Result<ActionOut, DbError> {
    let keys = business.db().keys(action.workspace_id.0).await?;
    show_with(&keys, action, business.db().now())
}

pub(super) fn show_with(
    keys: &OwnerKeys,
    action: &actions::Model,
    now: Timestamp,
) -> Result<ActionOut, DbError> {
    let body: Body = action.body.open(keys, body_place(action.id))?;
    let outcome = Outcome::open(keys, action)?;
    let is_late = action.state == ActionState::Proposed && action.expires_at <= now.micros();
    // A content that an older version wrote and this one does not understand is still shown.
    let content = Content::read(action.kind, &body.content);
    Ok(ActionOut {
        id: action.id,
        kind: action.kind,
        state: if is_late {
            ActionState::Expired
        } else {
            action.state
        },
        warnings: content.map(|content| body.warnings(&content)).unwrap_or_default(),
        title: body.title,
        content: body.content,
        hash: action.hash.clone(),
        needs_confirmation: action.needs_confirmation,
        undo_until: action
            .undo_until
            .filter(|until| *until > now.micros())
            .map(Timestamp),
        error: outcome.error,
        result: Some(outcome.result).filter(|result| !result.is_null()),
        thread_id: action.thread_id,
        query_id: action.query_id,
        created_by: action.created_by,
        confirmed_by: action.confirmed_by,
        created_at: Timestamp(action.created_at),
        confirmed_at: action.confirmed_at.map(Timestamp),
        executed_at: action.executed_at.map(Timestamp),
        expires_at: Timestamp(action.expires_at),
    })
}
