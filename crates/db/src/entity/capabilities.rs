//! What connectors have told of: not connected is not zero.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "capabilities")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The connector.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connector_id: ConnectorId,
    /// `order`, `refund`, `payment`, `customer`, `product`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entity: String,
    /// `sales`, `payments`, `crm`.
    pub role: String,
    /// Whether anything has come.
    pub has_data: bool,
    /// When the newest was fetched.
    pub fresh_at: i64,
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
