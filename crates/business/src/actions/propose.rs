//! Making a proposal; what stays in the house and can be undone is done at once.

use std::time::Duration;

use db::entity::actions;
use db::kinds::ActionState;
use db::{ActionId, DbError, Sealed, Tx};
use identity::{Caller, Permission, audit};
use kit::api::ApiError;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;

use super::asking::{Body, Proposal, unsaid};
use super::content::Content;
use super::{access, announce, body_place, perform};
use crate::Business;

/// For how long a yes counts.
pub(super) const COUNTS: Duration = Duration::from_mins(15);
/// How much a proposal may bring to be looked at.
const MOST_WARNINGS: usize = 20;

/// Writes a proposal down, in the caller's transaction. Whoever proposes must be permitted to act. What needs no yes is done
/// in the same transaction, and the action that is answered says so.
pub async fn propose(
    business: &Business,
    tx: &Tx,
    caller: &Caller,
    proposal: Proposal,
) -> Result<actions::Model, ApiError> {
    caller.require(Permission::Act)?;
    access::require_thread(business, caller, proposal.thread_id, "thread_id").await?;
    let content = Content::read(proposal.kind, &proposal.content)?;
    let prepared = perform::prepare(business, caller, &content).await?;
    let mut told = proposal.warnings;
    told.truncate(MOST_WARNINGS);
    let body = Body {
        title: content.title(prepared.named.as_deref()),
        content: content.value(),
        unsaid: unsaid(&content, proposal.said.as_deref()),
        told,
    };
    let keys = business.db().keys(caller.workspace.0).await?;
    let id = ActionId::new();
    let action = actions::Model {
        workspace_id: caller.workspace,
        id,
        kind: proposal.kind,
        state: ActionState::Proposed,
        hash: content.hash(),
        needs_confirmation: prepared.leaves_the_house || !body.warnings(&content).is_empty(),
        body: Sealed::seal(&keys, body_place(id), &body).map_err(DbError::from)?,
        thread_id: proposal.thread_id,
        query_id: proposal.query_id,
        outcome: None,
        created_by: caller.user,
        confirmed_by: None,
        created_at: tx.now().micros(),
        expires_at: tx.now().plus(COUNTS).micros(),
        confirmed_at: None,
        executed_at: None,
        undo_until: None,
    };
    let insert = actions::Entity::insert(action.clone().into_active_model());
    insert
        .exec_without_returning(&**tx)
        .await
        .map_err(DbError::from)?;
    let details = json!({
        "kind": action.kind,
        "hash": action.hash,
        "recipients": content.recipients().len(),
        "unsaid_recipients": body.unsaid.len(),
        "thread_id": action.thread_id,
        "query_id": action.query_id,
    });
    audit(tx, caller, "action.proposed", id, &details).await?;
    if action.needs_confirmation {
        announce(tx, &action).await?;
        return Ok(action);
    }
    perform::perform(business, tx, caller, action, &content).await
}
