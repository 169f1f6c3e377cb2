//! A person's settings, one row a key.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settings")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Which setting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Its JSON value.
    pub value: Sealed,
    /// The last writer's clock.
    pub updated_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
