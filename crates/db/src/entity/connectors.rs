//! Sources of business data.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, UserId, WorkspaceId};
use crate::sealed::Sealed;
use crate::sync_kinds::ConnectorState;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connectors")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectorId,
    /// The name of its manifest.
    pub kind: String,
    /// What people call it.
    pub name: Sealed,
    /// `sales`, `payments` or `crm`: which numbers it counts for.
    pub role: String,
    /// What its manifest asks for, secrets included.
    pub config: Sealed,
    /// What its webhooks are signed with.
    pub secrets: Option<Sealed>,
    /// What the columns of its files mean, as a person approved it.
    pub layout: Option<Sealed>,
    /// What it said of itself when it was asked.
    pub checked: Option<Sealed>,
    /// Whether it is read.
    pub state: ConnectorState,
    /// Why not.
    pub error: Option<Sealed>,
    /// How many runs failed in a row.
    pub failures: i32,
    /// How many webhooks came whose signature did not fit.
    pub refused_hooks: i64,
    /// When it is read.
    pub schedule_id: Option<Uuid>,
    /// When a run last ended well.
    pub last_sync_at: Option<i64>,
    /// Everything that changed before is in the tables.
    pub fresh_until: Option<i64>,
    /// Who connected it.
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
