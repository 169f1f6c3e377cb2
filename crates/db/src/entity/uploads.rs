//! Uploads that come in parts and are not complete.

use sea_orm::entity::prelude::*;

use crate::ids::{FileId, UserId, WorkspaceId};
use crate::kinds::Visibility;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The file that it will be.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    /// Who uploads.
    pub owner_id: UserId,
    /// Its name.
    pub name: Sealed,
    /// Who will see it.
    pub visibility: Visibility,
    /// Bytes, as announced.
    pub size: i64,
    /// Bytes of each part but the last.
    pub part_size: i64,
    /// When.
    pub created_at: i64,
    /// When it is forgotten.
    pub expires_at: i64,
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
