//! The day by which something is to be done: unlike the dates of numbers it lies ahead.

use jiff::Span;
use jiff::civil::Date;

use crate::cues::Cues;
use crate::dates::{self, Named, Unit, When};
use crate::text::Text;

/// A day that was said.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// The day.
    pub day: Date,
}

/// The first day that is said behind a place.
pub fn find(text: &Text, cues: &Cues<'_>, from: usize, today: Date) -> Option<Due> {
    let found = dates::find(text, cues.lexicon, None);
    found
        .into_iter()
        .filter(|found| found.at >= from)
        .find_map(|found| {
            let day = day(&found.when, today)?;
            Some(Due {
                at: found.at,
                end: found.end,
                day,
            })
        })
}

fn day(when: &When, today: Date) -> Option<Date> {
    let ahead = |span: Span| today.checked_add(span).ok();
    match when {
        When::Day(day) => Some(*day),
        When::Units { unit, from, .. } if *from >= 0 => {
            let n = i64::from(*from);
            match unit {
                Unit::Day => ahead(Span::new().try_days(n).ok()?),
                Unit::Week => ahead(Span::new().try_weeks(n).ok()?),
                Unit::Month => ahead(Span::new().try_months(n).ok()?),
                _ => None,
            }
        }
        When::Weekday(day) => {
            let days = (day - today.weekday().to_monday_zero_offset() + 6).rem_euclid(7) + 1;
            ahead(Span::new().days(i64::from(days)))
        }
        When::Until(inner) | When::UpTo(inner) => self::day(inner, today),
        When::Named {
            what: Named::Day { day, month, .. },
            year,
        } => {
            let of = |year: i64| Date::new(i16::try_from(year).ok()?, *month, *day).ok();
            match year {
                Some(year) => of(*year),
                None => (0..9).find_map(|n| of(i64::from(today.year()) + n).filter(|day| *day >= today)),
            }
        }
        _ => None,
    }
}
