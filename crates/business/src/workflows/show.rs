//! Workflows and their runs as people see them.

use db::entity::{workflow_runs, workflows};
use db::kinds::RunState;
use db::{DbError, UserId, WorkflowId, WorkspaceId};
use kit::api::{ApiError, Cursor, Page, PageIn};
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::running::RunBody;
use super::{Starts, Step, keeping, recipients, run_place};
use crate::Business;

/// A workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowOut {
    id: WorkflowId,
    name: String,
    steps: Vec<Step>,
    trigger: Starts,
    /// Whether it runs by itself.
    enabled: bool,
    /// Everybody outside whom it writes to: to save it is to say yes to that.
    recipients: Vec<String>,
    /// Who saved it last: it may do what they may.
    owner_id: UserId,
    #[schema(required)]
    last_run: Option<WorkflowRunOut>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowRunOut {
    id: Uuid,
    workflow_id: WorkflowId,
    state: RunState,
    /// `person`, `action`, `schedule` or `event`.
    started_for: String,
    steps: Vec<WorkflowStepOut>,
    /// Why it failed.
    #[schema(required)]
    error: Option<String>,
    created_at: Timestamp,
    #[schema(required)]
    finished_at: Option<Timestamp>,
}

/// What came of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowStepOut {
    op: &'static str,
    /// `waiting`, `done`, `failed`, or `skipped` after one that failed.
    state: &'static str,
    /// What it says.
    text: String,
    /// Ids of what it made.
    #[schema(value_type = Option<Object>, required)]
    made: Option<Value>,
    #[schema(required)]
    error: Option<String>,
    #[schema(required)]
    at: Option<Timestamp>,
}

fn show_run(keys: &OwnerKeys, run: &workflow_runs::Model) -> Result<WorkflowRunOut, DbError> {
    let body: RunBody = run.body.open(keys, run_place(run.id))?;
    let steps = body
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| match body.results.get(at) {
            Some(result) => WorkflowStepOut {
                op: step.op(),
                state: if result.error.is_some() { "failed" } else { "done" },
                text: result.text.clone(),
                made: Some(result.made.clone()).filter(|made| !made.is_null()),
                error: result.error.clone(),
                at: Some(result.at),
            },
            None => WorkflowStepOut {
                op: step.op(),
                state: if run.state == RunState::Failed {
                    "skipped"
                } else {
                    "waiting"
                },
                text: String::new(),
                made: None,
                error: None,
                at: None,
            },
        });
    Ok(WorkflowRunOut {
        id: run.id,
        workflow_id: run.workflow_id,
        state: run.state,
        started_for: run.started_for.clone(),
        steps: steps.collect(),
        error: body.results.into_iter().find_map(|result| result.error),
        created_at: Timestamp(run.created_at),
        finished_at: run.finished_at.map(Timestamp),
    })
}

/// A run by its id.
pub(super) async fn run(
    business: &Business,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<WorkflowRunOut, ApiError> {
    let keys = business.db().keys(workspace.0).await?;
    let found = workflow_runs::Entity::of(workspace)
        .filter(workflow_runs::Column::Id.eq(id))
        .one(business.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("run"))?;
    Ok(show_run(&keys, &found)?)
}

/// The runs of a workflow, newest first.
pub(super) async fn runs(
    business: &Business,
    workspace: WorkspaceId,
    workflow: WorkflowId,
    page: &PageIn,
) -> Result<Page<WorkflowRunOut>, ApiError> {
    let limit = page.limit()?;
    let after: Option<Uuid> = Cursor::decode(page.cursor.as_deref())?;
    let keys = business.db().keys(workspace.0).await?;
    let mut select =
        workflow_runs::Entity::of(workspace).filter(workflow_runs::Column::WorkflowId.eq(workflow));
    if let Some(after) = after {
        select = select.filter(workflow_runs::Column::Id.lt(after));
    }
    let rows = select
        .order_by_desc(workflow_runs::Column::Id)
        .limit(limit as u64 + 1)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let shown = rows
        .iter()
        .map(|row| show_run(&keys, row))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(shown, limit, |run| Cursor::encode(&run.id)))
}

/// A workflow with its newest run.
pub(super) async fn workflow(business: &Business, row: &workflows::Model) -> Result<WorkflowOut, DbError> {
    let keys = business.db().keys(row.workspace_id.0).await?;
    let definition = keeping::open(&keys, row)?;
    let newest = workflow_runs::Entity::of(row.workspace_id)
        .filter(workflow_runs::Column::WorkflowId.eq(row.id))
        .order_by_desc(workflow_runs::Column::Id)
        .one(business.db().read())
        .await?;
    Ok(WorkflowOut {
        id: row.id,
        name: definition.name,
        recipients: recipients(&definition.steps)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        steps: definition.steps,
        trigger: serde_json::from_str(&row.starts)?,
        enabled: row.enabled,
        owner_id: row.owner_id,
        last_run: newest.map(|run| show_run(&keys, &run)).transpose()?,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

/// The workflows of a workspace, newest first.
pub(super) async fn list(
    business: &Business,
    workspace: WorkspaceId,
    page: &PageIn,
) -> Result<Page<WorkflowOut>, ApiError> {
    let limit = page.limit()?;
    let after: Option<WorkflowId> = Cursor::decode(page.cursor.as_deref())?;
    let mut select = workflows::Entity::of(workspace);
    if let Some(after) = after {
        select = select.filter(workflows::Column::Id.lt(after));
    }
    let rows = select
        .order_by_desc(workflows::Column::Id)
        .limit(limit as u64 + 1)
        .all(business.db().read())
        .await
        .map_err(DbError::from)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        shown.push(workflow(business, row).await?);
    }
    Ok(Page::cut(shown, limit, |workflow| Cursor::encode(&workflow.id)))
}
