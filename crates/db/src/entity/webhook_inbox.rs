//! Webhooks that were accepted. A key that is here has no second effect.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};
use crate::sealed::Sealed;
use crate::sync_kinds::HookState;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_inbox")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connector_id: ConnectorId,
    /// What makes two deliveries the same.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// What the sender was told.
    pub id: Uuid,
    /// What it is about.
    pub topic: String,
    /// What it says.
    pub body: Option<Sealed>,
    /// What became of it.
    pub state: HookState,
    /// Why nothing did.
    pub error: Option<Sealed>,
    /// When.
    pub received_at: i64,
    /// When it was used.
    pub done_at: Option<i64>,
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
