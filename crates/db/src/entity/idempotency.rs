//! The first answers to repeated POSTs, kept for a day.

use sea_orm::entity::prelude::*;

use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Whose key it is: a person, or an address before sign-in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    /// Method and path.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    /// The `Idempotency-Key`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// SHA-256 of the body.
    pub body_hash: Vec<u8>,
    /// The answer's status; 0 while it is being made.
    pub status: i32,
    /// The answer's body.
    pub answer: Option<Sealed>,
    /// When.
    pub created_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
