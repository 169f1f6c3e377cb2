//! Everything that changed, in order, with no gaps, for each scope.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_log")]
pub struct Model {
    /// The stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// Its number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The tenant, where there is one.
    pub workspace_id: Option<WorkspaceId>,
    /// Such as `message.created`.
    pub kind: String,
    /// The permissions in force.
    pub acl_ver: i64,
    /// JSON: ids and flags, never content.
    pub payload: String,
    /// When.
    pub at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
