//! What a workspace has set for its numbers, and the number of their state.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "business_settings")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// Where its days begin (IANA).
    pub time_zone: String,
    /// `monday`, `sunday`, `saturday`.
    pub week_start: String,
    /// In which month its financial year begins, 1 to 12.
    pub fiscal_month: i32,
    /// Which currency is shown first.
    pub currency: Option<String>,
    /// `processed` or `order`: when returns count.
    pub refund_basis: String,
    /// `exclude` or `reverse`: what becomes of cancelled orders.
    pub cancel_policy: String,
    /// Grows with each change of the data or of these settings.
    pub data_version: i64,
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
