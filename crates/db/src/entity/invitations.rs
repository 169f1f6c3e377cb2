//! Invitations that wait to be accepted.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};
use crate::kinds::Role;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    /// The workspace.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The invitation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// SHA-256 of the link's token.
    pub token_hash: Vec<u8>,
    /// Who invited.
    pub created_by: UserId,
    /// When.
    pub created_at: i64,
    /// Until when.
    pub expires_at: i64,
    /// When it was used.
    pub accepted_at: Option<i64>,
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
