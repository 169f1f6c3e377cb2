//! What was used and what it cost, summed by day, model, person or provider.

use std::collections::BTreeMap;
use std::time::Duration;

use db::entity::{ai_calls, users};
use db::{DbError, UserId};
use identity::{Caller, Permission};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Ai;

/// What rows are summed by.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UsageBy {
    /// Days, UTC.
    #[default]
    Day,
    /// Models.
    Model,
    /// People.
    User,
    /// Providers.
    Provider,
}

/// Which calls.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// From this moment; 30 days ago when absent. A date alone is its midnight, UTC.
    pub from: Option<String>,
    /// Until before this moment; now when absent.
    pub to: Option<String>,
    /// Summed by what; days when absent.
    #[serde(default)]
    pub by: UsageBy,
}

/// One sum.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UsageRow {
    /// The day, model, person or provider.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// Calls.
    pub calls: u64,
    /// Of these, without a whole answer.
    pub failed: u64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Tokens read from providers' caches.
    pub cached_tokens: i64,
    /// Millionths of a US dollar, of the calls whose price is known; null when none is.
    pub cost_micros: Option<i64>,
    /// Calls whose price is unknown.
    pub unpriced_calls: u64,
    /// Half of the calls took no longer than this.
    pub p50_ms: Option<i64>,
    /// 95 of a hundred calls took no longer than this.
    pub p95_ms: Option<i64>,
}

/// Sums and their total.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageOut {
    /// One row a key; days in order, the others by cost and calls.
    pub rows: Vec<UsageRow>,
    /// Everything.
    pub totals: UsageRow,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
}

#[derive(FromQueryResult)]
struct Call {
    user_id: UserId,
    provider: String,
    model: String,
    status: String,
    input_tokens: i64,
    output_tokens: i64,
    cached_tokens: i64,
    cost_micros: Option<i64>,
    total_ms: i64,
    at: i64,
}

#[derive(Default)]
struct Sum {
    row: UsageRow,
    times: Vec<i64>,
}

impl Sum {
    fn add(&mut self, call: &Call) {
        let row = &mut self.row;
        row.calls += 1;
        row.failed += u64::from(call.status != "ok");
        row.input_tokens += call.input_tokens;
        row.output_tokens += call.output_tokens;
        row.cached_tokens += call.cached_tokens;
        match call.cost_micros {
            Some(cost) => *row.cost_micros.get_or_insert(0) += cost,
            None => row.unpriced_calls += 1,
        }
        self.times.push(call.total_ms);
    }

    fn finish(mut self, key: String, label: String) -> UsageRow {
        self.times.sort_unstable();
        let at = |share: f64| {
            let last = self.times.len().checked_sub(1)?;
            self.times.get((share * last as f64).round() as usize).copied()
        };
        UsageRow { key, label, p50_ms: at(0.5), p95_ms: at(0.95), ..self.row }
    }
}

/// More calls than this are not summed in one answer; the range has to be narrower.
const MOST: u64 = 500_000;

fn moment(text: Option<&String>, field: &str, otherwise: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(text) = text else { return Ok(otherwise) };
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| ApiError::invalid(field, "Expected a time such as 2026-01-31T12:00:00Z, or a date."))
}

/// The sums of a range. Who may not see others' use sees their own.
pub async fn read(ai: &Ai, caller: &Caller, query: &UsageQuery) -> Result<UsageOut, ApiError> {
    let now = ai.db().clock().now();
    let from = moment(query.from.as_ref(), "from", now.minus(Duration::from_secs(30 * 86_400)))?;
    let to = moment(query.to.as_ref(), "to", now.plus(Duration::from_secs(1)))?;
    if from > to {
        return Err(ApiError::invalid("from", "The range ends before it begins."));
    }
    let mut calls = ai_calls::Entity::of(caller.workspace)
        .filter(ai_calls::Column::At.gte(from.micros()))
        .filter(ai_calls::Column::At.lt(to.micros()));
    if caller.require(Permission::ReadUsage).is_err() {
        calls = calls.filter(ai_calls::Column::UserId.eq(caller.user));
    }
    ai.flush().await?;
    let calls: Vec<Call> = calls
        .order_by_asc(ai_calls::Column::At)
        .limit(MOST)
        .into_model()
        .all(ai.db().read())
        .await
        .map_err(DbError::from)?;
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    for call in &calls {
        let key = match query.by {
            UsageBy::Day => Timestamp(call.at).to_string().chars().take(10).collect(),
            UsageBy::Model => format!("{}/{}", call.provider, call.model),
            UsageBy::User => call.user_id.to_string(),
            UsageBy::Provider => call.provider.clone(),
        };
        sums.entry(key).or_default().add(call);
        total.add(call);
    }
    let names = if query.by == UsageBy::User { names(ai, &calls).await? } else { BTreeMap::new() };
    let mut rows: Vec<UsageRow> = sums
        .into_iter()
        .map(|(key, sum)| {
            let label = names.get(&key).cloned().unwrap_or_else(|| key.clone());
            sum.finish(key, label)
        })
        .collect();
    if query.by != UsageBy::Day {
        rows.sort_by_key(|row| std::cmp::Reverse((row.cost_micros.unwrap_or(0), row.calls)));
    }
    Ok(UsageOut { rows, totals: total.finish("total".into(), "Total".into()), from, to })
}

async fn names(ai: &Ai, calls: &[Call]) -> Result<BTreeMap<String, String>, DbError> {
    let mut ids: Vec<UserId> = calls.iter().map(|c| c.user_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = users::Entity::find().filter(users::Column::Id.is_in(ids)).all(ai.db().read()).await?;
    Ok(people.into_iter().map(|p| (p.id.to_string(), p.full_name)).collect())
}
