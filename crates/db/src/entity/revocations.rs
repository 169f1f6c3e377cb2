//! What nodes must not believe any more: ended sessions, revoked tokens, changed roles. Kept for minutes.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revocations")]
pub struct Model {
    /// The revocation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When, by the clock of the store.
    pub at: i64,
    /// Its JSON.
    pub what: String,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
