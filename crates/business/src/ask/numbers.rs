//! Computed numbers as words need them, and as they are sent.

use jiff::civil::Date;
use questions::calendar::Days;
use questions::phrase;
use serde::Serialize;
use utoipa::ToSchema;

use crate::metrics::{Amount, MetricAnswer, Point};

/// A piece of time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PointOut {
    /// Its first day.
    pub start: String,
    /// The number, in major units; null where there is nothing to divide by.
    #[schema(required)]
    pub value: Option<f64>,
    /// Exactly.
    #[schema(required)]
    pub value_minor: Option<i64>,
    /// The currency.
    #[schema(required)]
    pub currency: Option<String>,
    /// The same piece of the other range.
    #[schema(required)]
    pub previous: Option<f64>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RowOut {
    /// What it is called; null: what has no value there.
    #[schema(required)]
    pub key: Option<String>,
    /// One for each dimension.
    pub keys: Vec<Option<String>>,
    /// The number, in major units.
    #[schema(required)]
    pub value: Option<f64>,
    /// Exactly.
    #[schema(required)]
    pub value_minor: Option<i64>,
    /// The currency.
    #[schema(required)]
    pub currency: Option<String>,
    /// Its part of the whole, .12 is 12 %.
    #[schema(required)]
    pub share: Option<f64>,
    /// In the other range.
    #[schema(required)]
    pub previous: Option<f64>,
}

/// What a number is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PreviousOut {
    /// In major units.
    #[schema(required)]
    pub value: Option<f64>,
    /// Exactly.
    #[schema(required)]
    pub value_minor: Option<i64>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// By how much it grew, .12 is 12 %; null where there was nothing.
    #[schema(required)]
    pub change: Option<f64>,
}

/// The one number, where there is one and not several currencies.
pub(super) fn single(amounts: &[Amount]) -> Option<&Amount> {
    match amounts {
        [one] => Some(one),
        _ => None,
    }
}

/// Piece by piece; where there are several currencies, each piece once for each.
pub(super) fn series(answer: &MetricAnswer) -> Vec<PointOut> {
    let before = |place: usize, currency: &Option<String>| {
        let point: Option<&Point> = answer.previous_series.get(place);
        let amount = point?.amounts.iter().find(|a| a.currency == *currency)?;
        Some(amount.value)
    };
    let mut points = Vec::new();
    for (place, point) in answer.series.iter().enumerate() {
        let start = point.start.to_string();
        if point.amounts.is_empty() {
            points.push(PointOut {
                start,
                value: None,
                value_minor: None,
                currency: None,
                previous: before(place, &None),
            });
            continue;
        }
        points.extend(point.amounts.iter().map(|amount| PointOut {
            start: start.clone(),
            value: Some(amount.value),
            value_minor: Some(amount.minor),
            currency: amount.currency.clone(),
            previous: before(place, &amount.currency),
        }));
    }
    points
}

/// Group by group.
pub(super) fn rows(answer: &MetricAnswer) -> Vec<RowOut> {
    let row = |row: &crate::metrics::Row| RowOut {
        key: row.keys.first().cloned().flatten(),
        keys: row.keys.clone(),
        value: row.value,
        value_minor: row.minor,
        currency: row.currency.clone(),
        share: row.share,
        previous: row.previous,
    };
    answer.rows.iter().map(row).collect()
}

/// The other range, where both have one number.
pub(super) fn previous(answer: &MetricAnswer) -> Option<PreviousOut> {
    let previous = answer.previous.as_ref()?;
    let before = single(&previous.amounts);
    let now = single(&answer.amounts);
    let change = match (before, now) {
        (Some(before), Some(now)) if before.minor != 0 && before.currency == now.currency => {
            Some((now.minor - before.minor) as f64 / before.minor.unsigned_abs() as f64)
        }
        _ => None,
    };
    Some(PreviousOut {
        value: before.map(|amount| amount.value),
        value_minor: before.map(|amount| amount.minor),
        from: previous.days.first.to_string(),
        to: previous.days.last.to_string(),
        change,
    })
}

/// What words are made of.
pub(super) fn for_words(answer: &MetricAnswer, today: Date, fresh: Option<String>, notes: &[String]) -> phrase::Numbers {
    phrase::Numbers {
        today,
        amounts: amounts(&answer.amounts),
        previous: answer.previous.as_ref().map(|previous| phrase::Previous {
            days: Some(Days {
                first: previous.days.first,
                last: previous.days.last,
            }),
            amounts: amounts(&previous.amounts),
        }),
        series: answer
            .series
            .iter()
            .map(|point| phrase::Point {
                start: point.start,
                amounts: amounts(&point.amounts),
            })
            .collect(),
        rows: answer
            .rows
            .iter()
            .filter_map(|row| {
                Some(phrase::Row {
                    key: row.keys.first().cloned().flatten(),
                    amount: phrase::Amount {
                        currency: row.currency.clone(),
                        minor: row.minor?,
                    },
                    share: row.share,
                })
            })
            .collect(),
        row_count: usize::try_from(answer.row_count).unwrap_or(usize::MAX),
        fresh_until: fresh,
        notes: notes.to_vec(),
    }
}

fn amounts(amounts: &[Amount]) -> Vec<phrase::Amount> {
    amounts
        .iter()
        .map(|amount| phrase::Amount {
            currency: amount.currency.clone(),
            minor: amount.minor,
        })
        .collect()
}
