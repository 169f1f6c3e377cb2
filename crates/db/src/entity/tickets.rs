//! Tickets that open one live connection, within seconds, once.

use sea_orm::entity::prelude::*;

use crate::ids::{SessionId, UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tickets")]
pub struct Model {
    /// SHA-256 of the ticket.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// Whose it is.
    pub user_id: UserId,
    /// In which workspace.
    pub workspace_id: WorkspaceId,
    /// The session that asked for it.
    pub session_id: Option<SessionId>,
    /// The API token that asked for it.
    pub token_id: Option<Uuid>,
    /// Until when.
    pub expires_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
