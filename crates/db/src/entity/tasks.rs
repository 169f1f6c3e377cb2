//! What people of a workspace have to do.

use sea_orm::entity::prelude::*;

use crate::ids::{TaskId, ThreadId, UserId, WorkspaceId};
use crate::kinds::TaskState;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// Title and notes.
    pub body: Sealed,
    /// Whether it is done.
    pub state: TaskState,
    /// The day by which, `YYYY-MM-DD`.
    pub due_on: Option<String>,
    /// Who does it.
    pub assignee_id: Option<UserId>,
    /// The thread that it came from.
    pub thread_id: Option<ThreadId>,
    /// The question that it came from.
    pub query_id: Option<Uuid>,
    /// Who wrote it down.
    pub created_by: UserId,
    /// When.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// When it was done.
    pub done_at: Option<i64>,
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
