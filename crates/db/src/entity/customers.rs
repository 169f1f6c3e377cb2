//! Customers, as their own records or their orders tell of them.

use sea_orm::entity::prelude::*;

use crate::ids::{ConnectorId, WorkspaceId};
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: WorkspaceId,
    /// A keyed hash of connector and id at the source, or of a guest's address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it came from.
    pub connector_id: ConnectorId,
    /// The id at the source; none for a guest.
    pub source_id: Option<String>,
    /// The same for all customers with the same e-mail address.
    pub person_id: Uuid,
    /// A keyed hash of the address in small letters.
    pub email_hash: Option<Vec<u8>>,
    /// A keyed hash of the name in small letters.
    pub name_hash: Option<Vec<u8>>,
    /// The address.
    pub email: Option<Sealed>,
    /// The name.
    pub name: Option<Sealed>,
    /// Where they live.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Since when they are known.
    pub created_at: Option<i64>,
    /// Whether a record of their own told this; it counts more than what an order tells.
    pub own: bool,
    /// The version of the record that told this.
    pub version: i64,
    /// The record that told this.
    pub seen_in: Uuid,
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
