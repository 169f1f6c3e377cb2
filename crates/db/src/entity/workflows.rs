//! Lists of steps with a name.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkflowId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workflows")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The workflow.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkflowId,
    /// Its name and its steps.
    pub body: Sealed,
    /// When it runs by itself, as JSON.
    pub starts: String,
    /// The event that starts it.
    pub on_event: Option<String>,
    /// The schedule that starts it.
    pub schedule_id: Option<Uuid>,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// Who saved it last: it may do what they may.
    pub owner_id: UserId,
    /// When.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
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
