//! Conversations.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, ThreadId, UserId, WorkspaceId};
use crate::kinds::{Answers, Visibility};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "threads")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThreadId,
    /// Who began it.
    pub owner_id: UserId,
    /// Its title, once it has one.
    pub title: Option<Sealed>,
    /// Who sees it.
    pub visibility: Visibility,
    /// When a model answers; none: as its visibility and members suggest.
    pub answers: Option<Answers>,
    /// The model it asks, or none for the default.
    pub model: Option<String>,
    /// The assistant that answers.
    pub assistant_id: Option<Uuid>,
    /// Kept on top.
    pub pinned: bool,
    /// Put away.
    pub archived: bool,
    /// The newest message of the branch in view.
    pub head_id: Option<MessageId>,
    /// When.
    pub created_at: i64,
    /// When last changed.
    pub updated_at: i64,
    /// When somebody last wrote.
    pub last_message_at: i64,
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
