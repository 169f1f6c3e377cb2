//! How runs begin: on demand, by the calendar, when something happened.

use std::time::Duration;

use db::entity::{workflow_runs, workflows};
use db::kinds::RunState;
use db::{DbError, Sealed, Tx, WorkflowId, WorkspaceId};
use kit::clock::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::running::RunBody;
use super::{RunStep, Starts, announce_run, keeping, run_place};
use crate::Business;

/// Data changes many times while a source is read: the first change waits this long for the others.
const TOGETHER: Duration = Duration::from_mins(1);

/// What a run begins for.
#[derive(Debug)]
pub(crate) struct Beginning {
    by: &'static str,
    occasion: Option<String>,
    wait: Duration,
}

impl Beginning {
    /// Each time.
    pub fn each(by: &'static str) -> Self {
        Self {
            by,
            occasion: None,
            wait: Duration::ZERO,
        }
    }

    /// Once for this occasion.
    pub fn once(by: &'static str, occasion: String) -> Self {
        Self {
            occasion: Some(occasion),
            ..Self::each(by)
        }
    }
}

/// Begins a run, in the caller's transaction. None where it has run for this occasion already.
pub(crate) async fn begin(
    business: &Business,
    tx: &Tx,
    workflow: &workflows::Model,
    beginning: Beginning,
) -> Result<Option<Uuid>, DbError> {
    use workflow_runs::Column as C;
    let keys = business.db().keys(workflow.workspace_id.0).await?;
    let definition = keeping::open(&keys, workflow)?;
    let id = kit::ids::new_id();
    let body = RunBody {
        name: definition.name,
        steps: definition.steps,
        results: Vec::new(),
    };
    let run = workflow_runs::Model {
        workspace_id: workflow.workspace_id,
        id,
        workflow_id: workflow.id,
        body: Sealed::seal(&keys, run_place(id), &body)?,
        state: RunState::Waiting,
        started_for: beginning.by.to_owned(),
        occasion: beginning.occasion,
        step: 0,
        owner_id: workflow.owner_id,
        created_at: tx.now().micros(),
        finished_at: None,
    };
    let once = OnConflict::columns([C::WorkspaceId, C::WorkflowId, C::Occasion])
        .do_nothing()
        .to_owned();
    let written = workflow_runs::Entity::insert(run.clone().into_active_model())
        .on_conflict(once)
        .exec_without_returning(&**tx)
        .await?;
    if written == 0 {
        return Ok(None);
    }
    tx.job_after(&RunStep::first(workflow.workspace_id, id), beginning.wait)
        .await?;
    announce_run(tx, &run, RunState::Waiting).await?;
    Ok(Some(id))
}

/// Runs a workflow for a slot of its schedule: once, however often it is called. One that is gone or switched off does not
/// run.
pub async fn run_due(
    business: &Business,
    workspace: WorkspaceId,
    workflow: WorkflowId,
    slot: Timestamp,
) -> Result<(), DbError> {
    let found = keeping::find(business, workspace, workflow).await?;
    let Some(workflow) = found.filter(|workflow| workflow.enabled) else {
        return Ok(());
    };
    let tx = business.db().write().await?;
    begin(
        business,
        &tx,
        &workflow,
        Beginning::once("schedule", format!("s:{}", slot.micros())),
    )
    .await?;
    tx.commit().await
}

/// Begins a run of every workflow of a workspace that starts on this event, in the transaction that writes the event. One
/// that has not begun for the last such event yet does not begin twice.
pub async fn on_event(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    event: &str,
    payload: &Value,
) -> Result<(), DbError> {
    let found = workflows::Entity::of(workspace)
        .filter(workflows::Column::OnEvent.eq(event))
        .filter(workflows::Column::Enabled.eq(true))
        .all(&**tx)
        .await?;
    for workflow in found {
        let starts: Starts = serde_json::from_str(&workflow.starts)?;
        if !starts.fits(payload) {
            continue;
        }
        let waiting = workflow_runs::Entity::of(workspace)
            .filter(workflow_runs::Column::WorkflowId.eq(workflow.id))
            .filter(workflow_runs::Column::State.eq(RunState::Waiting))
            .count(&**tx)
            .await?;
        if waiting > 0 {
            continue;
        }
        let wait = if event == "business.changed" {
            TOGETHER
        } else {
            Duration::ZERO
        };
        let beginning = Beginning {
            wait,
            ..Beginning::each("event")
        };
        begin(business, tx, &workflow, beginning).await?;
    }
    Ok(())
}
