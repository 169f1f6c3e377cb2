//! What was given back.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// A keyed hash of connector and id at the source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it came from.
    pub connector_id: ConnectorId,
    /// The id at the source.
    pub source_id: String,
    /// `refund`, `credit_note`, or `cancellation`: what a cancelled order takes back.
    pub kind: String,
    /// When it was processed.
    pub refunded_at: i64,
    /// When the order was placed.
    pub placed_at: i64,
    /// When it counts under the settings of the workspace.
    pub counts_at: i64,
    /// Why.
    pub reason: Option<String>,
    /// The currency of all its amounts.
    pub currency: String,
    /// Goods, in minor units.
    pub goods: i64,
    /// Tax.
    pub tax: i64,
    /// Shipping.
    pub shipping: i64,
    /// Corrections.
    pub other: i64,
    /// As that of orders.
    pub countable: i32,
    /// Whether it counts.
    pub counted: bool,
    /// Whether it belongs to a real order of a shop, counted or not.
    pub listed: bool,
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
