//! What a question for a number is answered with.

use std::collections::BTreeMap;

use db::ConnectorId;
use jiff::civil::Date;
use kit::clock::Timestamp;
use questions::calendar::Days;
use questions::catalogue::{Language, Unit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Amount {
    /// The currency, where it is money or a part of money.
    pub currency: Option<String>,
    /// Exactly: minor units of money, how many, or hundredths of a percent.
    pub minor: i64,
    /// For people: units of money, how many, or a part of one (.12 is 12 %).
    pub value: f64,
}

/// A piece of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its first day. The first and the last piece end where the range does.
    pub start: Date,
    /// One for each currency; empty where there is nothing to divide by.
    pub amounts: Vec<Amount>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it is called, one for each dimension; none: what has no value there.
    pub keys: Vec<Option<String>>,
    /// For a customer, their id.
    pub ids: Vec<Option<String>>,
    /// The currency, where it is money.
    pub currency: Option<String>,
    /// Exactly, as [`Amount::minor`]; none where there is nothing to divide by.
    pub minor: Option<i64>,
    /// For people, as [`Amount::value`].
    pub value: Option<f64>,
    /// Its part of the whole of its currency.
    pub share: Option<f64>,
    /// Its number in the other range, as [`Amount::value`].
    pub previous: Option<f64>,
}

/// The other range of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Its days.
    pub days: Days,
    /// Its numbers.
    pub amounts: Vec<Amount>,
}

/// A query as it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RanQuery {
    /// With `$1`, `$2`, … where values stand.
    pub sql: String,
    /// The values.
    #[schema(value_type = Vec<Object>)]
    pub binds: Vec<serde_json::Value>,
}

/// Where numbers come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceInfo {
    /// The connector.
    #[schema(value_type = String, format = Uuid)]
    pub connector_id: ConnectorId,
    /// What people call it; empty where it has no name.
    pub name: String,
    /// `shopify`, `csv`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was last asked for news.
    pub last_sync_at: Option<Timestamp>,
    /// Whether it is still being read for the first time: more will come.
    pub is_loading: bool,
}

/// A computed answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricAnswer {
    /// Which metric.
    pub metric: String,
    /// What its numbers are.
    pub unit: Unit,
    /// Of which days; none: all there is.
    pub range: Option<Days>,
    /// The calendar's zone.
    pub time_zone: String,
    /// The number: one for each currency, never added; the workspace's own currency first.
    pub amounts: Vec<Amount>,
    /// The number of the other range.
    pub previous: Option<Previous>,
    /// Piece by piece, none left out.
    pub series: Vec<Point>,
    /// The same of the other range, in the same order.
    pub previous_series: Vec<Point>,
    /// Group by group, the most first.
    pub rows: Vec<Row>,
    /// How many groups there are in all.
    pub row_count: u64,
    /// How it was computed.
    pub sql: Vec<RanQuery>,
    /// What the metric is.
    pub definition: BTreeMap<Language, String>,
    /// Until when the data are known: the oldest of the last news of the sources.
    pub fresh_until: Option<Timestamp>,
    /// Where the data come from.
    pub sources: Vec<SourceInfo>,
    /// What has to be known beside the number, in English.
    pub notes: Vec<String>,
}
