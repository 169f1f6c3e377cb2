//! Tenants.

use sea_orm::entity::prelude::*;

use crate::ids::WorkspaceId;
use crate::kinds::Plan;
use crate::sealed::Sealed;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workspaces")]
pub struct Model {
    /// The workspace.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Sets limits and sync frequency.
    pub plan: Plan,
    /// What every answer in it is told first.
    pub system_prompt: Option<Sealed>,
    /// The house style.
    pub style: Option<Sealed>,
    /// Used when neither thread nor person names one.
    pub default_model: Option<String>,
    /// `provider/model` that makes its vectors; none is the model inside the binary.
    pub embedding_model: Option<String>,
    /// How many numbers they have.
    pub embedding_dims: Option<i32>,
    /// When.
    pub created_at: i64,
    /// When last changed.
    pub updated_at: i64,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
