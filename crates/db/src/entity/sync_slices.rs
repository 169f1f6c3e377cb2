//! Parts of the streams of a run: what changed between two moments.

use sea_orm::entity::prelude::*;

use crate::ids::{SyncRunId, WorkspaceId};
use crate::sync_kinds::SliceState;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_slices")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: SyncRunId,
    /// The stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// In the order in which they are read.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i32,
    /// Not before; none: from the beginning.
    pub from_at: Option<i64>,
    /// Before.
    pub to_at: i64,
    /// Whether the position moves to its end; else the history is filled down to its beginning.
    pub moves_cursor: bool,
    /// Where it stands.
    pub state: SliceState,
    /// Counts how often its reading was begun: pages of an earlier one do not count.
    pub epoch: i32,
    /// Records that the source gave.
    pub records_read: i64,
    /// Of them written.
    pub records_written: i64,
    /// Of them not understood.
    pub records_failed: i64,
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
