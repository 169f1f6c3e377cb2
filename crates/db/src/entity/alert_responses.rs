//! What was done about an alert by itself.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_responses")]
pub struct Model {
    /// The response.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// About which alert.
    pub alert_id: Uuid,
    /// `throttle`, `lock_session`, `pause_key` or `open_breaker`.
    pub kind: String,
    /// Whom or what it holds back.
    pub target: String,
    /// `active` or `undone`.
    pub state: String,
    /// Since when.
    pub at: i64,
    /// Until when.
    pub undone_at: Option<i64>,
    /// Who took it back; nobody where it ended with its alert.
    pub undone_by: Option<UserId>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
