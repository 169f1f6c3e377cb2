//! What is to be done again and again. One node fires each slot.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedules")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The schedule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is to be done: JSON.
    pub what: String,
    /// When: JSON.
    pub spec: String,
    /// The next slot.
    pub next_due: i64,
    /// The slot that was fired last.
    pub last_slot: Option<i64>,
    /// Whether it rests.
    pub paused: bool,
    /// Why.
    pub message: Option<String>,
    /// How often in a row it came to nothing.
    pub failures: i32,
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
