//! The audit trail: who did what, written in the transaction that does it and bound to what was written before
//! ([`db::trail`]).

mod check;
mod export;
mod list;

use std::net::IpAddr;

use db::entity::audit as rows;
use db::{DbError, Tx, UserId, WorkspaceId};
use serde::Serialize;

pub(crate) use check::{VerifiedOut, check};
pub(crate) use export::{AuditExportQuery, export};
pub(crate) use list::{AuditOut, AuditQuery, list, of_actions};

use crate::caller::Caller;

/// Who is written down.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The tenant, where there is one.
    pub workspace: Option<WorkspaceId>,
    /// The person, where known.
    pub user: Option<UserId>,
    /// From where.
    pub address: IpAddr,
}

impl Actor {
    /// Somebody who acts on the installation as a whole.
    pub fn of_installation(caller: &Caller) -> Self {
        Self {
            workspace: None,
            ..Self::from(caller)
        }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self {
            workspace: Some(caller.workspace),
            user: Some(caller.user),
            address: caller.address,
        }
    }
}

#[allow(clippy::unused_async)] // all that a transaction does is awaited
/// Writes a row: an action (`auth.login`), what it was done to, and further facts (never content or secrets).
pub async fn audit(
    tx: &Tx,
    actor: impl Into<Actor> + Send,
    action: &str,
    target: impl std::fmt::Display + Send,
    details: &(impl Serialize + Sync),
) -> Result<(), DbError> {
    let actor = actor.into();
    tx.trail(rows::Model {
        id: kit::ids::new_id(),
        workspace_id: actor.workspace,
        actor_id: actor.user,
        action: action.to_owned(),
        target: target.to_string(),
        address: actor.address.to_string(),
        details: serde_json::to_string(details)?,
        at: tx.now().micros(),
        seq: None,
        mac: None,
    });
    Ok(())
}
