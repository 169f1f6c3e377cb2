//! What is set aside for a call that is on.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_reservations")]
pub struct Model {
    /// Of which budget.
    #[sea_orm(primary_key, auto_increment = false)]
    pub budget_id: Uuid,
    /// For which call.
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: Uuid,
    /// In millionths of a US dollar.
    pub amount_micros: i64,
    /// When it is given back, if nobody settles it.
    pub expires_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
