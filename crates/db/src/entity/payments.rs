//! Money that moved.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[allow(clippy::struct_excessive_bools)] // columns that queries ask for, each by itself
#[sea_orm(table_name = "payments")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// A keyed hash of connector and id at the source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it came from.
    pub connector_id: ConnectorId,
    /// The id at the source.
    pub source_id: String,
    /// The order, where known.
    pub order_id: Option<Uuid>,
    /// Who paid, where known.
    pub customer_id: Option<Uuid>,
    /// Whether the order's own record told it: it is replaced with the order.
    pub with_order: bool,
    /// `charge`, `refund`, `dispute`, `fee`, `payout`.
    pub kind: String,
    /// `card`, `paypal`, …
    pub method: Option<String>,
    /// `succeeded`, `pending`, `failed`.
    pub status: String,
    /// When.
    pub paid_at: i64,
    /// The currency of its amounts.
    pub currency: String,
    /// How much, in minor units; the kind says which way.
    pub amount: i64,
    /// What the service kept.
    pub fee: i64,
    /// Not real money.
    pub is_test: bool,
    /// Whether it is real money that has arrived.
    pub counted: bool,
    /// Whether it is real money, arrived or not.
    pub listed: bool,
    /// Whether a payment service told it, and not the shop.
    pub is_service: bool,
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
