//! Undoing what was done inside of the house.

use db::entity::actions;
use db::kinds::{ActionKind, ActionState};
use db::{ActionId, DbError, Tx};
use identity::{Caller, Permission, audit};
use kit::api::ApiError;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::json;

use super::confirm::{cancel, conflict, held};
use super::outcome::{Inverse, Outcome};
use super::{access, announce};
use crate::{Business, sources, tasks, workflows};

/// Undoes an action's effect, if it is inside of the house, not older than a day, and nobody changed it since. What waits to
/// begin is cancelled.
pub async fn undo(business: &Business, caller: &Caller, id: ActionId) -> Result<actions::Model, ApiError> {
    caller.require(Permission::Act)?;
    let seen = access::find(business, caller, id).await?;
    if seen.state == ActionState::Waiting {
        return cancel(business, caller, id).await;
    }
    let keys = business.db().keys(caller.workspace.0).await?;
    let tx = business.db().write().await?;
    let action = held(&tx, &seen).await?;
    match action.state {
        ActionState::Undone => return Ok(action),
        ActionState::Done => {}
        _ => return Err(conflict("There is nothing to undo: this was not done.")),
    }
    let outcome = Outcome::open(&keys, &action)?;
    let inverse = outcome.inverse.ok_or_else(|| conflict(cannot(action.kind)))?;
    if action.undo_until.is_none_or(|until| until <= tx.now().micros()) {
        return Err(conflict("This can be undone for a day, which is over."));
    }
    take_back(&tx, caller, &inverse).await?;
    let kind = action.kind;
    let mut change = action.into_active_model();
    change.state = Set(ActionState::Undone);
    change.undo_until = Set(None);
    let action = change.update(&*tx).await.map_err(DbError::from)?;
    audit(&tx, caller, "action.undone", id, &json!({ "kind": kind })).await?;
    announce(&tx, &action).await?;
    tx.commit().await?;
    Ok(action)
}

/// Why there is no way back.
const fn cannot(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::EmailSend => "An e-mail that has left cannot be taken back. Write a correction instead.",
        ActionKind::WorkflowRun => "What a workflow did cannot be undone as a whole.",
        _ => "This cannot be undone.",
    }
}

async fn take_back(tx: &Tx, caller: &Caller, inverse: &Inverse) -> Result<(), ApiError> {
    let is_back = match inverse {
        Inverse::Draft => true,
        Inverse::Task { id, updated_at } => tasks::delete_unchanged(tx, caller, *id, *updated_at).await?,
        Inverse::Workflow { id, updated_at } => {
            workflows::delete_unchanged(tx, caller, *id, *updated_at).await?
        }
        Inverse::Sync { connector, run } => {
            if !sources::stop(tx, caller, *connector, *run).await? {
                return Err(conflict("What was fetched is there; this cannot be undone."));
            }
            true
        }
    };
    if is_back {
        Ok(())
    } else {
        Err(conflict(
            "It was changed since, so that undoing would lose something. Change it by hand.",
        ))
    }
}
