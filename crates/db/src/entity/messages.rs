//! Messages, a tree in each thread. Nothing in it is overwritten by editing: an edit is a sibling.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, ThreadId, UserId, WorkspaceId};
use crate::kinds::{MessageRole, MessageStatus};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// What it follows.
    pub parent_id: Option<MessageId>,
    /// Who wrote it; none for a model.
    pub author_id: Option<UserId>,
    /// Who speaks.
    pub role: MessageRole,
    /// Text and reasoning.
    pub body: Sealed,
    /// Whether it is whole.
    pub status: MessageStatus,
    /// Why it is not, as shown to the person.
    pub error: Option<Sealed>,
    /// Which model wrote it, or was asked to.
    pub model: Option<String>,
    /// Which provider.
    pub provider: Option<String>,
    /// JSON.
    pub usage: Option<String>,
    /// The sender's own id, for repeats.
    pub client_id: Option<String>,
    /// JSON.
    pub metadata: String,
    /// The number of the event that made it.
    pub seq: i64,
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
