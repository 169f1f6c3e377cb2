//! Runs of workflows.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkflowId, WorkspaceId};
use crate::kinds::RunState;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workflow_runs")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of which workflow.
    pub workflow_id: WorkflowId,
    /// The name and the steps as they were when it began, and what came of each.
    pub body: Sealed,
    /// How far it has come.
    pub state: RunState,
    /// `person`, `action`, `schedule` or `event`.
    pub started_for: String,
    /// What it runs for; one run each.
    pub occasion: Option<String>,
    /// The step that is next, from 0.
    pub step: i32,
    /// With whose permissions.
    pub owner_id: UserId,
    /// When.
    pub created_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one workspace; there is no other finder for a tenant's rows.
    pub fn of(workspace: WorkspaceId) -> Select<Self> {
        Self::find().filter(Column::WorkspaceId.eq(workspace))
    }
}
