//! Dates in digits.

use super::when::{Named, When};
use crate::catalogue::Language;

/// In which order day and month stand where the year stands last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 5/3 is the fifth of March.
    DayFirst,
    /// 5/3 is the third of May.
    MonthFirst,
}

impl Order {
    /// The order of a language; English is read as its zone writes.
    pub fn of(language: Language, zone: Option<&str>) -> Self {
        let american = zone.is_some_and(|zone| zone.starts_with("America/") || zone.starts_with("US/"));
        if language == Language::En && american {
            Self::MonthFirst
        } else {
            Self::DayFirst
        }
    }
}

/// What a number with signs inside says about time.
pub fn read(number: &str, order: Order) -> Option<When> {
    let sign = number.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(sign, '-' | '/' | '.') {
        return None;
    }
    let parts: Vec<&str> = number.split(sign).collect();
    let numbers: Vec<i64> = parts
        .iter()
        .map(|part| part.parse().ok().filter(|_| part.len() <= 4))
        .collect::<Option<_>>()?;
    let long = |n: usize| parts[n].len() == 4;
    match numbers[..] {
        [year, month, day] if long(0) => date(day, month, year, false),
        [a, b, year] if long(2) || (parts[2].len() == 2 && sign != '-') => {
            let year = if long(2) { year } else { 2000 + year };
            let (day, month) = if order == Order::DayFirst { (a, b) } else { (b, a) };
            // The other way round where this way there is no such month.
            if month > 12 && day <= 12 {
                date(month, day, year, false)
            } else {
                date(day, month, year, day <= 12 && day != month)
            }
        }
        [year, month] if long(0) && !long(1) && (1..=12).contains(&month) => month_of(month, year),
        [month, year] if long(1) && !long(0) && (1..=12).contains(&month) => month_of(month, year),
        [from, to] if long(0) && long(1) && sign == '-' && plausible(from) && plausible(to) => {
            let year = |year| {
                Box::new(When::Named {
                    what: Named::Year,
                    year: Some(year),
                })
            };
            Some(When::Between(year(from), year(to)))
        }
        [a, b] if sign == '/' && a > 0 && b > 0 => {
            let (day, month) = if order == Order::DayFirst { (a, b) } else { (b, a) };
            let what = piece(day, month, day <= 12 && day != month)?;
            Some(When::Named { what, year: None })
        }
        _ => None,
    }
}

/// Whether a bare number is a year that a shop may have seen.
pub fn plausible(year: i64) -> bool {
    (1900..=2100).contains(&year)
}

fn month_of(month: i64, year: i64) -> Option<When> {
    Some(When::Named {
        what: Named::Month(i8::try_from(month).ok()?),
        year: Some(year),
    })
}

fn date(day: i64, month: i64, year: i64, either: bool) -> Option<When> {
    Some(When::Named {
        what: piece(day, month, either)?,
        year: Some(year),
    })
}

fn piece(day: i64, month: i64, either: bool) -> Option<Named> {
    // A thirteenth month stays: it is said that there is none.
    Some(Named::Day {
        day: i8::try_from(day).ok()?,
        month: i8::try_from(month).ok()?,
        either,
    })
}
