//! Codes of an authenticator app (RFC 6238): one secret a person.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What the app and this server share.
    pub secret: Sealed,
    /// Since when it is asked for; before that the person has not shown a code yet.
    pub confirmed_at: Option<i64>,
    /// The time step of the last code that was taken; no code counts twice.
    pub last_step: i64,
    /// Wrong codes since the last right one.
    pub failures: i32,
    /// When the last wrong one came.
    pub failed_at: i64,
    /// When.
    pub created_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
