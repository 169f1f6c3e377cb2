//! Budgets as administrators make, see and change them.

use std::collections::HashMap;

use db::entity::{ai_calls, budgets, members, users};
use db::kinds::{BudgetPeriod, BudgetScope};
use db::{DbError, UserId, WorkspaceId};
use identity::{Actor, Caller, Permission, audit};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use providers::ProviderKind;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::period;
use crate::Ai;
use crate::keys::key_name;

/// Millionths of a dollar in a cent.
const CENT: i64 = 10_000;
/// The largest limit, in cents.
const MOST: i64 = 100_000_000_000;

/// A budget.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetOut {
    /// The budget.
    pub id: Uuid,
    /// What it is about.
    pub scope: BudgetScope,
    /// Which person, key (`owner:provider`) or model (`provider/model`); null for all of it.
    #[schema(required)]
    pub subject_id: Option<String>,
    /// Its name for people.
    pub subject_name: String,
    /// How long before it begins anew.
    pub period: BudgetPeriod,
    /// In cents.
    pub limit_minor: i64,
    /// `USD`: prices of models are in dollars.
    pub currency: &'static str,
    /// Whether it refuses; else it only warns.
    pub hard: bool,
    /// Spent in this period, in cents, rounded up.
    pub spent_minor: i64,
    /// Set aside for calls that are on, in cents, rounded up.
    pub reserved_minor: i64,
    /// When it begins anew.
    pub resets_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A new budget.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "scope": "workspace", "period": "month", "limit_minor": 100_000, "hard": false }))]
pub struct BudgetIn {
    /// What it is about.
    pub scope: BudgetScope,
    /// The person's id, the provider whose workspace key it is (or `owner:provider`), or `provider/model`.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// How long before it begins anew.
    pub period: BudgetPeriod,
    /// In cents, from 1.
    #[schema(example = 1000)]
    pub limit_minor: i64,
    /// `USD`, the currency of the prices.
    #[serde(default)]
    #[schema(example = "USD")]
    pub currency: Option<String>,
    /// Whether it refuses; it does unless told.
    #[serde(default)]
    pub hard: Option<bool>,
}

impl Validate for BudgetIn {
    fn validate(&self, problems: &mut Problems) {
        check_limit(self.limit_minor, problems);
        let is_usd = self.currency.as_deref().is_none_or(|c| c == "USD");
        problems.check(is_usd, "currency", "Prices are in USD, and so are budgets.");
        problems.optional_length("subject_id", self.subject_id.as_ref(), 1, 300);
    }
}

/// A changed budget.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetPatch {
    /// In cents, from 1.
    pub limit_minor: Option<i64>,
    /// Whether it refuses.
    pub hard: Option<bool>,
}

impl Validate for BudgetPatch {
    fn validate(&self, problems: &mut Problems) {
        if let Some(limit) = self.limit_minor {
            check_limit(limit, problems);
        }
    }
}

fn check_limit(limit: i64, problems: &mut Problems) {
    let message = "A limit is between 1 and 100000000000 cents.";
    problems.check((1..=MOST).contains(&limit), "limit_minor", message);
}

/// An amount as people read it: `12.34`.
pub(super) fn amount_of(micros: i64) -> String {
    let cents = micros / CENT;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Which budget, in words.
pub(super) fn words(budget: &budgets::Model) -> String {
    let every = match budget.period {
        BudgetPeriod::Day => "daily",
        BudgetPeriod::Week => "weekly",
        BudgetPeriod::Month => "monthly",
    };
    match (budget.scope, budget.subject.as_deref()) {
        (BudgetScope::Workspace, _) => format!("The {every} budget of this workspace"),
        (BudgetScope::Instance, _) => format!("The {every} budget of this installation"),
        (BudgetScope::User, _) => format!("Your {every} budget"),
        (BudgetScope::Key, subject) => format!("The {every} budget of the key for {}", provider_of(subject)),
        (BudgetScope::Model, subject) => format!("The {every} budget of {}", subject.unwrap_or("this model")),
    }
}

fn provider_of(subject: Option<&str>) -> &str {
    let subject = subject.unwrap_or_default();
    subject.rsplit_once(':').map_or(subject, |(_, provider)| provider)
}

/// The budgets that the caller may change: of their workspace, and those of the installation for its administrators.
fn reach(caller: &Caller) -> Result<Condition, ApiError> {
    caller.require(Permission::ManageBudgets)?;
    let own = Condition::any().add(budgets::Column::WorkspaceId.eq(caller.workspace));
    Ok(if caller.may(Permission::AdministerInstance) {
        own.add(budgets::Column::WorkspaceId.is_null())
    } else {
        own
    })
}

/// Budgets, the oldest first.
pub(super) async fn list(ai: &Ai, caller: &Caller) -> Result<Vec<BudgetOut>, ApiError> {
    let reach = reach(caller)?;
    ai.flush().await?;
    ai.give_back_expired().await?;
    let rows = budgets::Entity::find()
        .filter(reach)
        .order_by_asc(budgets::Column::Id)
        .all(ai.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(shown(ai, rows).await?)
}

async fn shown(ai: &Ai, rows: Vec<budgets::Model>) -> Result<Vec<BudgetOut>, DbError> {
    let people: Vec<UserId> = rows
        .iter()
        .filter(|row| row.scope == BudgetScope::User)
        .filter_map(|row| row.subject.as_deref()?.parse().ok().map(UserId))
        .collect();
    let names: HashMap<String, String> = users::Entity::find()
        .filter(users::Column::Id.is_in(people))
        .all(ai.db().read())
        .await?
        .into_iter()
        .map(|row| (row.id.to_string(), row.full_name))
        .collect();
    let now = ai.db().now();
    let cents = |micros: i64| micros.max(0).saturating_add(CENT - 1) / CENT;
    Ok(rows
        .into_iter()
        .map(|row| {
            let is_over = row.window_start < period::began(row.period, now).micros();
            BudgetOut {
                subject_name: match (row.scope, row.subject.as_deref()) {
                    (BudgetScope::Workspace, _) => "Workspace".to_owned(),
                    (BudgetScope::Instance, _) => "Installation".to_owned(),
                    (BudgetScope::Key, subject) => provider_of(subject).to_owned(),
                    (_, Some(subject)) => names.get(subject).cloned().unwrap_or_else(|| subject.to_owned()),
                    (_, None) => String::new(),
                },
                id: row.id,
                scope: row.scope,
                subject_id: row.subject,
                period: row.period,
                limit_minor: row.limit_micros / CENT,
                currency: "USD",
                hard: row.hard,
                spent_minor: cents(if is_over { 0 } else { row.spent_micros }),
                reserved_minor: cents(row.reserved_micros),
                resets_at: period::ends(row.period, now),
                created_at: Timestamp(row.created_at),
            }
        })
        .collect())
}

/// The subject as it is kept, and the workspace whose calls it is about.
async fn subject(
    ai: &Ai,
    caller: &Caller,
    input: &BudgetIn,
) -> Result<(Option<WorkspaceId>, Option<String>), ApiError> {
    let own = Some(caller.workspace);
    let given = input
        .subject_id
        .as_deref()
        .map(str::trim)
        .filter(|s| !s.is_empty());
    let missing = |what| ApiError::invalid("subject_id", format!("Which {what}?"));
    match input.scope {
        BudgetScope::Instance => {
            caller.require(Permission::AdministerInstance)?;
            Ok((None, None))
        }
        BudgetScope::Workspace => Ok((own, None)),
        BudgetScope::User => {
            let id: Uuid = given
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| missing("person"))?;
            let member = members::Entity::of(caller.workspace)
                .filter(members::Column::UserId.eq(id))
                .one(ai.db().read())
                .await
                .map_err(DbError::from)?;
            member
                .map(|member| (own, Some(member.user_id.to_string())))
                .ok_or_else(|| {
                    ApiError::invalid("subject_id", "This person does not belong to the workspace.")
                })
        }
        BudgetScope::Key => {
            let text = given.ok_or_else(|| missing("provider"))?;
            let (owner, provider) = match text.rsplit_once(':') {
                Some((owner, provider)) => (owner.parse().ok(), provider),
                None => (Some(caller.workspace.0), text),
            };
            let kind: Option<ProviderKind> = provider.parse().ok();
            owner
                .zip(kind)
                .map(|(owner, kind)| (own, Some(key_name(owner, kind.id()))))
                .ok_or_else(|| missing("provider"))
        }
        BudgetScope::Model => {
            let text = given.filter(|text| {
                let provider = text.split_once('/').map(|(provider, _)| provider);
                provider.is_some_and(|p| p.parse::<ProviderKind>().is_ok())
            });
            let text =
                text.ok_or_else(|| ApiError::invalid("subject_id", "A model is named as provider/model."))?;
            Ok((own, Some(text.to_owned())))
        }
    }
}

/// What was spent since a moment on what a budget is about, as far as the log of calls knows: keys are not in it.
async fn spent_since(tx: &db::Tx, row: &budgets::Model) -> Result<i64, DbError> {
    let mut calls = ai_calls::Entity::find().filter(ai_calls::Column::At.gte(row.window_start));
    if let Some(workspace) = row.workspace_id {
        calls = calls.filter(ai_calls::Column::WorkspaceId.eq(workspace));
    }
    match (row.scope, row.subject.as_deref()) {
        (BudgetScope::User, Some(user)) => {
            let user: Option<Uuid> = user.parse().ok();
            calls = calls.filter(ai_calls::Column::UserId.eq(user.unwrap_or_default()));
        }
        (BudgetScope::Model, Some(id)) => {
            let (provider, model) = id.split_once('/').unwrap_or_default();
            calls = calls
                .filter(ai_calls::Column::Provider.eq(provider))
                .filter(ai_calls::Column::Model.eq(model));
        }
        (BudgetScope::Key, _) => return Ok(0),
        _ => {}
    }
    let sum: Option<i64> = calls
        .select_only()
        .expr_as(Expr::cust("CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT)"), "sum")
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(sum.unwrap_or_default())
}

/// Makes a budget. What was spent in its period before counts.
pub(super) async fn create(ai: &Ai, caller: &Caller, input: BudgetIn) -> Result<BudgetOut, ApiError> {
    caller.require(Permission::ManageBudgets)?;
    let (workspace_id, subject) = subject(ai, caller, &input).await?;
    ai.flush().await?;
    let tx = ai.db().write().await?;
    let mut row = budgets::Model {
        id: kit::ids::new_id(),
        workspace_id,
        scope: input.scope,
        subject,
        period: input.period,
        limit_micros: input.limit_minor * CENT,
        hard: input.hard.unwrap_or(true),
        window_start: period::began(input.period, tx.now()).micros(),
        spent_micros: 0,
        reserved_micros: 0,
        warned_at: 0,
        created_by: caller.user,
        created_at: tx.now().micros(),
    };
    row.spent_micros = spent_since(&tx, &row).await?;
    budgets::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = json!({ "scope": row.scope, "period": row.period, "limit_minor": input.limit_minor, "hard": row.hard });
    audit(&tx, actor(caller, &row), "budget.created", row.id, &details).await?;
    tx.commit().await?;
    ai.0.budgets.known.invalidate_all();
    one(ai, row).await
}

fn actor(caller: &Caller, row: &budgets::Model) -> Actor {
    Actor {
        workspace: row.workspace_id,
        ..Actor::from(caller)
    }
}

async fn one(ai: &Ai, row: budgets::Model) -> Result<BudgetOut, ApiError> {
    let mut shown = shown(ai, vec![row]).await?;
    shown.pop().ok_or_else(|| ApiError::not_found("budget"))
}

async fn find(tx: &db::Tx, caller: &Caller, id: Uuid) -> Result<budgets::Model, ApiError> {
    budgets::Entity::find_by_id(id)
        .filter(reach(caller)?)
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("budget"))
}

/// Changes a budget.
pub(super) async fn change(
    ai: &Ai,
    caller: &Caller,
    id: Uuid,
    patch: &BudgetPatch,
) -> Result<BudgetOut, ApiError> {
    caller.require(Permission::ManageBudgets)?;
    let tx = ai.db().write().await?;
    let mut change = find(&tx, caller, id).await?.into_active_model();
    if let Some(limit) = patch.limit_minor {
        change.limit_micros = Set(limit * CENT);
        change.warned_at = Set(0);
    }
    if let Some(hard) = patch.hard {
        change.hard = Set(hard);
    }
    // Written in any case, so that there is something to answer.
    change.limit_micros = Set(change.limit_micros.take().unwrap_or_default());
    let row = change.update(&*tx).await.map_err(DbError::from)?;
    let details = json!({ "limit_minor": row.limit_micros / CENT, "hard": row.hard });
    audit(&tx, actor(caller, &row), "budget.changed", id, &details).await?;
    tx.commit().await?;
    ai.0.budgets.known.invalidate_all();
    one(ai, row).await
}

/// Deletes a budget.
pub(super) async fn delete(ai: &Ai, caller: &Caller, id: Uuid) -> Result<(), ApiError> {
    caller.require(Permission::ManageBudgets)?;
    let tx = ai.db().write().await?;
    let row = find(&tx, caller, id).await?;
    db::entity::budget_reservations::Entity::delete_many()
        .filter(db::entity::budget_reservations::Column::BudgetId.eq(id))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    budgets::Entity::delete_by_id(id)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    audit(&tx, actor(caller, &row), "budget.deleted", id, &json!({})).await?;
    tx.commit().await?;
    ai.0.budgets.known.invalidate_all();
    Ok(())
}
