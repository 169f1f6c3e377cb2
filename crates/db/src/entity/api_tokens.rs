//! Tokens for programs.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_tokens")]
pub struct Model {
    /// The tenant it works in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who made it and on whose behalf it acts.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the token; unique.
    pub token_hash: Vec<u8>,
    /// Its first characters, to recognise it.
    pub prefix: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// When.
    pub created_at: i64,
    /// Until when.
    pub expires_at: Option<i64>,
    /// When last used, to the minute.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one workspace; there is no other finder for a tenant's rows.
    pub fn of(workspace: WorkspaceId) -> Select<Self> {
        Self::find().filter(Column::WorkspaceId.eq(workspace))
    }
}
