//! Ranges in words.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::words::say;
use crate::calendar::Days;
use crate::catalogue::Language;
use crate::dates::BEGINNING;
use crate::frame::Range;

/// A range in words.
pub fn range(language: Language, range: &Range, today: Date) -> String {
    range.days.map_or_else(
        || say(language, "all_time", &[]),
        |known| days(language, known, today),
    )
}

/// Days in words: the name of a month, quarter or year where they are one.
pub fn days(language: Language, days: Days, today: Date) -> String {
    let Days { first, last } = days;
    let date = |date| day(language, date);
    if first == last {
        return match first {
            _ if first == today => say(language, "today", &[("date", &date(first))]),
            _ if Some(first) == today.yesterday().ok() => {
                say(language, "yesterday", &[("date", &date(first))])
            }
            _ => date(first),
        };
    }
    if first == BEGINNING {
        return say(language, "until", &[("date", &date(last))]);
    }
    let year = first.year().to_string();
    let whole = first.day() == 1 && last == last.last_of_month() && first.year() == last.year();
    if whole {
        let months = last.month() - first.month() + 1;
        match (months, first.month()) {
            (1, month) => {
                return say(
                    language,
                    "month_year",
                    &[("month", month_name(language, month).as_str()), ("year", &year)],
                );
            }
            (12, _) => return year,
            (3, 1 | 4 | 7 | 10) => {
                let n = (first.month() / 3 + 1).to_string();
                return say(language, "quarter", &[("n", &n), ("year", &year)]);
            }
            _ => {}
        }
    }
    if last == today && first.day() == 1 && first.year() == last.year() {
        let date = date(last);
        if first.month() == last.month() {
            let month = month_name(language, first.month());
            let month = say(language, "month_year", &[("month", &month), ("year", &year)]);
            return say(
                language,
                "this_month_to_date",
                &[("month", &month), ("date", &date)],
            );
        }
        if first.month() == 1 {
            return say(language, "this_year_to_date", &[("year", &year), ("date", &date)]);
        }
    }
    if first.weekday() == Weekday::Monday
        && first
            .checked_add(Span::new().days(6))
            .is_ok_and(|sunday| sunday == last)
    {
        return say(language, "week_of", &[("date", &date(first))]);
    }
    let a = if first.year() == last.year() {
        day_of_year(language, first)
    } else {
        date(first)
    };
    say(language, "from_to", &[("a", &a), ("b", &date(last))])
}

/// A day in words.
pub fn day(language: Language, date: Date) -> String {
    let month = month_name(language, date.month());
    say(
        language,
        "date",
        &[
            ("day", &date.day().to_string()),
            ("month", &month),
            ("year", &date.year().to_string()),
        ],
    )
}

fn day_of_year(language: Language, date: Date) -> String {
    let month = month_name(language, date.month());
    say(
        language,
        "date_no_year",
        &[("day", &date.day().to_string()), ("month", &month)],
    )
}

/// The name of a month.
pub fn month_name(language: Language, month: i8) -> String {
    let names = say(language, "months", &[]);
    names
        .split(',')
        .nth(usize::from(month.unsigned_abs()).saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}
