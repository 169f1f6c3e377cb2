//! Who may read somebody's thread for a while, and why.

use sea_orm::entity::prelude::*;

use crate::ids::{ThreadId, UserId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread_grants")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The thread.
    pub thread_id: ThreadId,
    /// Who may read it.
    pub user_id: UserId,
    /// Why.
    pub reason: Sealed,
    /// Since when.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
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
