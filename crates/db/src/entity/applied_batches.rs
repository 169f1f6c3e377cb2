//! Which batches of a run have been written: one that comes again does nothing.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, SyncRunId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applied_batches")]
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
    /// The slice of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: i64,
    /// The batch of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Of which connector.
    pub connector_id: ConnectorId,
    /// When.
    pub applied_at: i64,
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
