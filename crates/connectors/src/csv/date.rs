//! Dates as people write them in tables.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// Which of the first two numbers of a date is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 31/12/2026
    Dmy,
    /// 12/31/2026
    Mdy,
    /// 2026-12-31
    Ymd,
}

/// Reads a date with or without a time. A time without a zone is one of `zone`; of an hour that comes twice it is the first.
pub fn moment(text: &str, order: DateOrder, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    // With a zone of its own.
    if text.len() > 19 && let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let civil = civil(text, order)?;
    let zoned = civil.to_zoned(zone.clone()).ok()?;
    Some(Timestamp(zoned.timestamp().as_microsecond()))
}

fn civil(text: &str, order: DateOrder) -> Option<DateTime> {
    let end = text.find(['T', ' ']).filter(|end| text[..*end].bytes().filter(u8::is_ascii_digit).count() >= 3);
    let (date, time) = end.map_or((text, ""), |end| (&text[..end], text[end + 1..].trim()));
    let date = match plain(date, order) {
        Some(date) => date,
        None => return named(text).map(|date| date.to_datetime(Time::midnight())),
    };
    Some(date.to_datetime(if time.is_empty() { Time::midnight() } else { clock(time)? }))
}

/// Three numbers with a mark between them, or eight digits.
fn plain(text: &str, order: DateOrder) -> Option<Date> {
    let text = text.trim_end_matches('.');
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return built(&text[..4], &text[4..6], &text[6..]);
    }
    let mark = text.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = text.split(mark);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if a.len() == 4 {
        return built(a, b, c);
    }
    match order {
        DateOrder::Mdy => built(c, a, b),
        DateOrder::Dmy | DateOrder::Ymd => built(c, b, a),
    }
}

fn built(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |text: &str| if text.len() <= 4 { text.parse::<i16>().ok() } else { None };
    let year = match (year.len(), number(year)?) {
        (2, short) => short + if short >= 70 { 1900 } else { 2000 },
        (4, year) => year,
        _ => return None,
    };
    Date::new(year, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?).ok()
}

/// `14:30`, `2:30 PM`, `14:30:05.123`.
fn clock(text: &str) -> Option<Time> {
    let lower = text.to_ascii_lowercase();
    let (text, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(rest), _) => (rest.trim(), Some(0)),
        (_, Some(rest)) => (rest.trim(), Some(12)),
        _ => (lower.trim_end_matches('z').trim(), None),
    };
    let mut parts = text.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second: i8 = parts.next().map_or(Some(0), |s| s.split(['.', ',']).next()?.parse().ok())?;
    let hour = match half {
        None => hour,
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// The first letters of the months in English, Portuguese, Spanish, German and French.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene"],
    &["feb", "fev", "fév"],
    &["mar", "mär", "mrz"],
    &["apr", "abr", "avr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "ago", "aoû", "aou"],
    &["sep", "set"],
    &["oct", "out", "okt"],
    &["nov"],
    &["dec", "dez", "dic", "déc"],
];

/// `31 Dec 2026`, `December 31, 2026`, `31. Dezember 2026`, `31-Dec-2026`.
fn named(text: &str) -> Option<Date> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && *w != "de").collect();
    let [first, second, year, ..] = words.as_slice() else {
        return None;
    };
    let (day, month) = if first.bytes().all(|b| b.is_ascii_digit()) { (first, second) } else { (second, first) };
    let at = MONTHS.iter().position(|names| names.iter().any(|name| month.starts_with(name)))?;
    built(year, &(at + 1).to_string(), day)
}

/// What a text proves about the order of dates; none if it is no date.
pub(super) fn proof(text: &str) -> Option<DateProof> {
    let text = text.trim();
    if text.len() < 6 || text.len() > 40 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let is = |order| civil(text, order).is_some() || (text.len() > 19 && Timestamp::parse(text).is_some());
    let marks = text.chars().any(|c| matches!(c, '-' | '/' | '.')) || text.chars().any(char::is_alphabetic);
    if !marks {
        return None;
    }
    let first = text.split(['-', '/', '.', ' ']).next().unwrap_or_default();
    match (is(DateOrder::Dmy), is(DateOrder::Mdy)) {
        (false, false) => None,
        (true, false) => Some(DateProof::Is(DateOrder::Dmy)),
        (false, true) => Some(DateProof::Is(DateOrder::Mdy)),
        (true, true) if first.len() == 4 || text.chars().any(|c| c.is_alphabetic() && !matches!(c, 'T' | 'Z' | 'A' | 'P' | 'M' | 'a' | 'p' | 'm')) => {
            Some(DateProof::Is(DateOrder::Ymd))
        }
        // 07/07/2026 is the same either way.
        (true, true) if civil(text, DateOrder::Dmy) == civil(text, DateOrder::Mdy) => Some(DateProof::Either),
        (true, true) if first.len() <= 2 && text[first.len()..].starts_with('.') => Some(DateProof::Likely(DateOrder::Dmy)),
        (true, true) => Some(DateProof::Doubt),
    }
}

/// What a text proves about the order of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateProof {
    /// It is this.
    Is(DateOrder),
    /// It is written as people with this order write.
    Likely(DateOrder),
    /// Both readings are the same day.
    Either,
    /// Both readings are possible.
    Doubt,
}

/// How the first date of a column is written, for people.
pub(super) fn format_of(text: &str, order: DateOrder) -> String {
    let mark = text.chars().find(|c| matches!(c, '-' | '/' | '.')).unwrap_or(' ');
    let has_long_year = text.split(|c: char| !c.is_ascii_digit()).any(|part| part.len() == 4);
    let year = if has_long_year { "YYYY" } else { "YY" };
    let date = match order {
        DateOrder::Dmy => format!("DD{mark}MM{mark}{year}"),
        DateOrder::Mdy => format!("MM{mark}DD{mark}{year}"),
        DateOrder::Ymd => format!("{year}{mark}MM{mark}DD"),
    };
    match text.matches(':').count() {
        0 => date,
        1 => format!("{date} HH:MM"),
        _ => format!("{date} HH:MM:SS"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_zone() {
        let london = TimeZone::get("Europe/London").unwrap();
        for (text, order, expected) in [
            ("2010-12-01 08:26:00", DateOrder::Ymd, "2010-12-01T08:26:00Z"),
            ("2011-07-01 08:26", DateOrder::Dmy, "2011-07-01T07:26:00Z"),
            ("01/07/2011 8:26", DateOrder::Dmy, "2011-07-01T07:26:00Z"),
            ("7/1/11 8:26 PM", DateOrder::Mdy, "2011-07-01T19:26:00Z"),
            ("31.12.2026", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            ("2026-01-31T12:00:00+02:00", DateOrder::Dmy, "2026-01-31T10:00:00Z"),
            ("31 Dec 2026", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            ("December 31, 2026", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            ("31. Dezember 2026", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            ("31 de dezembro de 2026", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            ("20261231", DateOrder::Dmy, "2026-12-31T00:00:00Z"),
            // The hour that comes twice is the first; the one that never comes is the next.
            ("2011-10-30 01:30:00", DateOrder::Ymd, "2011-10-30T00:30:00Z"),
            ("2011-03-27 01:30:00", DateOrder::Ymd, "2011-03-27T01:30:00Z"),
        ] {
            assert_eq!(moment(text, order, &london).map(|t| t.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "31/31/2026", "2026-02-30", "yesterday", "1/2", "1/2/3/4", "25:00", "12345678901", "2026-01-01 25:00"] {
            assert_eq!(moment(text, DateOrder::Dmy, &london), None, "{text}");
        }
    }

    #[test]
    fn the_order_is_proved_or_doubted() {
        assert_eq!(proof("31/12/2026"), Some(DateProof::Is(DateOrder::Dmy)));
        assert_eq!(proof("12/31/2026"), Some(DateProof::Is(DateOrder::Mdy)));
        assert_eq!(proof("01/02/2026"), Some(DateProof::Doubt));
        assert_eq!(proof("02/02/2026"), Some(DateProof::Either));
        assert_eq!(proof("01.02.2026"), Some(DateProof::Likely(DateOrder::Dmy)));
        assert_eq!(proof("2026-01-02"), Some(DateProof::Is(DateOrder::Ymd)));
        assert_eq!(proof("12.50"), None);
        assert_eq!(proof("20261231"), None);
    }
}
