//! When something is due: again after so many minutes, or at a time of day where people live.

use std::time::Duration;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // they are what they are called
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    const fn civil(self) -> civil::Weekday {
        match self {
            Self::Monday => civil::Weekday::Monday,
            Self::Tuesday => civil::Weekday::Tuesday,
            Self::Wednesday => civil::Weekday::Wednesday,
            Self::Thursday => civil::Weekday::Thursday,
            Self::Friday => civil::Weekday::Friday,
            Self::Saturday => civil::Weekday::Saturday,
            Self::Sunday => civil::Weekday::Sunday,
        }
    }
}

/// How often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Period {
    /// Again after so many minutes, from an offset that each schedule has of its own.
    Every {
        /// 1 to 44,640 (a month).
        minutes: u32,
    },
    /// Each day.
    Daily {
        /// `HH:MM`.
        at: String,
    },
    /// Each week.
    Weekly {
        /// On this day.
        day: Weekday,
        /// `HH:MM`.
        at: String,
    },
    /// Each month.
    Monthly {
        /// 1 to 31; a month without that day has it on its last one.
        day: i8,
        /// `HH:MM`.
        at: String,
    },
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Spec {
    /// How often.
    pub every: Period,
    /// Where times of day are meant (IANA).
    pub zone: String,
}

/// Why a spec is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSpec {
    /// The interval.
    #[error("The interval is 1 to 44,640 minutes.")]
    Minutes,
    /// The time of day.
    #[error("The time of day is written as HH:MM.")]
    Time,
    /// The day of the month.
    #[error("The day of the month is 1 to 31.")]
    Day,
    /// The time zone.
    #[error("The time zone is not known; it is written as Europe/London.")]
    Zone,
}

const MINUTE: i64 = 60_000_000;
const LONGEST: u32 = 31 * 24 * 60;

fn time_of(at: &str) -> Result<civil::Time, BadSpec> {
    let (hour, minute) = at.split_once(':').ok_or(BadSpec::Time)?;
    let number = |text: &str| -> Result<i8, BadSpec> {
        let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number = is_plain.then(|| text.parse().ok()).flatten();
        number.ok_or(BadSpec::Time)
    };
    civil::Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| BadSpec::Time)
}

impl Spec {
    /// Every so many minutes.
    pub fn every_minutes(minutes: u32) -> Self {
        Self {
            every: Period::Every { minutes },
            zone: "UTC".to_owned(),
        }
    }

    /// Whether it can be kept.
    pub fn check(&self) -> Result<(), BadSpec> {
        TimeZone::get(&self.zone).map_err(|_| BadSpec::Zone)?;
        match &self.every {
            Period::Every { minutes } if (1..=LONGEST).contains(minutes) => Ok(()),
            Period::Every { .. } => Err(BadSpec::Minutes),
            Period::Daily { at } | Period::Weekly { at, .. } => time_of(at).map(|_| ()),
            Period::Monthly { day, at } if (1..=31).contains(day) => time_of(at).map(|_| ()),
            Period::Monthly { .. } => Err(BadSpec::Day),
        }
    }

    /// The first slot after a moment. What was missed in between is made up for by that one.
    pub fn next(&self, id: Uuid, after: Timestamp) -> Result<Timestamp, BadSpec> {
        self.check()?;
        if let Period::Every { minutes } = self.every {
            let period = i64::from(minutes) * MINUTE;
            let offset = offset_of(id, period);
            let slots = (after.micros() - offset).div_euclid(period) + 1;
            return Ok(Timestamp(slots * period + offset));
        }
        let zone = TimeZone::get(&self.zone).map_err(|_| BadSpec::Zone)?;
        let now = jiff::Timestamp::from_microsecond(after.micros()).map_err(|_| BadSpec::Time)?;
        let mut day = now.to_zoned(zone.clone()).date();
        // The slot of today may be over, and months differ: a few steps are enough.
        for _ in 0..40 {
            if let Some(date) = self.slot_on(day) {
                let slot = instant(&zone, date).ok_or(BadSpec::Time)?;
                if slot > after {
                    return Ok(slot);
                }
            }
            day = day.tomorrow().map_err(|_| BadSpec::Time)?;
        }
        Err(BadSpec::Day)
    }

    /// The time of day of a slot on this day, if there is one.
    fn slot_on(&self, day: civil::Date) -> Option<civil::DateTime> {
        match &self.every {
            Period::Every { .. } => None,
            Period::Daily { at } => Some(day.to_datetime(time_of(at).ok()?)),
            Period::Weekly { day: wanted, at } => {
                (day.weekday() == wanted.civil()).then(|| Some(day.to_datetime(time_of(at).ok()?)))?
            }
            Period::Monthly { day: wanted, at } => {
                let wanted = (*wanted).min(day.days_in_month());
                (day.day() == wanted).then(|| Some(day.to_datetime(time_of(at).ok()?)))?
            }
        }
    }
}

/// A place of its own in the period, the same on every node and after every start: no stampede at the full hour.
fn offset_of(id: Uuid, period: i64) -> i64 {
    let hash = kit::vault::sha256(id.as_bytes());
    let number = u64::from_be_bytes(std::array::from_fn(|at| hash[at]));
    // Whole minutes, and below the period in any case.
    ((number % period as u64) as i64) / MINUTE * MINUTE
}

/// When a time of day is. One that is skipped is the first moment after the gap; one that comes twice is the first.
fn instant(zone: &TimeZone, local: civil::DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_zoned(local);
    let found = match ambiguous.offset() {
        AmbiguousOffset::Gap { after, .. } => {
            let before_the_gap = after.to_timestamp(local).ok()?;
            zone.following(before_the_gap).next()?.timestamp()
        }
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok()?,
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
    };
    Some(Timestamp(found.as_microsecond()))
}

/// How long something rests that failed so often in a row.
pub fn rest(failures: i32) -> Duration {
    let minutes = 5_u64.saturating_mul(1 << failures.clamp(0, 12));
    Duration::from_mins(minutes).min(Duration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn spec(every: Period, zone: &str) -> Spec {
        Spec {
            every,
            zone: zone.to_owned(),
        }
    }

    fn daily(time: &str, zone: &str) -> Spec {
        spec(Period::Daily { at: time.to_owned() }, zone)
    }

    fn next(spec: &Spec, after: &str) -> String {
        spec.next(Uuid::nil(), at(after)).unwrap().to_string()
    }

    #[test]
    fn a_time_of_day_is_where_people_live() {
        let london = daily("08:30", "Europe/London");
        assert_eq!(next(&london, "2026-01-10T08:00:00Z"), "2026-01-10T08:30:00Z");
        assert_eq!(next(&london, "2026-01-10T08:30:00Z"), "2026-01-11T08:30:00Z");
        assert_eq!(next(&london, "2026-07-10T08:00:00Z"), "2026-07-11T07:30:00Z");
    }

    #[test]
    fn a_time_that_is_skipped_is_the_next_moment_and_one_that_comes_twice_comes_once() {
        let berlin = daily("02:30", "Europe/Berlin");
        assert_eq!(next(&berlin, "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next(&berlin, "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00Z");
        assert_eq!(next(&berlin, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next(&berlin, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
        // On that day there was no midnight.
        let paulo = daily("00:00", "America/Sao_Paulo");
        assert_eq!(next(&paulo, "2017-10-14T12:00:00Z"), "2017-10-15T03:00:00Z");
    }

    #[test]
    fn weeks_and_months_have_their_days() {
        let weekly = Period::Weekly {
            day: Weekday::Monday,
            at: "09:00".to_owned(),
        };
        assert_eq!(next(&spec(weekly, "UTC"), "2026-11-21T00:00:00Z"), "2026-11-23T09:00:00Z");
        let monthly = Period::Monthly {
            day: 31,
            at: "00:00".to_owned(),
        };
        let monthly = spec(monthly, "UTC");
        assert_eq!(next(&monthly, "2027-01-31T00:00:00Z"), "2027-02-28T00:00:00Z");
        assert_eq!(next(&monthly, "2027-02-28T00:00:00Z"), "2027-03-31T00:00:00Z");
    }

    #[test]
    fn intervals_have_a_place_of_their_own_and_never_a_burst() {
        let hourly = Spec::every_minutes(60);
        let ids: Vec<_> = (0..50).map(Uuid::from_u128).collect();
        let moment = at("2026-11-21T00:00:00Z");
        let slots: std::collections::BTreeSet<_> =
            ids.iter().map(|id| hourly.next(*id, moment).unwrap().micros()).collect();
        assert!(slots.len() > 20, "{} places", slots.len());
        for id in ids {
            let first = hourly.next(id, moment).unwrap();
            assert_eq!(hourly.next(id, first).unwrap(), first.plus(Duration::from_hours(1)));
            // After a week without a server there is one slot and not 168.
            let late = hourly.next(id, moment.plus(Duration::from_hours(168))).unwrap();
            assert!(late.since(moment) <= Duration::from_hours(169));
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for (spec, error) in [
            (Spec::every_minutes(0), BadSpec::Minutes),
            (daily("24:00", "UTC"), BadSpec::Time),
            (daily("+8:00", "UTC"), BadSpec::Time),
            (daily("08:00", "Europe/Atlantis"), BadSpec::Zone),
        ] {
            assert_eq!(spec.check(), Err(error));
            assert_eq!(spec.next(Uuid::nil(), Timestamp(0)), Err(error));
        }
        assert!(daily("08:00", "UTC").next(Uuid::nil(), Timestamp(i64::MAX)).is_err());
    }

    #[test]
    fn failures_wait_longer_each_time_but_never_more_than_a_day() {
        assert_eq!(rest(0), Duration::from_mins(5));
        assert_eq!(rest(1), Duration::from_mins(10));
        assert_eq!(rest(30), Duration::from_hours(24));
    }
}
