//! What is watched, and who is told: of the installation, or of one workspace.

use sea_orm::entity::prelude::*;

use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_settings")]
pub struct Model {
    /// The workspace, or the installation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// JSON: what was chosen for each rule.
    pub rules: String,
    /// Addresses of mail, the webhook and its secret.
    pub recipients: Option<Sealed>,
    /// When.
    pub updated_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
