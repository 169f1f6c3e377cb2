//! Files as people see them.

use sea_orm::entity::prelude::*;

use crate::ids::{FileId, UserId, WorkspaceId};
use crate::kinds::{FileStatus, Visibility};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "files")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// Its bytes; none once it was rejected.
    pub blob_id: Option<Uuid>,
    /// Its name.
    pub name: Sealed,
    /// Its media type, by content: `image/png`.
    pub kind: String,
    /// Bytes.
    pub size: i64,
    /// How far it has come.
    pub status: FileStatus,
    /// Who sees it besides those who see a thread that it is attached to.
    pub visibility: Visibility,
    /// Why it was rejected.
    pub reason: Option<Sealed>,
    /// Hash, measures and what else was read from it.
    pub details: Sealed,
    /// JSON: where each step of its processing stands.
    pub steps: String,
    /// How many characters of text were read from it.
    pub text_chars: i64,
    /// The sender's own id, for repeats.
    pub client_id: Option<String>,
    /// When.
    pub created_at: i64,
    /// When last changed.
    pub updated_at: i64,
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
