//! Keys to AI providers, of a person or of a workspace.

use sea_orm::entity::prelude::*;

use crate::kinds::KeyScope;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_keys")]
pub struct Model {
    /// The person or the workspace.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// Which provider.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// Whose it is.
    pub scope: KeyScope,
    /// The key.
    pub key: Sealed,
    /// What may be shown of it.
    pub masked: String,
    /// For compatible servers.
    pub base_url: Option<String>,
    /// Whether its address may lie in a private network: an administrator said so.
    pub reach_private: bool,
    /// What the last check said.
    pub is_valid: bool,
    /// Why not.
    pub error: Option<String>,
    /// When it was checked.
    pub checked_at: i64,
    /// When.
    pub created_at: i64,
    /// When last changed.
    pub updated_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
