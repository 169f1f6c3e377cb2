//! Records that could not be understood, one by one.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dead_letters")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// The letter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The source.
    pub connector_id: ConnectorId,
    /// The stream.
    pub stream: String,
    /// The record's id, if that much could be read.
    pub source_id: Option<String>,
    /// What makes it the same as another: its id, or a hash.
    pub fingerprint: String,
    /// `read`, `map` or `load`.
    pub stage: String,
    /// What is wrong with it.
    pub error: Sealed,
    /// What came.
    pub body: Sealed,
    /// How often it came.
    pub attempts: i32,
    /// When it came first.
    pub first_seen_at: i64,
    /// When it came last.
    pub last_seen_at: i64,
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
