//! What is asked of a metric.

use kit::clock::Timestamp;
use questions::calendar::{Days, Grain};
use questions::frame::{Compare, Filter, Rank};
use serde::{Deserialize, Serialize};

/// A question for a number, as it is computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricQuery {
    /// Which metric.
    pub metric: String,
    /// Of which days, in the workspace's calendar; none: all there is.
    pub days: Option<Days>,
    /// Cut into pieces of time.
    pub grain: Option<Grain>,
    /// By which dimensions, at most three.
    pub group_by: Vec<String>,
    /// Only of these.
    pub filters: Vec<Filter>,
    /// Beside which other range.
    pub compare: Option<Compare>,
    /// The best or the worst few of the groups.
    pub rank: Option<Rank>,
    /// Each group's part of the whole, too.
    pub share: bool,
    /// The time zone whose days are meant; the workspace's where none is told.
    pub zone: Option<String>,
    /// The present moment: what is dated later does not count.
    pub now: Timestamp,
}

impl MetricQuery {
    /// A metric's number of some days, and nothing else.
    pub fn of(metric: &str, days: Option<Days>, now: Timestamp) -> Self {
        Self {
            metric: metric.to_owned(),
            days,
            grain: None,
            group_by: Vec::new(),
            filters: Vec::new(),
            compare: None,
            rank: None,
            share: false,
            zone: None,
            now,
        }
    }
}
