//! Workflows: a list of steps with a name, run on demand, by the calendar, or when something happens.
//!
//! The steps come from a closed list and are checked before they are stored (`checked_steps`); what a step says may name
//! earlier ones and numbers by placeholders of a closed grammar ([`placeholders`]). A run keeps the steps as they were when
//! it began; each step is a job of its own, whose effect is written in one transaction with its result, so that a server
//! that dies repeats none. Steps do what the owner of the workflow (who saved it last) may do at that time. An e-mail step
//! counts as confirmed by the saving: its recipients are written down there, and no placeholder can add one.

mod beginning;
mod definition;
mod keeping;
mod numbers;
mod placeholders;
mod routes;
mod running;
mod show;
mod starts;
mod steps;

pub(crate) use beginning::{Beginning, begin};
pub use beginning::{on_event, run_due};
pub use definition::{PostStep, Step, SyncStep, TaskStep};
pub(crate) use definition::{check_name, checked_steps, recipients, require_things};
pub(crate) use keeping::{WorkflowIn, create, definition, delete_unchanged, find, find_by_name};
pub use numbers::{DaysAsked, NumberAsked};
pub(crate) use routes::routes;
pub(crate) use running::RunStep;
pub use starts::Starts;
pub(crate) use starts::check_times;

use db::entity::workflows;
use db::events::{Event, Scope};
use db::kinds::RunState;
use db::{DbError, Tx, WorkflowId};
use kit::vault::Place;
use serde_json::json;
use uuid::Uuid;

fn place(workflow: WorkflowId) -> Place<'static> {
    Place {
        column: "workflows.body",
        row: workflow.0,
    }
}

fn run_place(run: Uuid) -> Place<'static> {
    Place {
        column: "workflow_runs.body",
        row: run,
    }
}

/// Tells the workspace that a workflow is another now, or gone.
async fn announce(tx: &Tx, workflow: &workflows::Model) -> Result<(), DbError> {
    let event = Event {
        scope: Scope::Workspace(workflow.workspace_id),
        workspace: Some(workflow.workspace_id),
        kind: "workflow.changed",
        payload: &json!({ "workflow_id": workflow.id }),
    };
    tx.event(event).await?;
    Ok(())
}

/// Tells the workspace how far a run has come.
async fn announce_run(
    tx: &Tx,
    run: &db::entity::workflow_runs::Model,
    state: RunState,
) -> Result<(), DbError> {
    let event = Event {
        scope: Scope::Workspace(run.workspace_id),
        workspace: Some(run.workspace_id),
        kind: "workflow.changed",
        payload: &json!({ "workflow_id": run.workflow_id, "run_id": run.id, "state": state }),
    };
    tx.event(event).await?;
    Ok(())
}
