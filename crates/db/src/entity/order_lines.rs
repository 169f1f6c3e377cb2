//! The lines of orders, with what is asked of them most.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
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
    /// The name as the order told it; `title` is the product's own record's, where there is one.
    pub told_title: Option<String>,
    /// The category as the order told it.
    pub told_category: Option<String>,
    /// `goods`, `gift_card`, `shipping`, `other`.
    pub kind: String,
    /// How many.
    pub quantity: i64,
    /// Price times quantity.
    pub gross: i64,
    /// Its discount.
    pub discount: i64,
    /// Less discount.
    pub net: i64,
    /// Its tax.
    pub tax: i64,
    /// The order's.
    pub currency: String,
    /// The order's.
    pub placed_at: i64,
    /// The order's; goods only.
    pub counted: bool,
    /// The order's; goods only.
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
