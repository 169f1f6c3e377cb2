//! Accounts elsewhere with which a person signs in here.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    /// The provider's id in the configuration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// Who the person is there; it never changes, as an address may.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Who the person is here.
    pub user_id: UserId,
    /// The address that the provider vouched for last.
    pub email: String,
    /// What their groups there gave them here, as JSON, so that it can be taken back.
    pub granted: String,
    /// When.
    pub linked_at: i64,
    /// When somebody last signed in by it.
    pub last_used_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
