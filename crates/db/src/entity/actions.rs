//! What is to be done after a person says yes, and what was done.

use sea_orm::entity::prelude::*;

use crate::ids::{ActionId, ThreadId, UserId, WorkspaceId};
use crate::kinds::{ActionKind, ActionState};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "actions")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The action.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActionId,
    /// What it does.
    pub kind: ActionKind,
    /// How far it has come; a proposal that has expired is still `proposed` here.
    pub state: ActionState,
    /// Its title, its exact content, and what is to be looked at twice.
    pub body: Sealed,
    /// SHA-256 of kind and content: what a yes is said to, in hexadecimal digits.
    pub hash: String,
    /// Whether it waits for a yes.
    pub needs_confirmation: bool,
    /// The thread that it was asked for in.
    pub thread_id: Option<ThreadId>,
    /// The question that it was asked by.
    pub query_id: Option<Uuid>,
    /// What came of it, and how it is taken back.
    pub outcome: Option<Sealed>,
    /// Who asked.
    pub created_by: UserId,
    /// Who said yes.
    pub confirmed_by: Option<UserId>,
    /// When.
    pub created_at: i64,
    /// Until when a yes counts.
    pub expires_at: i64,
    /// When somebody said yes.
    pub confirmed_at: Option<i64>,
    /// When it was done.
    pub executed_at: Option<i64>,
    /// Until when it can be taken back.
    pub undo_until: Option<i64>,
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
