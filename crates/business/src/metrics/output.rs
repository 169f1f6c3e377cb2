//! Answers as they go out over HTTP.

use jiff::civil::Date;
use kit::clock::Timestamp;
use questions::calendar::Grain;
use questions::catalogue::{Language, Unit};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Amount, MetricAnswer, Point, RanQuery, SourceInfo};
use super::catalogue::dimensions;
use super::find::definition;
use super::model::{Good, Metric, Texts};
use crate::settings::Policy;

/// A computed answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MetricAnswer)]
pub struct AnswerOut {
    /// Which metric.
    pub metric: String,
    /// What its numbers are.
    pub unit: Unit,
    /// The currency of `value`.
    pub currency: Option<String>,
    /// The number; of several currencies that of the first. Null where there is nothing to divide by.
    pub value: Option<f64>,
    /// Exactly: minor units, how many, or hundredths of a percent.
    pub value_minor: Option<i64>,
    /// One for each currency; they are never added.
    pub values: Vec<Amount>,
    /// The other range.
    pub previous: Option<PreviousOut>,
    /// The first day.
    #[schema(value_type = Option<String>)]
    pub from: Option<Date>,
    /// The last day, included.
    #[schema(value_type = Option<String>)]
    pub to: Option<Date>,
    /// The zone of these days.
    pub time_zone: String,
    /// How it is cut.
    pub grain: Option<Grain>,
    /// Piece by piece.
    pub series: Vec<PointOut>,
    /// Group by group.
    pub rows: Vec<RowOut>,
    /// How many groups there are in all.
    pub row_count: u64,
    /// The first of the queries.
    pub sql: String,
    /// How it was computed.
    pub queries: Vec<RanQuery>,
    /// What the metric is.
    pub definition: String,
    /// Until when the data are known.
    pub fresh_until: Option<Timestamp>,
    /// Where the data come from.
    pub sources: Vec<SourceInfo>,
    /// What has to be known beside the number.
    pub notes: Vec<String>,
}

/// The other range of a comparison.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MetricPrevious)]
pub struct PreviousOut {
    /// Its number.
    pub value: Option<f64>,
    /// Exactly.
    pub value_minor: Option<i64>,
    /// Its first day.
    #[schema(value_type = String)]
    pub from: Date,
    /// Its last day.
    #[schema(value_type = String)]
    pub to: Date,
    /// By which part of the earlier number the present one is larger: .12 is 12 % more. Null where there is none.
    pub change: Option<f64>,
}

/// A piece of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MetricPoint)]
pub struct PointOut {
    /// The first day of the day, week, month, … that it is a piece of.
    #[schema(value_type = String)]
    pub start: Date,
    /// Its number.
    pub value: Option<f64>,
    /// Exactly.
    pub value_minor: Option<i64>,
    /// Its currency.
    pub currency: Option<String>,
    /// The number of the same piece of the other range.
    pub previous: Option<f64>,
}

/// A group.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MetricRow)]
pub struct RowOut {
    /// The first of `keys`.
    pub key: Option<String>,
    /// What it is called, one for each dimension; null: what has no value there.
    pub keys: Vec<Option<String>>,
    /// The ids of customers, where they are among the dimensions.
    pub ids: Vec<Option<String>>,
    /// Its number.
    pub value: Option<f64>,
    /// Exactly.
    pub value_minor: Option<i64>,
    /// Its currency.
    pub currency: Option<String>,
    /// Its part of the whole.
    pub share: Option<f64>,
    /// Its number in the other range.
    pub previous: Option<f64>,
}

impl AnswerOut {
    /// As it goes out.
    pub fn new(answer: MetricAnswer, grain: Option<Grain>) -> Self {
        let first = answer.amounts.first();
        let (value, value_minor) = (first.map(|a| a.value), first.map(|a| a.minor));
        let currency = first.and_then(|a| a.currency.clone());
        let previous = answer.previous.as_ref().map(|previous| {
            let amount = previous.amounts.iter().find(|a| a.currency == currency);
            PreviousOut {
                value: amount.map(|a| a.value),
                value_minor: amount.map(|a| a.minor),
                from: previous.days.first,
                to: previous.days.last,
                change: first
                    .zip(amount)
                    .filter(|(_, before)| before.minor != 0)
                    .map(|(now, before)| (now.minor - before.minor) as f64 / before.minor.abs() as f64),
            }
        });
        let rows = answer.rows.into_iter().map(|row| RowOut {
            key: row.keys.first().cloned().flatten(),
            keys: row.keys,
            ids: row.ids,
            value: row.value,
            value_minor: row.minor,
            currency: row.currency,
            share: row.share,
            previous: row.previous,
        });
        Self {
            value,
            value_minor,
            previous,
            series: points(&answer.series, &answer.previous_series, &answer.amounts),
            rows: rows.collect(),
            metric: answer.metric,
            unit: answer.unit,
            currency,
            values: answer.amounts,
            from: answer.range.map(|days| days.first),
            to: answer.range.map(|days| days.last),
            time_zone: answer.time_zone,
            grain,
            row_count: answer.row_count,
            sql: answer
                .sql
                .first()
                .map(|query| query.sql.clone())
                .unwrap_or_default(),
            queries: answer.sql,
            definition: answer.definition.get(&Language::En).cloned().unwrap_or_default(),
            fresh_until: answer.fresh_until,
            sources: answer.sources,
            notes: answer.notes,
        }
    }
}

/// One point for each piece and currency, none left out.
fn points(series: &[Point], earlier: &[Point], amounts: &[Amount]) -> Vec<PointOut> {
    let mut currencies: Vec<Option<String>> = amounts.iter().map(|a| a.currency.clone()).collect();
    if currencies.is_empty() {
        currencies.push(None);
    }
    let mut found = Vec::new();
    for currency in currencies {
        let of = |point: &Point| point.amounts.iter().find(|a| a.currency == currency).cloned();
        for (n, point) in series.iter().enumerate() {
            let amount = of(point);
            found.push(PointOut {
                start: point.start,
                value: amount.as_ref().map(|a| a.value),
                value_minor: amount.as_ref().map(|a| a.minor),
                currency: currency.clone(),
                previous: earlier.get(n).and_then(of).map(|a| a.value),
            });
        }
    }
    found
}

/// A metric as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MetricOut {
    /// Its name in calls.
    pub id: String,
    /// Its name in English.
    pub label: String,
    /// In every language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub labels: Texts,
    /// What its number is.
    pub unit: Unit,
    /// Which way is good news.
    pub good: Good,
    /// What it is, in English.
    pub definition: String,
    /// In every language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub definitions: Texts,
    /// What it can be grouped and filtered by.
    pub dimensions: Vec<String>,
    /// Whether the data that it needs are connected.
    pub connected: bool,
    /// Whether the workspace has declared it itself.
    pub own: bool,
}

impl MetricOut {
    pub fn new(metric: &Metric, policy: Policy, connected: bool) -> Self {
        let definitions = definition(metric, policy);
        let english = |texts: &Texts| texts.get(&Language::En).cloned().unwrap_or_default();
        Self {
            id: metric.id.clone(),
            label: english(&metric.label),
            labels: metric.label.clone(),
            unit: metric.unit,
            good: metric.good,
            definition: english(&definitions),
            definitions,
            dimensions: dimensions(metric),
            connected,
            own: metric.own,
        }
    }
}

/// A dimension as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DimensionOut {
    /// Its name in calls.
    pub id: String,
    /// Its name in English.
    pub label: String,
    /// In every language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub labels: Texts,
}

/// Everything that can be asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MetricsOut {
    /// The metrics.
    pub metrics: Vec<MetricOut>,
    /// The dimensions.
    pub dimensions: Vec<DimensionOut>,
    /// Until when the data are known.
    pub fresh_until: Option<Timestamp>,
    /// Whether there are any.
    pub has_data: bool,
}
