//! Orders, one row each, with the sums of their lines.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[allow(clippy::struct_excessive_bools)] // columns that queries ask for, each by itself
#[sea_orm(table_name = "orders")]
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
    /// The number that people see.
    pub number: String,
    /// `sale` or `credit_note`.
    pub kind: String,
    /// Who bought; none for a guest of whom nothing is known.
    pub customer_id: Option<Uuid>,
    /// The customer's person.
    pub person_id: Option<Uuid>,
    /// `web`, `pos`, …
    pub channel: Option<String>,
    /// The currency of all its amounts.
    pub currency: String,
    /// When it was placed.
    pub placed_at: i64,
    /// When it was cancelled.
    pub cancelled_at: Option<i64>,
    /// Whether it was cancelled.
    pub is_cancelled: bool,
    /// The source's word.
    pub status: String,
    /// `paid`, `pending`, …
    pub financial_status: Option<String>,
    /// Not a real sale.
    pub is_test: bool,
    /// Goods at their price, in minor units.
    pub gross: i64,
    /// Discounts on goods.
    pub discount: i64,
    /// Goods less discounts.
    pub net: i64,
    /// Charged for shipping.
    pub shipping: i64,
    /// All tax.
    pub tax: i64,
    /// Fees, tips, corrections.
    pub other: i64,
    /// What the source says that had to be paid.
    pub total: i64,
    /// Pieces of goods.
    pub units: i64,
    /// Where it went.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// How it was paid.
    pub method: Option<String>,
    /// 0: never, 1: always, 2: where cancelled orders count until they are cancelled.
    pub countable: i32,
    /// Whether it counts under the settings of the workspace.
    pub counted: bool,
    /// Whether it is a real order of a shop, counted or not.
    pub listed: bool,
    /// Whether it is the first counted order of its person.
    pub first_for_person: bool,
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
