//! Changing a proposal: another content, another hash.

use db::entity::actions;
use db::kinds::{ActionKind, ActionState};
use db::{DbError, Sealed};
use identity::{Permission, audit};
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::access::AtAction;
use super::asking::Body;
use super::confirm::{conflict, held};
use super::content::Content;
use super::propose::COUNTS;
use super::{announce, body_place, perform};
use crate::Business;

/// Another content of the same kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "content": { "to": ["ada@example.org"], "subject": "Hello", "body": "Hello Ada" } }))]
pub(crate) struct ActionPatch {
    /// All of it.
    #[schema(value_type = Object)]
    content: Value,
}

impl Validate for ActionPatch {
    fn validate(&self, problems: &mut Problems) {
        problems.check(self.content.is_object(), "content", "The content is an object.");
    }
}

/// Changes what is proposed (or drafted). Whoever writes a recipient in has named them; those that came with the proposal
/// stay marked.
pub(super) async fn change(
    business: &Business,
    at: &AtAction,
    patch: &ActionPatch,
) -> Result<actions::Model, ApiError> {
    at.caller.require(Permission::Act)?;
    let content = Content::read(at.action.kind, &patch.content)?;
    let prepared = perform::prepare(business, &at.caller, &content).await?;
    let keys = business.db().keys(at.action.workspace_id.0).await?;
    let tx = business.db().write().await?;
    let action = held(&tx, &at.action).await?;
    let is_draft = action.kind == ActionKind::EmailDraft && action.state == ActionState::Done;
    if action.state != ActionState::Proposed && !is_draft {
        return Err(conflict("Only what has not been confirmed can be changed."));
    }
    let id = action.id;
    let mut body: Body = action.body.open(&keys, body_place(id)).map_err(DbError::from)?;
    body.title = content.title(prepared.named.as_deref());
    body.content = content.value();
    let mut change = action.into_active_model();
    change.body = Set(Sealed::seal(&keys, body_place(id), &body).map_err(DbError::from)?);
    change.hash = Set(content.hash());
    change.expires_at = Set(tx.now().plus(COUNTS).micros());
    let action = change.update(&*tx).await.map_err(DbError::from)?;
    let details =
        json!({ "kind": content.kind(), "hash": action.hash, "recipients": content.recipients().len() });
    audit(&tx, &at.caller, "action.changed", id, &details).await?;
    announce(&tx, &action).await?;
    tx.commit().await?;
    Ok(action)
}
