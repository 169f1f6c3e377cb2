//! Every call of a model.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ai_calls")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The call; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// On whose behalf.
    pub user_id: UserId,
    /// The answer it wrote, if any.
    pub message_id: Option<MessageId>,
    /// `chat`, `title`, `analysis`, `api` or `embedding`.
    pub purpose: String,
    /// Who answered, or was tried last.
    pub provider: String,
    /// Which model.
    pub model: String,
    /// `ok` or the error's code.
    pub status: String,
    /// Read, cached ones included.
    pub input_tokens: i64,
    /// Written.
    pub output_tokens: i64,
    /// Read from the provider's cache.
    pub cached_tokens: i64,
    /// Thought.
    pub reasoning_tokens: i64,
    /// Millionths of a US dollar; none if the price is unknown.
    pub cost_micros: Option<i64>,
    /// Until the first word.
    pub first_word_ms: Option<i64>,
    /// Until the end.
    pub total_ms: i64,
    /// JSON: each provider tried and why it failed.
    pub attempts: String,
    /// When it began.
    pub at: i64,
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
