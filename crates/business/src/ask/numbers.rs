//! Computed numbers as words need them.

use jiff::civil::Date;
use questions::calendar::Days;
use questions::phrase;

use crate::metrics::{Amount, MetricAnswer};

/// What words are made of.
pub(super) fn for_words(
    answer: &MetricAnswer,
    today: Date,
    fresh: Option<String>,
    notes: &[String],
) -> phrase::Numbers {
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
