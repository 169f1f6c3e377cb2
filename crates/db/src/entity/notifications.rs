//! What somebody is told of. The words are those of the message, opened when they are shown.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, ThreadId, UserId, WorkspaceId};
use crate::kinds::NotificationKind;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The notification.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who is told.
    pub user_id: UserId,
    /// Why.
    pub kind: NotificationKind,
    /// The thread.
    pub thread_id: ThreadId,
    /// The message, where there is one.
    pub message_id: Option<MessageId>,
    /// Who did it.
    pub actor_id: UserId,
    /// The number of the thread's event that it is about.
    pub seq: i64,
    /// When.
    pub created_at: i64,
    /// When it was read.
    pub read_at: Option<i64>,
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
