//! Actions: what is to be done for a person, shown with its exact content before it is.
//!
//! A proposal ([`propose`]) is stored with the hash of its content. What stays in the house and can be undone is done at
//! once; what leaves it waits for a yes ([`confirm`]) that names the very hash, within a quarter of an hour, and counts
//! once. A mail can be taken back for half a minute ([`cancel`]); what was done inside can be undone for a day, unless it
//! changed since ([`undo`]). Whoever says yes must be permitted to, then and when it is done. Nothing here reads contents
//! for commands: an action is made of fields, and text that came from data is only text.

mod access;
mod asking;
mod confirm;
mod content;
mod listing;
mod outcome;
mod patch;
mod perform;
mod propose;
mod routes;
mod show;
mod undo;

pub use asking::{Proposal, newest_proposal};
pub use confirm::{ConfirmIn, cancel, confirm};
pub use propose::propose;
pub use show::{ActionOut, show};
pub use undo::undo;

pub(crate) use access::require_thread;
pub(crate) use content::digits;
pub(crate) use outcome::{MailEnd, SENT_TWICE, mail_ended};
pub(crate) use routes::routes;

use db::entity::actions;
use db::events::{Event, Scope};
use db::{ActionId, DbError, Tx};
use kit::vault::Place;
use serde_json::json;

/// Where an action's content is sealed for.
fn body_place(action: ActionId) -> Place<'static> {
    Place {
        column: "actions.body",
        row: action.0,
    }
}

/// Where what came of it is sealed for.
fn outcome_place(action: ActionId) -> Place<'static> {
    Place {
        column: "actions.outcome",
        row: action.0,
    }
}

/// Tells the workspace that an action is another now.
async fn announce(tx: &Tx, action: &actions::Model) -> Result<(), DbError> {
    let event = Event {
        scope: Scope::Workspace(action.workspace_id),
        workspace: Some(action.workspace_id),
        kind: "action.changed",
        payload: &json!({ "action_id": action.id, "kind": action.kind, "state": action.state }),
    };
    tx.event(event).await?;
    Ok(())
}
