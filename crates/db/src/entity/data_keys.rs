//! Data keys, wrapped by a master key: one row for each owner (a workspace, a person, the instance) and number.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub struct Model {
    /// The workspace, the person, or the nil id for the instance.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// Counts up at each rotation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The key, sealed by a master key.
    pub wrapped: Vec<u8>,
    /// When.
    pub created_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
