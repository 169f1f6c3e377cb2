//! The lines of refunds.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_lines")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// The refund.
    #[sea_orm(primary_key, auto_increment = false)]
    pub refund_id: Uuid,
    /// From 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_no: i32,
    /// The product.
    pub product_id: Option<Uuid>,
    /// The product's name.
    pub title: Option<String>,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// What kind of thing it is.
    pub category: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// As that of order lines.
    pub told_title: Option<String>,
    /// As that of order lines.
    pub told_category: Option<String>,
    /// How many came back.
    pub quantity: i64,
    /// Their value.
    pub net: i64,
    /// Their tax.
    pub tax: i64,
    /// The refund's.
    pub currency: String,
    /// The refund's.
    pub counts_at: i64,
    /// The refund's.
    pub counted: bool,
    /// The refund's.
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
