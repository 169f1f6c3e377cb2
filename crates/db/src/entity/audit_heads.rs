//! Where each chain of the audit trail ends.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_heads")]
pub struct Model {
    /// The workspace; nil for what belongs to none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    /// The number of its newest row.
    pub seq: i64,
    /// That row's.
    pub mac: Vec<u8>,
    /// That this row is ours.
    pub proof: Vec<u8>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
