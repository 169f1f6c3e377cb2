//! Public keys of passkeys (WebAuthn Level 3).

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    /// The passkey, as its person names it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub user_id: UserId,
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// The key, as the signature check of its algorithm takes it.
    pub public_key: Vec<u8>,
    /// The algorithm, by its number in COSE.
    pub algorithm: i32,
    /// The person's name for it.
    pub name: String,
    /// How often it signed, where it counts.
    pub sign_count: i64,
    /// Whether its person has it on several devices.
    pub backed_up: bool,
    /// When.
    pub created_at: i64,
    /// When last used.
    pub last_used_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
