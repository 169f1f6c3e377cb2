//! The streams of events and how far each has come. The row is the lock that keeps its numbers gapless.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scopes")]
pub struct Model {
    /// `t:<thread>`, `w:<workspace>` or `u:<person>`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// The newest number.
    pub seq: i64,
    /// New after a restore.
    pub epoch: i64,
    /// Counts changes of permission.
    pub acl_ver: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
