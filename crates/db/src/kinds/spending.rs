//! What budgets are about.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a budget is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum BudgetScope {
    /// All calls of the workspace.
    #[sea_orm(string_value = "workspace")]
    Workspace,
    /// Those of one person in it.
    #[sea_orm(string_value = "user")]
    User,
    /// Those by one provider key.
    #[sea_orm(string_value = "key")]
    Key,
    /// Those of one model.
    #[sea_orm(string_value = "model")]
    Model,
    /// All calls of the installation.
    #[sea_orm(string_value = "instance")]
    Instance,
}

/// How long before a budget begins anew, in UTC.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum BudgetPeriod {
    /// From midnight to midnight.
    #[sea_orm(string_value = "day")]
    Day,
    /// From Monday.
    #[sea_orm(string_value = "week")]
    Week,
    /// From the first.
    #[sea_orm(string_value = "month")]
    Month,
}
