//! What models said about files.

use sea_orm::entity::prelude::*;

use crate::ids::{FileId, UserId, WorkspaceId};
use crate::kinds::MessageStatus;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_analyses")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The analysis.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The file.
    pub file_id: FileId,
    /// Who asked.
    pub author_id: UserId,
    /// Question and answer.
    pub body: Sealed,
    /// Whether it is whole.
    pub status: MessageStatus,
    /// Which model answered.
    pub model: Option<String>,
    /// Which provider.
    pub provider: Option<String>,
    /// JSON.
    pub usage: Option<String>,
    /// When.
    pub created_at: i64,
    /// Until when the node that writes it is believed to live, by the clock of the store.
    pub leased_until: i64,
    /// Whether somebody asked another node than the writer to end it.
    pub stop_requested: bool,
    /// The asker's own id, for repeats.
    pub client_id: Option<String>,
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
