//! Products, as their own records tell of them.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// A keyed hash of connector and id at the source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it came from.
    pub connector_id: ConnectorId,
    /// The id at the source.
    pub source_id: String,
    /// Its name.
    pub title: String,
    /// The stock keeping unit, if it has one variant.
    pub sku: Option<String>,
    /// What kind of thing it is.
    pub category: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// `active`, `draft`, `archived`.
    pub status: Option<String>,
    /// The version of its record.
    pub version: i64,
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
