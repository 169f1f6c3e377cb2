//! The models that vectors were made by; the vectors of each have a table of their own, because each has its dimensions.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vector_models")]
pub struct Model {
    /// The number in its table's name.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What the model is called, with its version.
    pub model: String,
    /// How many numbers a vector has.
    pub dims: i32,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
