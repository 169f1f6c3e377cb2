//! The yes, and taking back what has not begun.

use db::entity::actions;
use db::kinds::ActionState;
use db::{ActionId, DbError, Tx};
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code, Problems, Validate};
use kit::secret::same_secret;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::asking::Body;
use super::content::Content;
use super::{access, announce, body_place, perform};
use crate::{Business, mail};

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmIn {
    /// The hash of what was shown: a yes to anything else does not count.
    pub hash: String,
    /// That the warnings were read, where there are any.
    #[serde(default)]
    pub accept_warnings: bool,
}

impl Validate for ConfirmIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("hash", &self.hash, 1, 200);
    }
}

/// The row, held until the end of the transaction.
pub(super) async fn held(tx: &Tx, action: &actions::Model) -> Result<actions::Model, ApiError> {
    actions::Entity::of(action.workspace_id)
        .filter(actions::Column::Id.eq(action.id))
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("action"))
}

pub(super) fn conflict(sentence: &str) -> ApiError {
    ApiError::new(Code::Conflict, sentence)
}

/// Says yes to exactly this content. It counts once: said again, the same action is answered, and nothing happens twice.
pub async fn confirm(
    business: &Business,
    caller: &Caller,
    id: ActionId,
    input: &ConfirmIn,
) -> Result<actions::Model, ApiError> {
    caller.require(Permission::Act)?;
    let seen = access::find(business, caller, id).await?;
    let keys = business.db().keys(caller.workspace.0).await?;
    let tx = business.db().write().await?;
    let action = held(&tx, &seen).await?;
    if !same_secret(action.hash.as_bytes(), input.hash.as_bytes()) {
        return Err(conflict(
            "This is not what is proposed any more. Look at it again.",
        ));
    }
    match action.state {
        ActionState::Proposed => {}
        ActionState::Cancelled => return Err(conflict("This was cancelled.")),
        // It was said already.
        _ => return Ok(action),
    }
    if action.expires_at <= tx.now().micros() {
        let sentence = "Nobody said yes to this in time. Propose it again.";
        return Err(ApiError::new(Code::Gone, sentence));
    }
    let body: Body = action.body.open(&keys, body_place(id)).map_err(DbError::from)?;
    let content = Content::read(action.kind, &body.content)?;
    let warnings = body.warnings(&content);
    if let Some(first) = warnings.first().filter(|_| !input.accept_warnings) {
        let sentence = format!("This needs a second look: {first}");
        return Err(ApiError::invalid("accept_warnings", sentence));
    }
    // What it names may be gone by now, or closed to whoever says yes.
    perform::prepare(business, caller, &content).await?;
    let details = json!({ "kind": action.kind, "hash": action.hash, "warnings": warnings.len() });
    audit(&tx, caller, "action.confirmed", id, &details).await?;
    let action = perform::perform(business, &tx, caller, action, &content).await?;
    tx.commit().await?;
    Ok(action)
}

/// Takes an action back that nobody confirmed, or that has not begun.
pub async fn cancel(business: &Business, caller: &Caller, id: ActionId) -> Result<actions::Model, ApiError> {
    caller.require(Permission::Act)?;
    let seen = access::find(business, caller, id).await?;
    let tx = business.db().write().await?;
    // The mail first, as those do that send it: two who hold one each would wait for each other.
    let mut is_back = mail::take_back(&tx, caller.workspace, id).await?;
    let action = held(&tx, &seen).await?;
    match action.state {
        ActionState::Cancelled => return Ok(action),
        ActionState::Proposed => {}
        ActionState::Waiting => {
            is_back = is_back || mail::take_back(&tx, caller.workspace, id).await?;
            if !is_back {
                return Err(conflict("This e-mail is on its way and cannot be taken back."));
            }
        }
        _ => return Err(conflict("This was done already and cannot be cancelled.")),
    }
    let kind = action.kind;
    let mut change = action.into_active_model();
    change.state = Set(ActionState::Cancelled);
    change.undo_until = Set(None);
    let action = change.update(&*tx).await.map_err(DbError::from)?;
    audit(&tx, caller, "action.cancelled", id, &json!({ "kind": kind })).await?;
    announce(&tx, &action).await?;
    tx.commit().await?;
    Ok(action)
}
