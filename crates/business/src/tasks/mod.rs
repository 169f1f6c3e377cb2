//! Tasks of a workspace: what is to be done, by whom, until when. They are seen by everybody who may act in the workspace.

mod change;
mod listing;
mod new;
mod routes;
mod show;

pub(crate) use change::delete_unchanged;
pub use new::NewTask;
pub(crate) use new::{Origin, create, require_assignee};
pub(crate) use routes::routes;

use db::entity::tasks;
use db::events::{Event, Scope};
use db::{DbError, TaskId, Tx};
use kit::vault::Place;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The words of a task, as they are sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Body {
    title: String,
    notes: String,
}

fn place(task: TaskId) -> Place<'static> {
    Place {
        column: "tasks.body",
        row: task.0,
    }
}

/// Tells the workspace that a task is another now, or gone.
async fn announce(tx: &Tx, task: &tasks::Model) -> Result<(), DbError> {
    let event = Event {
        scope: Scope::Workspace(task.workspace_id),
        workspace: Some(task.workspace_id),
        kind: "task.changed",
        payload: &json!({ "task_id": task.id, "state": task.state }),
    };
    tx.event(event).await?;
    Ok(())
}
