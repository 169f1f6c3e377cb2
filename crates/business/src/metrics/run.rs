//! A question is computed: checked, compiled, asked in one snapshot, divided in whole numbers, and kept for a while.

use std::collections::HashMap;
use std::sync::Arc;

use db::WorkspaceId;
use jiff::civil::Date;
use kit::api::ApiError;
use kit::clock::Timestamp;
use questions::calendar::{Calendar, Days, Grain};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::answer::{Amount, MetricAnswer, Point, Previous, Row};
use super::bounds::{MOST_PIECES, Piece, moments, other, pieces, today};
use super::compile::{Asked, Moments, Most, Only, groups, refused, series, total};
use super::expression::Fraction;
use super::model::{Metric, model};
use super::notes::notes;
use super::numbers::{amount, whole};
use super::query::MetricQuery;
use super::read::{Reader, currencies, in_time};
use super::{filters, find, sources};
use crate::Business;
use crate::settings::{self, Settings};
use crate::warehouse::names;

/// The most groups of an answer.
const MOST_GROUPS: u64 = 10_000;
/// By how much can be grouped at once.
const MOST_DIMENSIONS: usize = 3;

/// Computes an answer, or takes one that was computed of the same data.
pub async fn run(
    business: &Business,
    workspace: WorkspaceId,
    query: &MetricQuery,
) -> Result<MetricAnswer, ApiError> {
    run_within(business, workspace, query, None).await
}

/// The same for moments that are not whole days.
pub(crate) async fn run_within(
    business: &Business,
    workspace: WorkspaceId,
    query: &MetricQuery,
    exactly: Option<Moments>,
) -> Result<MetricAnswer, ApiError> {
    let mut settings = settings::of(business.db(), workspace).await?;
    if let Some(zone) = &query.zone {
        settings.time_zone.clone_from(zone);
    }
    let key = super::kept::key(workspace, query, exactly, &settings.calendar());
    if let Some(answer) = business.metrics().get(&key, settings.data_version) {
        return Ok(MetricAnswer::clone(&answer));
    }
    let metric = find::metric(business, workspace, &query.metric).await?;
    check(&metric, query)?;
    let version = settings.data_version;
    let answer = in_time(compute(business, workspace, query, exactly, settings, &metric)).await?;
    let answer = Arc::new(answer);
    // What is still growing says so, and nobody is told the same when it has ended.
    if !answer.sources.iter().any(|source| source.is_loading) {
        business.metrics().put(&key, version, answer.clone());
    }
    Ok(MetricAnswer::clone(&answer))
}

/// Whether a metric can be asked that way.
fn check(metric: &Metric, query: &MetricQuery) -> Result<(), ApiError> {
    if query.days.is_some_and(|days| days.last < days.first) {
        return Err(ApiError::invalid("to", "The last day lies before the first one."));
    }
    if query.group_by.len() > MOST_DIMENSIONS {
        return Err(ApiError::invalid("group_by", "At most three dimensions at once."));
    }
    let filters = query.filters.iter().map(|filter| ("filters", &filter.dimension));
    for (field, id) in query.group_by.iter().map(|id| ("group_by", id)).chain(filters) {
        if model().dimension(id).is_none() {
            let id: String = id.chars().take(60).collect();
            return Err(ApiError::invalid(
                field,
                format!("There is no dimension \"{id}\"."),
            ));
        }
        if metric.not_by.contains(id) {
            return Err(refused(metric, field, id));
        }
    }
    let twice = query
        .group_by
        .iter()
        .enumerate()
        .any(|(n, id)| query.group_by[..n].contains(id));
    if twice {
        return Err(ApiError::invalid("group_by", "A dimension is named twice."));
    }
    Ok(())
}

/// What an answer is computed with.
pub(super) struct Work<'a> {
    workspace: WorkspaceId,
    pub query: &'a MetricQuery,
    pub metric: &'a Metric,
    pub measures: Vec<String>,
    filters: Vec<Only>,
    /// Each currency that is looked at by itself; one without a name where money is not in it.
    pub currencies: Vec<Option<String>>,
    has_service: bool,
    calendar: Calendar,
    reader: Reader,
}

/// The other range.
struct Beside {
    days: Days,
    moments: Moments,
}

async fn compute(
    business: &Business,
    workspace: WorkspaceId,
    query: &MetricQuery,
    exactly: Option<Moments>,
    settings: Settings,
    metric: &Metric,
) -> Result<MetricAnswer, ApiError> {
    let filters = filters::resolve(business, workspace, &query.filters).await?;
    let found = sources::of(business, workspace, &metric.needs).await?;
    let reader = Reader::begin(business).await?;
    let is_money = metric
        .formula
        .measures()
        .iter()
        .any(|m| model().measures.get(m).is_some_and(|m| m.money));
    let currencies = if is_money {
        let all = currencies(&reader, workspace, settings.currency.as_deref()).await?;
        all.into_iter().map(Some).collect()
    } else {
        vec![None]
    };
    let calendar = settings.calendar();
    let mut work = Work {
        workspace,
        query,
        metric,
        measures: metric.formula.measures().into_iter().collect(),
        filters,
        currencies,
        has_service: found.has_service,
        calendar,
        reader,
    };
    let within = exactly.map_or_else(
        || moments(&work.calendar, query.days, query.now),
        |m| Moments {
            end: m.end.min(query.now.micros().saturating_add(1)).max(m.begin),
            ..m
        },
    );
    // What cannot be asked is refused also where there is nothing yet.
    total(&work.asked(None, &query.group_by), within)?;
    let beside = match (query.compare, query.days) {
        (Some(how), Some(days)) => {
            let (days, moments) = other(&work.calendar, days, how, query.now);
            Some(Beside { days, moments })
        }
        _ => None,
    };
    let amounts = work.amounts(within).await?;
    let mut previous = None;
    if let Some(beside) = &beside {
        previous = Some(Previous {
            days: beside.days,
            amounts: work.amounts(beside.moments).await?,
        });
    }
    let (points, earlier) = work.all_series(within, beside.as_ref()).await?;
    let (mut rows, row_count) = work.rows(within, beside.as_ref(), &amounts).await?;
    name_customers(business, workspace, query, &mut rows).await?;
    let notes = notes(&work, &found, row_count, &rows);
    let definition = find::definition(metric, settings.policy);
    Ok(MetricAnswer {
        metric: metric.id.clone(),
        unit: metric.unit,
        range: query.days,
        time_zone: settings.time_zone,
        amounts,
        previous,
        series: points,
        previous_series: earlier,
        rows,
        row_count,
        sql: work.reader.end().await?,
        definition,
        fresh_until: found.fresh_until,
        sources: found.list,
        notes,
    })
}

impl Work<'_> {
    fn asked<'b>(&'b self, currency: Option<&'b str>, groups: &'b [String]) -> Asked<'b> {
        Asked {
            workspace: self.workspace,
            metric: self.metric,
            measures: self.measures.clone(),
            groups,
            filters: &self.filters,
            currency,
            has_service: self.has_service,
        }
    }

    /// The numbers of a row's measures.
    fn measured(&self, row: &QueryResult) -> Result<HashMap<String, i64>, sea_orm::DbErr> {
        let each = self.measures.iter().enumerate();
        each.map(|(n, name)| Ok((name.clone(), row.try_get("", &format!("m{n}"))?)))
            .collect()
    }

    fn value(&self, of: &HashMap<String, i64>) -> Option<Fraction> {
        self.metric.formula.value(&|name| of.get(name).copied())
    }

    /// The numbers of a range, one for each currency of which there is anything.
    async fn amounts(&mut self, of: Moments) -> Result<Vec<Amount>, ApiError> {
        let mut found = Vec::new();
        for currency in self.currencies.clone() {
            let asked = total(&self.asked(currency.as_deref(), &[]), of)?;
            let Some(row) = self.reader.all(asked).await?.into_iter().next() else {
                continue;
            };
            let measured = self.measured(&row).map_err(db::DbError::from)?;
            let is_empty = measured.values().all(|n| *n == 0);
            // What there is nothing of is not told, but that there is nothing at all is.
            if is_empty && self.currencies.len() > 1 && self.currencies.first() != Some(&currency) {
                continue;
            }
            found.push((
                is_empty,
                self.value(&measured)
                    .and_then(|v| amount(self.metric.unit, currency, v)),
            ));
        }
        let something = found.iter().any(|(is_empty, _)| !is_empty);
        let kept = found.into_iter().filter(|(is_empty, _)| !something || !is_empty);
        Ok(kept.filter_map(|(_, amount)| amount).collect())
    }

    async fn all_series(
        &mut self,
        within: Moments,
        beside: Option<&Beside>,
    ) -> Result<(Vec<Point>, Vec<Point>), ApiError> {
        let Some(grain) = self.query.grain else {
            return Ok((Vec::new(), Vec::new()));
        };
        let Some(days) = self.days(within).await? else {
            return Ok((Vec::new(), Vec::new()));
        };
        let points = self.series(days, grain, within).await?;
        let earlier = match beside {
            Some(beside) => self.series(beside.days, grain, beside.moments).await?,
            None => Vec::new(),
        };
        Ok((points, earlier))
    }

    /// The days of the range: those that were asked for, else those that there is anything of.
    async fn days(&self, within: Moments) -> Result<Option<Days>, ApiError> {
        if let Some(days) = self.query.days {
            return Ok(Some(days));
        }
        let mut first: Option<i64> = None;
        for (table, column) in [
            ("orders", "placed_at"),
            ("refunds", "counts_at"),
            ("payments", "paid_at"),
        ] {
            let sql = format!(
                "SELECT MIN({column}) FROM {table} WHERE workspace_id = $1 AND {column} >= $2 AND {column} < $3"
            );
            let values = vec![self.workspace.0.into(), within.begin.into(), within.end.into()];
            let least = self.reader.find::<Option<i64>>(&sql, values).await?.flatten();
            first = first.into_iter().chain(least).min();
        }
        let Some(first) = first else { return Ok(None) };
        let day = |at: i64| today(&self.calendar, Timestamp(at));
        let last = day(within.end.saturating_sub(1)).max(day(first));
        Ok(Some(Days {
            first: day(first),
            last,
        }))
    }

    async fn series(&mut self, days: Days, grain: Grain, within: Moments) -> Result<Vec<Point>, ApiError> {
        let cut = pieces(&self.calendar, days, grain).ok_or_else(|| {
            ApiError::invalid(
                "grain",
                format!(
                    "This would be more than {MOST_PIECES} pieces; ask for larger ones, or for fewer days."
                ),
            )
        })?;
        let starts: HashMap<i64, Date> = cut
            .iter()
            .map(|piece| (self.piece(piece, within).begin, piece.start))
            .collect();
        let asked: Vec<Moments> = cut.iter().map(|piece| self.piece(piece, within)).collect();
        let mut points: Vec<Point> = cut
            .iter()
            .map(|piece| Point {
                start: piece.start,
                amounts: Vec::new(),
            })
            .collect();
        for currency in self.currencies.clone() {
            let query = series(&self.asked(currency.as_deref(), &[]), &asked)?;
            for row in self.reader.all(query).await? {
                let begin: i64 = row.try_get("", "begin_at").map_err(db::DbError::from)?;
                let value = self.value(&self.measured(&row).map_err(db::DbError::from)?);
                let Some(start) = starts.get(&begin) else { continue };
                let place = points.iter().position(|point| point.start == *start);
                if let (Some(place), Some(value)) = (place, value) {
                    points[place]
                        .amounts
                        .extend(amount(self.metric.unit, currency.clone(), value));
                }
            }
        }
        Ok(points)
    }

    /// The moments of a piece within those of the range.
    fn piece(&self, piece: &Piece, within: Moments) -> Moments {
        let whole = moments(&self.calendar, Some(piece.days), Timestamp(i64::MAX - 1));
        Moments {
            // Beginnings stay different, also of pieces that have not begun.
            begin: whole.begin.max(within.begin),
            end: whole.end.min(within.end),
        }
    }

    async fn rows(
        &mut self,
        within: Moments,
        beside: Option<&Beside>,
        amounts: &[Amount],
    ) -> Result<(Vec<Row>, u64), ApiError> {
        let mut rows = Vec::new();
        let mut count = 0;
        if self.query.group_by.is_empty() {
            return Ok((rows, count));
        }
        for currency in self.currencies.clone() {
            let most = self
                .query
                .rank
                .map_or(MOST_GROUPS, |rank| u64::from(rank.count).clamp(1, MOST_GROUPS));
            let (found, in_all) = self.groups(currency.as_deref(), within, most).await?;
            let earlier: HashMap<Vec<Option<String>>, Option<Fraction>> = match beside {
                Some(beside) => {
                    let (all, _) = self
                        .groups(currency.as_deref(), beside.moments, MOST_GROUPS)
                        .await?;
                    all.into_iter().collect()
                }
                None => HashMap::new(),
            };
            count += in_all;
            let whole = amounts.iter().find(|a| a.currency == currency).map(|a| a.minor);
            for (keys, value) in found {
                let number = value.and_then(|v| amount(self.metric.unit, currency.clone(), v));
                let before = beside.map(|_| {
                    earlier
                        .get(&keys)
                        .copied()
                        .unwrap_or_else(|| self.metric.formula.is_sum().then(|| Fraction::whole(0)))
                });
                let before = before
                    .flatten()
                    .and_then(|v| amount(self.metric.unit, currency.clone(), v));
                let share = number
                    .as_ref()
                    .zip(whole)
                    .filter(|(_, whole)| self.query.share && *whole != 0);
                rows.push(Row {
                    ids: vec![None; keys.len()],
                    keys,
                    currency: currency.clone(),
                    share: share.map(|(number, whole)| number.minor as f64 / whole as f64),
                    minor: number.as_ref().map(|n| n.minor),
                    value: number.map(|n| n.value),
                    previous: before.map(|n| n.value),
                });
            }
        }
        Ok((rows, count))
    }

    /// The groups of a currency with their exact values, in order, and how many there are.
    async fn groups(
        &mut self,
        currency: Option<&str>,
        of: Moments,
        count: u64,
    ) -> Result<(Vec<(Vec<Option<String>>, Option<Fraction>)>, u64), ApiError> {
        let ascending = self.query.rank.is_some_and(|rank| rank.ascending);
        let most = Most {
            count,
            ascending,
            collation: self.reader.collation(),
        };
        let query = groups(&self.asked(currency, &self.query.group_by), of, most)?;
        let mut found = Vec::new();
        let mut in_all: i64 = 0;
        for row in self.reader.all(query).await? {
            in_all = row.try_get("", "in_all").map_err(db::DbError::from)?;
            let value = self.value(&self.measured(&row).map_err(db::DbError::from)?);
            found.push((self.keys(&row).map_err(db::DbError::from)?, value));
        }
        found.sort_by(|a, b| {
            let by_value = a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal);
            let by_value = if ascending { by_value } else { by_value.reverse() };
            // What cannot be computed comes last, and so does what has no name.
            a.1.is_none()
                .cmp(&b.1.is_none())
                .then(by_value)
                .then_with(|| whole(&a.0).cmp(&whole(&b.0)))
        });
        Ok((found, u64::try_from(in_all).unwrap_or_default()))
    }

    fn keys(&self, row: &QueryResult) -> Result<Vec<Option<String>>, sea_orm::DbErr> {
        let each = self.query.group_by.iter().enumerate();
        each.map(|(n, id)| {
            let column = format!("k{n}");
            if model().dimension(id).is_some_and(|d| d.is_id) {
                let id: Option<Uuid> = row.try_get("", &column)?;
                Ok(id.map(|id| id.to_string()))
            } else {
                row.try_get("", &column)
            }
        })
        .collect()
    }
}

/// Gives customers their names.
async fn name_customers(
    business: &Business,
    workspace: WorkspaceId,
    query: &MetricQuery,
    rows: &mut [Row],
) -> Result<(), ApiError> {
    for (n, id) in query.group_by.iter().enumerate() {
        if model().dimension(id).is_none_or(|d| !d.is_id) {
            continue;
        }
        let names = names(business, workspace).await?;
        for row in rows.iter_mut() {
            let Some(id) = row.keys[n].take() else { continue };
            row.keys[n] = id.parse().ok().and_then(|id: Uuid| names.of.get(&id).cloned());
            if row.keys[n].is_none() {
                row.keys[n] = Some(id.clone());
            }
            row.ids[n] = Some(id);
        }
    }
    Ok(())
}
