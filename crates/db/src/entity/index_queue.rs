//! What waits to be indexed.

use sea_orm::entity::prelude::*;

use crate::ids::{ThreadId, WorkspaceId};
use crate::kinds::IndexKind;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "index_queue")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Of what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: IndexKind,
    /// The message, thread, file or record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// Its thread: what waits of a thread is forgotten with it.
    pub thread_id: Option<ThreadId>,
    /// Another one each time that it is queued: whoever indexed an older state leaves the row alone.
    pub ticket: Uuid,
    /// How often it was begun.
    pub attempts: i32,
    /// When.
    pub queued_at: i64,
    /// Not before; a worker that has it moves this on.
    pub due_at: i64,
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
