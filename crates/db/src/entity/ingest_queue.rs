//! Messages on their way into the warehouse.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ingest_queue")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Which kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: String,
    /// The source: its messages keep their order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// The message; rises.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it says, unless it is long.
    pub body: Option<Sealed>,
    /// Where that is otherwise.
    pub object: Option<String>,
    /// How often it was begun.
    pub attempts: i32,
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
