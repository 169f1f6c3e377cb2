//! Figures over time: what one name measured on one node in one step, all its labels together.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    /// What was measured.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// How long the step is, in seconds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub step: i32,
    /// When it began, in seconds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: i64,
    /// Where; no node where those of all were added.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: Uuid,
    /// Sums and buckets by labels, packed.
    pub data: Vec<u8>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
