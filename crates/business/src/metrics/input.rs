//! A question as it comes over HTTP.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use questions::calendar::{Calendar, Days, Grain};
use questions::frame::{Compare, Filter, Rank};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bounds::{moments, today};
use super::compile::Moments;
use super::query::MetricQuery;

/// The most groups that can be asked for.
const MOST: u32 = 10_000;

/// A question for a number.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MetricQueryIn)]
pub(crate) struct QueryIn {
    /// Which metric.
    pub metric: String,
    /// The first day (`2026-01-31`), or the first moment (RFC 3339); all there is, unless told.
    pub from: Option<String>,
    /// The last day, which is included, or the moment at which it ends.
    pub to: Option<String>,
    /// Cut into pieces of time.
    pub grain: Option<Grain>,
    /// One dimension, or a list of at most three.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub group_by: OneOrMany,
    /// A list of filters, or an object of a value for each dimension.
    #[serde(default)]
    #[schema(value_type = Vec<Filter>)]
    pub filters: Filters,
    /// Beside which other range.
    pub compare: Option<Compare>,
    /// How many groups, the most first; 1 to 10000.
    pub limit: Option<u32>,
    /// Which groups come first.
    #[serde(default)]
    pub order: Order,
    /// The present moment; that of the server, unless told. What is dated later does not count.
    pub now: Option<Timestamp>,
}

/// Which groups come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = GroupOrder)]
pub(crate) enum Order {
    /// The most.
    #[default]
    Desc,
    /// The least.
    Asc,
}

/// A text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// Filters in either form.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Filters {
    List(Vec<Filter>),
    Each(BTreeMap<String, OneOrMany>),
}

impl Default for Filters {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Validate for QueryIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("metric", &self.metric, 1, 100);
        let limit = self.limit.is_none_or(|limit| (1..=MOST).contains(&limit));
        problems.check(limit, "limit", format!("The limit must be between 1 and {MOST}."));
        problems.check(
            self.from.is_some() == self.to.is_some(),
            if self.from.is_some() { "to" } else { "from" },
            "A range has a beginning and an end.",
        );
    }
}

/// A day or a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Day(Date),
    Moment(Timestamp),
}

fn when(field: &str, text: &str) -> Result<When, ApiError> {
    if let Some(moment) = text
        .contains(['T', 't'])
        .then(|| Timestamp::parse(text))
        .flatten()
    {
        return Ok(When::Moment(moment));
    }
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    is_day
        .then(|| text.parse().ok())
        .flatten()
        .map(When::Day)
        .ok_or_else(|| {
            ApiError::invalid(
                field,
                "This is no day of the calendar; one looks like 2026-01-31.",
            )
        })
}

impl QueryIn {
    /// As it is computed: the question, and moments where they are not whole days.
    pub fn query(
        self,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<(MetricQuery, Option<Moments>), ApiError> {
        let now = self.now.unwrap_or(now);
        let (days, exactly) = match (&self.from, &self.to) {
            (Some(from), Some(to)) => range(calendar, when("from", from)?, when("to", to)?)?,
            _ => (None, None),
        };
        let filters = match self.filters {
            Filters::List(list) => list,
            Filters::Each(each) => each
                .into_iter()
                .map(|(dimension, values)| Filter {
                    dimension,
                    values: values.list(),
                    not: false,
                })
                .collect(),
        };
        let ascending = self.order == Order::Asc;
        let rank = self
            .limit
            .or(ascending.then_some(MOST))
            .map(|count| Rank { count, ascending });
        let query = MetricQuery {
            metric: self.metric,
            days,
            grain: self.grain,
            group_by: self.group_by.list(),
            filters,
            compare: self.compare,
            rank,
            share: true,
            zone: None,
            now,
        };
        Ok((query, exactly))
    }
}

fn range(calendar: &Calendar, from: When, to: When) -> Result<(Option<Days>, Option<Moments>), ApiError> {
    let backwards = || ApiError::invalid("to", "The range ends before it begins.");
    if let (When::Day(first), When::Day(last)) = (from, to) {
        return if first <= last {
            Ok((Some(Days { first, last }), None))
        } else {
            Err(backwards())
        };
    }
    let never = Timestamp(i64::MAX - 1);
    let day = |first: Date| moments(calendar, Some(Days { first, last: first }), never);
    let begin = match from {
        When::Day(first) => day(first).begin,
        When::Moment(at) => at.micros(),
    };
    let end = match to {
        When::Day(last) => day(last).end,
        When::Moment(at) => at.micros(),
    };
    if end < begin {
        return Err(backwards());
    }
    let days = Days {
        first: today(calendar, Timestamp(begin)),
        last: today(calendar, Timestamp(end.saturating_sub(1).max(begin))),
    };
    Ok((Some(days), Some(Moments { begin, end })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_told_apart_and_nonsense_is_refused() {
        assert!(matches!(when("from", "2026-02-28"), Ok(When::Day(_))));
        assert!(matches!(when("from", "0001-01-01"), Ok(When::Day(_))));
        assert!(matches!(when("from", "9999-12-31"), Ok(When::Day(_))));
        assert!(matches!(
            when("from", "2026-02-28T10:00:00+01:00"),
            Ok(When::Moment(_))
        ));
        for text in [
            "",
            "2026-02-29",
            "2026-09-31",
            "2026-13-01",
            "10000-01-01",
            "20260101",
            "2026-01-01T",
            "now",
            "🦀",
        ] {
            assert!(when("from", text).is_err(), "{text}");
        }
    }
}
