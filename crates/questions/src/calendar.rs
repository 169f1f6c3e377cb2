//! The calendar of a workspace: its zone, when its weeks and years begin, and what that makes of days.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The calendar of a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Where its days begin.
    pub zone: TimeZone,
    /// The first day of its weeks.
    pub week_start: Weekday,
    /// The month in which its financial year begins, 1 to 12.
    pub fiscal_month: i8,
}

/// Days, first and last included; `first <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

/// How a range is cut into pieces.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// By day.
    Day,
    /// By week, named by its first day.
    Week,
    /// By month.
    Month,
    /// By quarter of the calendar year.
    Quarter,
    /// By calendar year.
    Year,
}

impl Calendar {
    /// The first instant of a day: midnight, or what comes after it where the clock jumps over it.
    pub fn begin(&self, day: Date) -> Option<Timestamp> {
        // `to_zoned` moves a midnight that does not exist forward, and takes the first of two.
        day.to_zoned(self.zone.clone())
            .ok()
            .map(|zoned| zoned.timestamp())
    }

    /// The day that it is at a moment.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The first day of the piece that a day falls into.
    pub fn floor(&self, day: Date, grain: Grain) -> Date {
        let first_of = |month: i8| Date::new(day.year(), month, 1).unwrap_or(day);
        match grain {
            Grain::Day => day,
            Grain::Week => {
                let back = day.weekday().since(self.week_start);
                day.saturating_sub(jiff::Span::new().days(i64::from(back)))
            }
            Grain::Month => first_of(day.month()),
            Grain::Quarter => first_of((day.month() - 1) / 3 * 3 + 1),
            Grain::Year => first_of(1),
        }
    }
}
