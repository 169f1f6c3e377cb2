//! Metrics.

mod answer;
mod query;

pub use answer::{Amount, MetricAnswer, Point, Previous, RanQuery, Row, SourceInfo};
pub use query::MetricQuery;

/// Kept.
#[derive(Debug, Default)]
pub(crate) struct Kept;
