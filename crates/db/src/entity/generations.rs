//! Answers that are being written, each with the node that writes it. The row goes when the answer ends.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, ThreadId, UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "generations")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The answer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// On whose account it is written.
    pub asked_by: UserId,
    /// The node that writes it.
    pub node: Uuid,
    /// This writing of it; each going on is another one.
    pub run: Uuid,
    /// Rises with each owner.
    pub fence: i64,
    /// Until when its owner is believed to live, by the clock of the store.
    pub leased_until: i64,
    /// Whether somebody asked another node than the owner to end it.
    pub stop_requested: bool,
    /// Whether its owner stopped and wants another node to go on.
    pub handed_over: bool,
    /// How often it was gone on with unasked.
    pub continued: i32,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one workspace; the lease keeper alone looks at all.
    pub fn of(workspace: WorkspaceId) -> Select<Self> {
        Self::find().filter(Column::WorkspaceId.eq(workspace))
    }
}
