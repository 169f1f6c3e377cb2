//! What was used and what it cost, summed by day, model, person or provider.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use db::entity::{ai_calls, users};
use db::{DbError, UserId};
use futures::TryStreamExt;
use identity::{Caller, Permission};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

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
    #[param(inline)]
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
    /// Of these, failed; one that somebody ended has not.
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

const MICROS_A_DAY: i64 = 86_400_000_000;

/// What a call is summed under.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Days since 1970.
    Day(i64),
    Model(String, String),
    User(UserId),
    Provider(String),
}

impl Key {
    fn of(call: &Call, by: UsageBy) -> Self {
        match by {
            UsageBy::Day => Self::Day(call.at.div_euclid(MICROS_A_DAY)),
            UsageBy::Model => Self::Model(call.provider.clone(), call.model.clone()),
            UsageBy::User => Self::User(call.user_id),
            UsageBy::Provider => Self::Provider(call.provider.clone()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Day(day) => {
                let midnight = Timestamp(day.saturating_mul(MICROS_A_DAY)).to_string();
                midnight.chars().take(10).collect()
            }
            Self::Model(provider, model) => format!("{provider}/{model}"),
            Self::User(user) => user.to_string(),
            Self::Provider(provider) => provider.clone(),
        }
    }
}

#[derive(Default)]
struct Sum {
    row: UsageRow,
    times: Vec<u32>,
}

impl Sum {
    fn add(&mut self, call: &Call) {
        let row = &mut self.row;
        row.calls += 1;
        let is_fine = matches!(
            call.status.as_str(),
            "ok" | "stopped" | "cancelled" | "interrupted"
        );
        row.failed += u64::from(!is_fine);
        row.input_tokens += call.input_tokens;
        row.output_tokens += call.output_tokens;
        row.cached_tokens += call.cached_tokens;
        match call.cost_micros {
            Some(cost) => *row.cost_micros.get_or_insert(0) += cost,
            // What was never answered cost nothing; that is not the same as an unknown price.
            None => row.unpriced_calls += u64::from(call.input_tokens + call.output_tokens > 0),
        }
        self.times.push(u32::try_from(call.total_ms).unwrap_or_default());
    }

    fn finish(mut self, key: String, label: String) -> UsageRow {
        self.times.sort_unstable();
        UsageRow {
            key,
            label,
            p50_ms: percentile(&self.times, 50),
            p95_ms: percentile(&self.times, 95),
            ..self.row
        }
    }
}

/// The smallest time that is not exceeded by so many of a hundred.
fn percentile(sorted: &[u32], of_hundred: usize) -> Option<i64> {
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|ms| i64::from(*ms))
}

fn moment(text: Option<&String>, field: &str, otherwise: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(text) = text else { return Ok(otherwise) };
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| ApiError::invalid(field, "Expected a time such as 2026-01-31T12:00:00Z, or a date."))
}

/// The sums of a range. Who may not see others' use sees their own.
pub async fn read(ai: &Ai, caller: &Caller, query: &UsageQuery) -> Result<UsageOut, ApiError> {
    let now = ai.db().clock().now();
    let from = moment(
        query.from.as_ref(),
        "from",
        now.minus(Duration::from_hours(30 * 24)),
    )?;
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
    let mut sums: BTreeMap<Key, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    // Row by row, so that a year of calls needs no more memory than its sums.
    let mut calls = calls
        .into_model::<Call>()
        .stream(ai.db().read())
        .await
        .map_err(DbError::from)?;
    while let Some(call) = calls.try_next().await.map_err(DbError::from)? {
        total.add(&call);
        let key = Key::of(&call, query.by);
        sums.entry(key).or_default().add(&call);
    }
    drop(calls);
    let names = names(ai, sums.keys()).await?;
    let mut rows: Vec<UsageRow> = sums
        .into_iter()
        .map(|(key, sum)| {
            let text = key.text();
            let label = names.get(&text).cloned().unwrap_or_else(|| text.clone());
            sum.finish(text, label)
        })
        .collect();
    if query.by != UsageBy::Day {
        rows.sort_by_key(|row| std::cmp::Reverse((row.cost_micros.unwrap_or(0), row.calls)));
    }
    Ok(UsageOut {
        rows,
        totals: total.finish("total".into(), "Total".into()),
        from,
        to,
    })
}

/// The names of the people among the keys.
async fn names(ai: &Ai, keys: impl Iterator<Item = &Key>) -> Result<HashMap<String, String>, DbError> {
    let ids: Vec<UserId> = keys
        .filter_map(|key| match key {
            Key::User(id) => Some(*id),
            Key::Day(_) | Key::Model(..) | Key::Provider(_) => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let people = users::Entity::find()
        .filter(users::Column::Id.is_in(ids))
        .all(ai.db().read())
        .await?;
    let mut names: HashMap<String, String> = people
        .into_iter()
        .map(|p| (p.id.to_string(), p.full_name))
        .collect();
    // Vectors for the workspace's search are nobody's own.
    names.insert(UserId(Uuid::nil()).to_string(), "Search".to_owned());
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_occurred() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 50), Some(7));
        assert_eq!(percentile(&[1, 9], 50), Some(1));
        assert_eq!(percentile(&[1, 9], 95), Some(9));
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(
            (percentile(&hundred, 50), percentile(&hundred, 95)),
            (Some(50), Some(95))
        );
    }
}
