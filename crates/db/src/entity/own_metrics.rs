//! Metrics that a workspace has declared itself.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "own_metrics")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Its name in calls.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Its name on the page.
    pub label: String,
    /// Metrics, measures and numbers with + - * / and brackets.
    pub expression: String,
    /// `money`, `count`, `percent`.
    pub unit: String,
    /// What it is, in a sentence.
    pub definition: String,
    /// Who declared it.
    pub created_by: UserId,
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
