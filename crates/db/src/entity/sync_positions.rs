//! How far each stream has been read. A position moves only over slices that are complete.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sync_positions")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connector_id: ConnectorId,
    /// The stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// Everything that changed before is in the tables, down to the floor.
    pub cursor_at: Option<i64>,
    /// How far back the history has been read.
    pub floor_at: Option<i64>,
    /// Whether the history has been read to its beginning.
    pub is_filled: bool,
    /// What the last runs found: JSON.
    pub recent: String,
    /// When last changed.
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
