//! Pieces of texts that are found: where they lie, and never what they say.

use sea_orm::entity::prelude::*;

use crate::ids::{ThreadId, UserId, WorkspaceId};
use crate::kinds::IndexKind;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chunks")]
pub struct Model {
    /// The piece; its words and vectors have the same number. Later ones have higher numbers.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The tenant.
    pub workspace_id: WorkspaceId,
    /// Of what.
    pub kind: IndexKind,
    /// The message, thread, file or record.
    pub source_id: Uuid,
    /// The thread that gives the right to see it; none for files and records.
    pub thread_id: Option<ThreadId>,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// The page of a file; none for its name.
    pub page: Option<i32>,
    /// From 0, within the source.
    pub part: i32,
    /// Where it begins, in bytes of the opened text.
    pub start: i32,
    /// Where it ends.
    pub stop: i32,
    /// How many tokens it has, for the ranking.
    pub tokens_count: i32,
    /// A keyed hash of the whole piece: the same text has the same.
    pub twin: i64,
    /// When the source was made.
    pub created_at: i64,
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
