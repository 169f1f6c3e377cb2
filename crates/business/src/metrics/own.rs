//! Metrics that a workspace declares itself.

use db::entity::own_metrics;
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code, Problems, Validate};
use questions::catalogue::Unit;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::find::{self, meaning, unit_word};
use super::model::{Metric, model};
use super::parse::parse;
use crate::Business;
use crate::warehouse::{changed, lock_of};

/// The most of a workspace.
const MOST: u64 = 100;

/// A metric that is declared.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricIn {
    /// Its name in calls: small letters, digits and `_`.
    pub id: String,
    /// Its name on the page.
    pub label: String,
    /// Metrics, measures and numbers with + - * / and brackets, such as `revenue - fees`.
    pub expression: String,
    /// What its number is.
    pub unit: Unit,
    /// What it is, in a sentence.
    #[serde(default)]
    pub definition: String,
}

impl Validate for MetricIn {
    fn validate(&self, problems: &mut Problems) {
        let is_name = self.id.len() <= 40
            && self.id.starts_with(|c: char| c.is_ascii_lowercase())
            && self
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        problems.check(
            is_name,
            "id",
            "A name is a small letter and up to 39 small letters, digits or '_'.",
        );
        let is_free = meaning(&self.id).is_none() && model().dimension(&self.id).is_none();
        problems.check(is_free, "id", "This name means something already.");
        problems.length("label", &self.label, 1, 80);
        problems.length("expression", &self.expression, 1, super::parse::LONGEST);
        problems.length("definition", &self.definition, 0, 500);
        match parse(&self.expression, &meaning) {
            Err(why) => problems.check(false, "expression", why),
            Ok(formula) => {
                let is_money = |name: &str| model().measures.get(name).is_some_and(|m| m.money);
                let is_right = match formula.power(&is_money) {
                    Err(why) => {
                        problems.check(false, "expression", why);
                        return;
                    }
                    Ok(power) => power == i32::from(self.unit == Unit::Money),
                };
                problems.check(
                    !formula.measures().is_empty(),
                    "expression",
                    "There is no metric in it.",
                );
                problems.check(
                    is_right,
                    "unit",
                    "The expression gives another unit: money times or divided by numbers is money, money divided by \
                     money is not.",
                );
            }
        }
    }
}

/// Declares a metric.
pub(crate) async fn create(
    business: &Business,
    caller: &Caller,
    input: MetricIn,
) -> Result<Metric, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let workspace = caller.workspace;
    let tx = business.db().write().await?;
    tx.alone(lock_of(workspace)).await?;
    let count = own_metrics::Entity::of(workspace)
        .count(&*tx)
        .await
        .map_err(db::DbError::from)?;
    if count >= MOST {
        return Err(ApiError::new(
            Code::Conflict,
            format!("A workspace has at most {MOST} metrics of its own."),
        ));
    }
    let row = own_metrics::ActiveModel {
        workspace_id: Set(workspace),
        id: Set(input.id.clone()),
        label: Set(input.label.trim().to_owned()),
        expression: Set(input.expression.trim().to_owned()),
        unit: Set(unit_word(input.unit).to_owned()),
        definition: Set(input.definition.trim().to_owned()),
        created_by: Set(caller.user),
        created_at: Set(tx.now().micros()),
    };
    own_metrics::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .map_err(|error| match db::DbError::from(error) {
            error if error.is_duplicate() => {
                ApiError::new(Code::Conflict, "There is a metric of this name already.")
            }
            error => error.into(),
        })?;
    changed(&tx, workspace).await?;
    audit(&tx, caller, "metric.created", &input.id, &json!({})).await?;
    tx.commit().await?;
    find::metric(business, workspace, &input.id).await
}

/// Forgets a metric.
pub(crate) async fn delete(business: &Business, caller: &Caller, id: &str) -> Result<(), ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let tx = business.db().write().await?;
    tx.alone(lock_of(caller.workspace)).await?;
    let gone = own_metrics::Entity::delete_many()
        .filter(own_metrics::Column::WorkspaceId.eq(caller.workspace))
        .filter(own_metrics::Column::Id.eq(id))
        .exec(&*tx)
        .await
        .map_err(db::DbError::from)?;
    if gone.rows_affected == 0 {
        return Err(ApiError::not_found("metric"));
    }
    changed(&tx, caller.workspace).await?;
    audit(&tx, caller, "metric.deleted", id, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}
