//! What was asked of somebody who is about to sign in, until they answer: once, and for minutes.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "challenges")]
pub struct Model {
    /// SHA-256 of the token that they hold.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// What for.
    pub kind: String,
    /// Who, where that is known.
    pub user_id: Option<UserId>,
    /// What the answer is compared with.
    pub body: Sealed,
    /// Wrong answers.
    pub attempts: i32,
    /// Until when.
    pub expires_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
