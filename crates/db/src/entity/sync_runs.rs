//! Runs of syncs, each with the node that works on it.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, SyncRunId, UserId, WorkspaceId};
use crate::sealed::Sealed;
use crate::sync_kinds::{SyncMode, SyncStatus, SyncTrigger};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_runs")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SyncRunId,
    /// Of which source.
    pub connector_id: ConnectorId,
    /// What is read.
    pub mode: SyncMode,
    /// Who wanted it.
    pub trigger: SyncTrigger,
    /// Where it stands.
    pub status: SyncStatus,
    /// Rises with each owner.
    pub fence: i64,
    /// Who works on it.
    pub node: Option<Uuid>,
    /// Until when its owner is believed to live, by the clock of the store.
    pub leased_until: i64,
    /// Whether a person wants it to end.
    pub cancel_requested: bool,
    /// Whether its slices are written down.
    pub is_planned: bool,
    /// How its streams ended: JSON.
    pub streams: String,
    /// Records that the source gave.
    pub records_read: i64,
    /// Of them written, because they were new or changed.
    pub records_written: i64,
    /// Of them not understood.
    pub records_failed: i64,
    /// Why it did not end well.
    pub error: Option<Sealed>,
    /// The file, for an upload.
    pub object: Option<String>,
    /// What tells the same file from others.
    pub fingerprint: Option<Vec<u8>>,
    /// The person who wanted it.
    pub asked_by: Option<UserId>,
    /// When somebody began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// When.
    pub created_at: i64,
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
