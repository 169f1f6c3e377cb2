//! From what was said to days, by the calendar of the workspace and what is usual.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::note::Note;
use super::when::{Named, Unit, When};
use crate::calendar::{Calendar, Days, Grain};

/// Where ranges without a beginning begin: before any shop's data.
pub const BEGINNING: Date = jiff::civil::date(1970, 1, 1);

/// Nothing before this year is looked at.
const FIRST_YEAR: i64 = 1900;

/// What dates are relative to.
#[derive(Clone, Copy, Debug)]
pub struct Era<'a> {
    /// Today, in the workspace's zone.
    pub today: Date,
    /// The workspace's calendar.
    pub calendar: &'a Calendar,
    /// The range of the question before, where this one follows it.
    pub last: Option<Days>,
}

/// What was made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The days; none: all there is.
    pub days: Option<Days>,
    /// The unit that they are one or more of.
    pub unit: Option<Unit>,
    /// Conventions that decided.
    pub notes: Vec<Note>,
    /// Other readings.
    pub others: Vec<Days>,
}

/// Why no days can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such day.
    NoSuchDay,
    /// It has not come yet.
    Future,
    /// Before anything that can be counted, or beyond any calendar.
    OutOfReach,
}

impl Resolved {
    fn plain(first: Date, last: Date, unit: Option<Unit>) -> Self {
        Self {
            days: Some(Days { first, last }),
            unit,
            notes: Vec::new(),
            others: Vec::new(),
        }
    }
}

/// Days of what was said; nothing of it lies in the future.
pub fn resolve(when: &When, era: &Era<'_>) -> Result<Resolved, Trouble> {
    let mut resolved = raw(when, era, None)?;
    if let Some(days) = &mut resolved.days {
        if i64::from(days.last.year()) < FIRST_YEAR {
            return Err(Trouble::OutOfReach);
        }
        if days.first > era.today {
            return Err(Trouble::Future);
        }
        if days.last > era.today {
            days.last = era.today;
            let said_to_date = matches!(when, When::Units { .. } | When::Named { .. } | When::NamedAgo(..));
            if !said_to_date {
                resolved.notes.push(Note::UntilToday);
            }
        }
    }
    resolved
        .others
        .retain(|days| days.first <= era.today && days.last >= days.first);
    Ok(resolved)
}

/// Days of what was said, the future included. `near` is a date whose year a date without one takes.
fn raw(when: &When, era: &Era<'_>, near: Option<Date>) -> Result<Resolved, Trouble> {
    let today = era.today;
    match when {
        When::All => Ok(Resolved {
            days: None,
            unit: None,
            notes: Vec::new(),
            others: Vec::new(),
        }),
        When::Day(day) => Ok(Resolved::plain(*day, *day, Some(Unit::Day))),
        When::Units { unit, from, to } => units(*unit, *from, *to, era),
        When::ToDate(unit) => Ok(Resolved::plain(begin(today, *unit, 0, era)?, today, Some(*unit))),
        When::Begin(unit, n) => {
            let first = begin(today, *unit, i64::from(*n), era)?;
            Ok(Resolved::plain(first, first, Some(Unit::Day)))
        }
        When::Before(unit) => {
            let from = era.last.map_or(today, |last| last.first);
            let first = begin(from, *unit, -1, era)?;
            let last = day_before(begin(from, *unit, 0, era)?)?;
            Ok(Resolved::plain(first, last, Some(*unit)))
        }
        When::Named { what, year } => named(*what, *year, era, near),
        When::NamedAgo(what, ago) => named(*what, Some(i64::from(today.year()) + i64::from(*ago)), era, near),
        When::Fiscal(year) => fiscal(*year, era),
        When::Weekday(day) => {
            let back = (today.weekday().to_monday_zero_offset() - day + 6).rem_euclid(7) + 1;
            let day = shift(today, Unit::Day, -i64::from(back))?;
            Ok(Resolved::plain(day, day, Some(Unit::Day)))
        }
        When::Weekend(n) => {
            let monday = shift(
                today,
                Unit::Day,
                -i64::from(today.weekday().to_monday_zero_offset()),
            )?;
            let saturday = shift(monday, Unit::Day, 5 + 7 * i64::from(*n))?;
            Ok(Resolved::plain(saturday, shift(saturday, Unit::Day, 1)?, None))
        }
        When::WeekOf(inner) => {
            let day = first_of(&raw(inner, era, near)?);
            let first = begin(day, Unit::Week, 0, era)?;
            Ok(Resolved::plain(
                first,
                shift(first, Unit::Day, 6)?,
                Some(Unit::Week),
            ))
        }
        When::Since(inner) => open(inner, era, |days| Ok((days.first, today.max(days.first)))),
        When::After(inner) => open(inner, era, |days| {
            let first = shift(days.last, Unit::Day, 1)?;
            Ok((first, today.max(first)))
        }),
        When::Until(inner) => open(inner, era, |days| Ok((BEGINNING.min(days.last), days.last))),
        When::UpTo(inner) => open(inner, era, |days| {
            let last = day_before(days.first)?;
            Ok((BEGINNING.min(last), last))
        }),
        When::Between(from, to) => between(from, to, era),
    }
}

fn open(
    inner: &When,
    era: &Era<'_>,
    ends: impl Fn(Days) -> Result<(Date, Date), Trouble>,
) -> Result<Resolved, Trouble> {
    let mut resolved = raw(inner, era, None)?;
    let ends = |days: Days| ends(days).map(|(first, last)| Days { first, last });
    resolved.days = resolved.days.map(ends).transpose()?;
    resolved.others = resolved
        .others
        .into_iter()
        .filter_map(|days| ends(days).ok())
        .collect();
    resolved.unit = None;
    Ok(resolved)
}

fn between(from: &When, to: &When, era: &Era<'_>) -> Result<Resolved, Trouble> {
    let yearless = |when: &When| matches!(when, When::Named { year: None, .. });
    // The end that has a year gives it to the other.
    let (first, last) = if yearless(to) && !yearless(from) {
        let first = raw(from, era, None)?;
        let begin = first_of(&first);
        let mut last = raw(to, era, Some(begin))?;
        if last.days.is_some_and(|days| days.last < begin) {
            last = raw(to, era, shift(begin, Unit::Year, 1).ok())?;
        }
        (first, last)
    } else {
        let last = raw(to, era, None)?;
        let near = yearless(from).then(|| last.days.map(|days| days.last)).flatten();
        let first = match raw(from, era, near)? {
            first if near.is_some() && first_of(&first) > last.days.map_or(era.today, |days| days.last) => {
                raw(from, era, near.and_then(|near| shift(near, Unit::Year, -1).ok()))?
            }
            first => first,
        };
        (first, last)
    };
    let (Some(a), Some(b)) = (first.days, last.days) else {
        return Ok(Resolved {
            days: None,
            unit: None,
            notes: Vec::new(),
            others: Vec::new(),
        });
    };
    let mut notes = first.notes;
    notes.extend(last.notes);
    let days = if a.first <= b.last {
        Days {
            first: a.first,
            last: b.last,
        }
    } else {
        notes.push(Note::Swapped);
        Days {
            first: b.first,
            last: a.last,
        }
    };
    let others = match (first.others.first(), last.others.first()) {
        (Some(a), Some(b)) if a.first <= b.last => vec![Days {
            first: a.first,
            last: b.last,
        }],
        _ => Vec::new(),
    };
    Ok(Resolved {
        days: Some(days),
        unit: None,
        notes,
        others,
    })
}

fn units(unit: Unit, from: i32, to: i32, era: &Era<'_>) -> Result<Resolved, Trouble> {
    let today = era.today;
    let first = begin(today, unit, i64::from(from), era)?;
    let last = day_before(begin(today, unit, i64::from(to) + 1, era)?)?;
    let mut resolved = Resolved::plain(first, last, Some(unit));
    if to == -1 && from < -1 && unit != Unit::Day {
        resolved.notes.push(Note::CompleteUnits);
        // The other reading ends today: as many units back from here.
        let back = shift(today, unit, i64::from(from)).and_then(|day| shift(day, Unit::Day, 1))?;
        resolved.others.push(Days {
            first: back,
            last: today,
        });
    }
    Ok(resolved)
}

fn named(what: Named, year: Option<i64>, era: &Era<'_>, near: Option<Date>) -> Result<Resolved, Trouble> {
    let unit = match what {
        Named::Day { .. } => Some(Unit::Day),
        Named::Month(_) => Some(Unit::Month),
        Named::Quarter(_) => Some(Unit::Quarter),
        Named::Half(_) => Some(Unit::Half),
        Named::Week(_) => Some(Unit::Week),
        Named::Christmas => None,
        Named::Year => Some(Unit::Year),
    };
    let carried = era
        .last
        .map(|last| i64::from(last.first.year()))
        .filter(|_| near.is_none() && year.is_none());
    let (days, notes) = if let Some(year) = year.or(near.map(|near| i64::from(near.year()))) {
        (piece(what, year)?, Vec::new())
    } else if let Some(days) = carried
        .and_then(|year| piece(what, year).ok())
        .filter(|days| days.first <= era.today)
    {
        (days, vec![Note::YearCarried])
    } else {
        (newest(what, era.today)?, Vec::new())
    };
    let mut resolved = Resolved::plain(days.first, days.last, unit);
    resolved.notes = notes;
    if let Named::Day {
        day,
        month,
        either: true,
    } = what
    {
        let turned = Named::Day {
            day: month,
            month: day,
            either: false,
        };
        let other = year.map_or_else(|| newest(turned, era.today), |year| piece(turned, year));
        if let Ok(other) = other {
            resolved.others.push(other);
            resolved.notes.push(Note::DayOrMonth);
        }
    }
    Ok(resolved)
}

/// The newest such piece that has begun. A leap day may lie eight years back.
fn newest(what: Named, today: Date) -> Result<Days, Trouble> {
    let year = i64::from(today.year());
    let begun = |ago: i64| piece(what, year - ago).ok().filter(|days| days.first <= today);
    (0..9).find_map(begun).ok_or(Trouble::NoSuchDay)
}

fn piece(what: Named, year: i64) -> Result<Days, Trouble> {
    let year = i16::try_from(year)
        .ok()
        .filter(|year| (1..=9999).contains(year))
        .ok_or(Trouble::OutOfReach)?;
    let day = |month: i8, day: i8| Date::new(year, month, day).map_err(|_| Trouble::NoSuchDay);
    let months = |first: i8, last: i8| {
        Ok(Days {
            first: day(first, 1)?,
            last: day(last, 1)?.last_of_month(),
        })
    };
    match what {
        Named::Day { day: d, month, .. } => day(month, d).map(|day| Days {
            first: day,
            last: day,
        }),
        Named::Month(month) => months(month, month),
        Named::Quarter(n) => months(n * 3 - 2, n * 3),
        Named::Half(n) => months(n * 6 - 5, n * 6),
        Named::Year => months(1, 12),
        Named::Christmas => Ok(Days {
            first: day(12, 24)?,
            last: day(12, 26)?,
        }),
        Named::Week(n) => {
            let monday =
                jiff::civil::ISOWeekDate::new(year, n, Weekday::Monday).map_err(|_| Trouble::NoSuchDay)?;
            let first = monday.date();
            Ok(Days {
                first,
                last: shift(first, Unit::Day, 6)?,
            })
        }
    }
}

fn fiscal(year: i64, era: &Era<'_>) -> Result<Resolved, Trouble> {
    let month = era.calendar.fiscal_month.clamp(1, 12);
    let of = |begins: i64| {
        let first = piece(Named::Month(month), begins)?.first;
        Ok::<_, Trouble>(Days {
            first,
            last: day_before(shift(first, Unit::Year, 1)?)?,
        })
    };
    if month == 1 {
        let days = of(year)?;
        return Ok(Resolved::plain(days.first, days.last, Some(Unit::Fiscal)));
    }
    let days = of(year - 1)?;
    let mut resolved = Resolved::plain(days.first, days.last, Some(Unit::Fiscal));
    resolved.notes.push(Note::FiscalByEnd);
    resolved.others.extend(of(year));
    Ok(resolved)
}

/// The first day of the unit that holds a day, moved by whole units.
fn begin(day: Date, unit: Unit, n: i64, era: &Era<'_>) -> Result<Date, Trouble> {
    let month = |month: i8| Date::new(day.year(), month, 1).map_err(|_| Trouble::OutOfReach);
    let first = match unit {
        Unit::Half => month(if day.month() < 7 { 1 } else { 7 })?,
        Unit::Fiscal => {
            let first = month(era.calendar.fiscal_month.clamp(1, 12))?;
            if first > day {
                shift(first, Unit::Year, -1)?
            } else {
                first
            }
        }
        _ => era.calendar.floor(day, unit.grain().unwrap_or(Grain::Day)),
    };
    shift(first, unit, n)
}

/// A day moved by units.
fn shift(day: Date, unit: Unit, n: i64) -> Result<Date, Trouble> {
    let span = match unit {
        Unit::Day => Span::new().try_days(n),
        Unit::Week => Span::new().try_weeks(n),
        Unit::Month => Span::new().try_months(n),
        Unit::Quarter => Span::new().try_months(n.saturating_mul(3)),
        Unit::Half => Span::new().try_months(n.saturating_mul(6)),
        Unit::Year | Unit::Fiscal => Span::new().try_years(n),
    };
    span.and_then(|span| day.checked_add(span))
        .map_err(|_| Trouble::OutOfReach)
}

fn day_before(day: Date) -> Result<Date, Trouble> {
    day.yesterday().map_err(|_| Trouble::OutOfReach)
}

fn first_of(resolved: &Resolved) -> Date {
    resolved.days.map_or(BEGINNING, |days| days.first)
}

/// The range before a range: of the same unit of the calendar, or of as many days.
pub fn period_before(days: Days, unit: Option<Unit>, era: &Era<'_>) -> Option<Days> {
    if let Some(unit) = unit {
        let whole = begin(days.first, unit, 0, era).ok()? == days.first;
        if whole {
            let first = begin(days.first, unit, -1, era).ok()?;
            return Some(Days {
                first,
                last: day_before(days.first).ok()?,
            });
        }
    }
    let length = days.first.until(days.last).ok()?.get_days();
    let last = day_before(days.first).ok()?;
    Some(Days {
        first: shift(last, Unit::Day, -i64::from(length)).ok()?,
        last,
    })
}

/// The same days a year before.
pub fn year_before(days: Days) -> Option<Days> {
    let back = |day| shift(day, Unit::Year, -1).ok();
    let last = if days.last == days.last.last_of_month() {
        back(days.last.first_of_month())?.last_of_month()
    } else {
        back(days.last)?
    };
    Some(Days {
        first: back(days.first)?,
        last,
    })
}
