//! People.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// As the person wrote it.
    pub email: String,
    /// Lower case, for finding; unique.
    pub email_key: String,
    /// Shown to others.
    pub full_name: String,
    /// Argon2id in PHC format; none for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// Administers the installation.
    pub is_instance_admin: bool,
    /// When.
    pub created_at: i64,
    /// When last changed.
    pub updated_at: i64,
    /// Since when they may not sign in.
    pub disabled_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
