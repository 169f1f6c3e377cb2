//! Signed-in devices. A refresh token carries the session and a counter; only the newest counter is good.

use sea_orm::entity::prelude::*;

use crate::ids::{SessionId, UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The tenant of its next access token.
    pub workspace_id: WorkspaceId,
    /// The only counter that refreshes; an older one ends the session.
    pub refresh_counter: i64,
    /// What the device said of itself.
    pub user_agent: String,
    /// Where it came from.
    pub address: String,
    /// When.
    pub created_at: i64,
    /// When it last refreshed.
    pub last_seen_at: i64,
    /// When it ends by itself.
    pub expires_at: i64,
    /// When it was ended.
    pub ended_at: Option<i64>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
