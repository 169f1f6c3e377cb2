//! The newest body of each record of a source, sealed.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "raw_records")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// A keyed hash of connector, stream and id at the source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it came from.
    pub connector_id: ConnectorId,
    /// Such as `orders`.
    pub stream: String,
    /// Its id at the source.
    pub source_id: String,
    /// Grows with each change at the source.
    pub version: i64,
    /// A keyed hash of the body: the same body is not written again.
    pub body_hash: Vec<u8>,
    /// The body; none once the source said that the record is gone.
    pub body: Option<Sealed>,
    /// Whether the source says that it is gone.
    pub deleted: bool,
    /// What it means in the canonical tables: a letter and an id for each row.
    pub made: Vec<u8>,
    /// When.
    pub fetched_at: i64,
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
