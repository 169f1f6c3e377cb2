//! How much may be spent in a day, week or month, and how much was.

use sea_orm::entity::prelude::*;

use crate::ids::{UserId, WorkspaceId};
use crate::kinds::{BudgetPeriod, BudgetScope};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budgets")]
pub struct Model {
    /// The budget.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant; none for a budget of the installation.
    pub workspace_id: Option<WorkspaceId>,
    /// What it is about.
    pub scope: BudgetScope,
    /// Which person, key or model; none for all of it.
    pub subject: Option<String>,
    /// How long before it begins anew.
    pub period: BudgetPeriod,
    /// In millionths of a US dollar.
    pub limit_micros: i64,
    /// Whether it refuses; else it only warns.
    pub hard: bool,
    /// When the present period began.
    pub window_start: i64,
    /// Spent since then.
    pub spent_micros: i64,
    /// Set aside for calls that are on.
    pub reserved_micros: i64,
    /// The period in which it was told that the limit is reached.
    pub warned_at: i64,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: i64,
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
