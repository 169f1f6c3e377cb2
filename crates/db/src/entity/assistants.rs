//! Named ways of answering.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assistants")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The assistant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is told.
    pub system_prompt: Option<Sealed>,
    /// How it writes.
    pub style: Option<Sealed>,
    /// Which model it uses.
    pub model: Option<String>,
    /// JSON list.
    pub tools: String,
    /// JSON list.
    pub knowledge: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: i64,
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
