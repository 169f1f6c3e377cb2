//! Days to moments: once, here, by the calendar of the workspace.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use kit::clock::Timestamp;
use questions::calendar::{Calendar, Days, Grain};
use questions::frame::Compare;

use super::compile::Moments;

/// The most pieces that a range is cut into: three years of days.
pub(crate) const MOST_PIECES: usize = 1_200;

/// The moments of days, without those after the present.
pub(crate) fn moments(calendar: &Calendar, days: Option<Days>, now: Timestamp) -> Moments {
    let until_now = now.micros().saturating_add(1);
    let Some(days) = days else {
        return Moments {
            begin: i64::MIN,
            end: until_now,
        };
    };
    let begin = first_moment(calendar, days.first);
    Moments {
        begin,
        // A range that has not begun is empty.
        end: end_of(calendar, days.last).min(until_now).max(begin),
    }
}

fn first_moment(calendar: &Calendar, day: Date) -> i64 {
    // Years in which there are no moments any more lie outside of every row.
    calendar.begin(day).map_or(
        if day.year() > 0 { i64::MAX } else { i64::MIN },
        jiff::Timestamp::as_microsecond,
    )
}

fn end_of(calendar: &Calendar, day: Date) -> i64 {
    day.tomorrow()
        .map_or(i64::MAX, |next| first_moment(calendar, next))
}

/// The day that it is.
pub(crate) fn today(calendar: &Calendar, now: Timestamp) -> Date {
    let at = jiff::Timestamp::from_microsecond(now.micros()).unwrap_or(jiff::Timestamp::MAX);
    calendar.day_of(at)
}

/// A piece of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The first day of the unit that it is a piece of.
    pub start: Date,
    pub days: Days,
}

/// Cuts days into pieces; none where there would be too many.
pub(crate) fn pieces(calendar: &Calendar, days: Days, grain: Grain) -> Option<Vec<Piece>> {
    let mut found = Vec::new();
    let mut start = calendar.floor(days.first, grain);
    while start <= days.last {
        if found.len() == MOST_PIECES {
            return None;
        }
        let next = start.checked_add(step(grain)).ok();
        let last = next
            .and_then(|next| next.yesterday().ok())
            .unwrap_or(days.last)
            .min(days.last);
        let piece = Days {
            first: start.max(days.first),
            last,
        };
        found.push(Piece { start, days: piece });
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    Some(found)
}

fn step(grain: Grain) -> Span {
    match grain {
        Grain::Day => 1.day(),
        Grain::Week => 7.days(),
        Grain::Month => 1.month(),
        Grain::Quarter => 3.months(),
        Grain::Year => 1.year(),
    }
}

/// How a range is moved to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Days(i64),
    Months(i32),
}

impl Back {
    fn day(self, day: Date) -> Date {
        let moved = match self {
            Self::Days(n) => day.checked_sub(n.days()),
            Self::Months(n) => day.checked_sub(n.months()),
        };
        moved.unwrap_or(Date::MIN)
    }
}

/// The other range of a comparison: its days, and its moments. What has not ended yet is compared with the same part.
pub(crate) fn other(calendar: &Calendar, days: Days, how: Compare, now: Timestamp) -> (Days, Moments) {
    let today = today(calendar, now);
    let back = match how {
        Compare::PreviousYear => Back::Months(12),
        Compare::PreviousPeriod => one_before(days, today),
    };
    let mut other = Days {
        first: back.day(days.first),
        last: back.day(days.last),
    };
    if matches!(back, Back::Months(_)) && ends_a_month(days.last) {
        other.last = other.last.last_of_month();
    }
    let mut within = moments(calendar, Some(other), now);
    if days.first <= today && today <= days.last {
        let cut = same_time(calendar, back.day(today), now).saturating_add(1);
        within.end = within.end.min(cut).max(within.begin);
        other.last = other.last.min(back.day(today)).max(other.first);
    }
    (other, within)
}

/// The same time of the day on another day.
fn same_time(calendar: &Calendar, day: Date, now: Timestamp) -> i64 {
    let at = jiff::Timestamp::from_microsecond(now.micros()).unwrap_or(jiff::Timestamp::MAX);
    let time = at.to_zoned(calendar.zone.clone()).time();
    let moved = day.to_datetime(time).to_zoned(calendar.zone.clone());
    moved.map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond())
}

fn ends_a_month(day: Date) -> bool {
    day == day.last_of_month()
}

/// How far back the period before begins: whole months for months, quarters and years, and for those of them that have
/// only come as far as today; else as many days.
fn one_before(days: Days, today: Date) -> Back {
    let Days { first, last } = days;
    let months = i32::from(last.year() - first.year()) * 12 + i32::from(last.month() - first.month()) + 1;
    if first.day() == 1 && ends_a_month(last) {
        return Back::Months(months);
    }
    if first.day() == 1 && last == today {
        let begins_quarter = (first.month() - 1) % 3 == 0;
        return match months {
            1 => Back::Months(1),
            2..=3 if begins_quarter => Back::Months(3),
            2..=12 if first.month() == 1 => Back::Months(12),
            _ => Back::Days(length(days)),
        };
    }
    Back::Days(length(days))
}

fn length(days: Days) -> i64 {
    let span = days.first.until(days.last).map_or(0, |span| span.get_days());
    i64::from(span) + 1
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use jiff::tz::TimeZone;

    use super::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar {
            zone: TimeZone::get(zone).unwrap(),
            week_start: Weekday::Monday,
            fiscal_month: 1,
        }
    }

    fn days(first: Date, last: Date) -> Days {
        Days { first, last }
    }

    const NEVER: Timestamp = Timestamp(i64::MAX - 1);

    /// The pieces of a range lie end to end and are the whole range, in every zone, with every jump of its clocks.
    #[test]
    fn pieces_are_the_whole_in_every_zone() {
        let whole = days(date(2016, 1, 1), date(2018, 12, 31));
        for name in jiff::tz::db().available() {
            let calendar = calendar(name.as_str());
            for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year] {
                let all = moments(&calendar, Some(whole), NEVER);
                let mut at = all.begin;
                for piece in pieces(&calendar, whole, grain).unwrap() {
                    let one = moments(&calendar, Some(piece.days), NEVER);
                    assert_eq!(one.begin, at, "{name}: {piece:?}");
                    assert!(one.end >= one.begin, "{name}: {piece:?}");
                    at = one.end;
                }
                assert_eq!(at, all.end, "{name}");
            }
        }
    }

    /// The first instant of each day from 2016 to 2030 belongs to that day, and the one before it does not.
    #[test]
    fn every_day_begins_at_its_first_moment() {
        for name in jiff::tz::db().available() {
            let calendar = calendar(name.as_str());
            let mut day = date(2016, 1, 1);
            while day <= date(2030, 12, 31) {
                let begin = jiff::Timestamp::from_microsecond(first_moment(&calendar, day)).unwrap();
                let before = jiff::Timestamp::from_microsecond(begin.as_microsecond() - 1).unwrap();
                assert!(calendar.day_of(begin) >= day, "{name}: {day}");
                assert!(calendar.day_of(before) < day, "{name}: {day}");
                day = day.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn the_range_before_is_the_same_unit_of_the_calendar() {
        let calendar = calendar("Europe/Berlin");
        let now = Timestamp::parse("2026-11-21T14:30:00Z").unwrap();
        let before = |first, last| other(&calendar, days(first, last), Compare::PreviousPeriod, now).0;
        let year = |first, last| other(&calendar, days(first, last), Compare::PreviousYear, now).0;
        // Whole months, quarters and years.
        assert_eq!(
            before(date(2026, 3, 1), date(2026, 3, 31)),
            days(date(2026, 2, 1), date(2026, 2, 28))
        );
        assert_eq!(
            before(date(2026, 7, 1), date(2026, 9, 30)),
            days(date(2026, 4, 1), date(2026, 6, 30))
        );
        assert_eq!(
            before(date(2025, 1, 1), date(2025, 12, 31)),
            days(date(2024, 1, 1), date(2024, 12, 31))
        );
        assert_eq!(
            year(date(2025, 2, 1), date(2025, 2, 28)),
            days(date(2024, 2, 1), date(2024, 2, 29))
        );
        // As far as today.
        assert_eq!(
            before(date(2026, 11, 1), date(2026, 11, 21)),
            days(date(2026, 10, 1), date(2026, 10, 21))
        );
        assert_eq!(
            before(date(2026, 10, 1), date(2026, 11, 21)),
            days(date(2026, 7, 1), date(2026, 8, 21))
        );
        assert_eq!(
            before(date(2026, 11, 1), date(2026, 11, 30)),
            days(date(2026, 10, 1), date(2026, 10, 21))
        );
        // Weeks, and any number of days.
        assert_eq!(
            before(date(2026, 11, 9), date(2026, 11, 15)),
            days(date(2026, 11, 2), date(2026, 11, 8))
        );
        assert_eq!(
            before(date(2026, 11, 2), date(2026, 11, 4)),
            days(date(2026, 10, 30), date(2026, 11, 1))
        );
    }

    #[test]
    fn what_has_not_ended_is_compared_with_the_same_part() {
        let calendar = calendar("Europe/Berlin");
        // 15:30 in winter, and 15:30 in summer: not the same distance from midnight UTC.
        let now = Timestamp::parse("2026-11-21T14:30:00Z").unwrap();
        let november = days(date(2026, 11, 1), date(2026, 11, 30));
        let (_, within) = other(&calendar, november, Compare::PreviousPeriod, now);
        let cut = Timestamp::parse("2026-10-21T13:30:00Z").unwrap().micros() + 1;
        assert_eq!(within.end, cut);
        let (_, within) = other(&calendar, november, Compare::PreviousYear, now);
        assert_eq!(
            within.end,
            Timestamp::parse("2025-11-21T14:30:00Z").unwrap().micros() + 1
        );
    }

    #[test]
    fn ranges_at_the_ends_of_time_do_not_break() {
        let calendar = calendar("Pacific/Auckland");
        let now = Timestamp::parse("2026-11-21T14:30:00Z").unwrap();
        let all = days(Date::MIN, Date::MAX);
        assert_eq!(moments(&calendar, Some(all), now).end, now.micros() + 1);
        let future = moments(&calendar, Some(days(date(9998, 1, 1), Date::MAX)), now);
        assert_eq!(future.begin, future.end);
        assert_eq!(pieces(&calendar, all, Grain::Day), None);
        assert!(pieces(&calendar, days(date(9999, 12, 1), Date::MAX), Grain::Month).is_some());
        other(&calendar, all, Compare::PreviousPeriod, now);
        other(&calendar, all, Compare::PreviousYear, now);
    }
}
