//! Who did what. Rows are only ever added.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// The row; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant, where there is one.
    pub workspace_id: Option<WorkspaceId>,
    /// Who, where known.
    pub actor_id: Option<UserId>,
    /// Such as `auth.login`.
    pub action: String,
    /// What it was done to.
    pub target: String,
    /// From where.
    pub address: String,
    /// JSON.
    pub details: String,
    /// When.
    pub at: i64,
    /// Its number in the chain, from 1.
    pub seq: Option<i64>,
    /// Binds it to the row before.
    pub mac: Option<Vec<u8>>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
