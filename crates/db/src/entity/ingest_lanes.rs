//! What waits for one source, in order; whoever works on a lane has it alone.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ingest_lanes")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Which kind of messages.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// The source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// How many messages wait.
    pub waiting: i64,
    /// Rises with each owner.
    pub fence: i64,
    /// Until when its owner is believed to live.
    pub leased_until: i64,
    /// Not before.
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
