//! What a phrase says about time, before a calendar makes days of it.

use jiff::civil::Date;

use crate::calendar::Grain;

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// Six months.
    Half,
    /// A year of the calendar.
    Year,
    /// A financial year.
    Fiscal,
}

impl Unit {
    /// A unit by its name in the lexicons.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "half" => Self::Half,
            "year" => Self::Year,
            "fiscal" => Self::Fiscal,
            _ => return None,
        })
    }

    /// The number that stands for it where a pattern caught it.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The unit of a number.
    pub fn of_number(number: i64) -> Self {
        [
            Self::Day,
            Self::Week,
            Self::Month,
            Self::Quarter,
            Self::Half,
            Self::Year,
            Self::Fiscal,
        ]
        .into_iter()
        .find(|unit| unit.number() == number)
        .unwrap_or(Self::Month)
    }

    /// The grain of the same size.
    pub const fn grain(self) -> Option<Grain> {
        Some(match self {
            Self::Day => Grain::Day,
            Self::Week => Grain::Week,
            Self::Month => Grain::Month,
            Self::Quarter => Grain::Quarter,
            Self::Year => Grain::Year,
            Self::Half | Self::Fiscal => return None,
        })
    }
}

/// A piece of a calendar by its name, the year perhaps unsaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A day of a month.
    Day {
        /// 1 to 31, perhaps more than the month has.
        day: i8,
        /// 1 to 12.
        month: i8,
        /// Whether day and month could as well be the other way round.
        either: bool,
    },
    /// A month.
    Month(i8),
    /// A quarter, 1 to 4.
    Quarter(i8),
    /// Half a year, 1 or 2.
    Half(i8),
    /// A week by its ISO number.
    Week(i8),
    /// Christmas, 24 to 26 December.
    Christmas,
    /// The whole year.
    Year,
}

/// What a phrase says about time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Whole units relative to the one of today: last month is -1 to -1.
    Units {
        /// Which.
        unit: Unit,
        /// The first.
        from: i32,
        /// The last.
        to: i32,
    },
    /// From the beginning of today's unit to today.
    ToDate(Unit),
    /// The first day of a unit, 0 is today's.
    Begin(Unit, i32),
    /// The unit before the range that was asked for last; without one, before today's.
    Before(Unit),
    /// A named piece of a calendar.
    Named {
        /// Which.
        what: Named,
        /// Of which year.
        year: Option<i64>,
    },
    /// A named piece of this year (0) or last year (-1).
    NamedAgo(Named, i32),
    /// A financial year by the year that names it.
    Fiscal(i64),
    /// The newest such day of the week before today, Monday is 0.
    Weekday(i8),
    /// A weekend: the last one is -1.
    Weekend(i32),
    /// The week that holds a day.
    WeekOf(Box<Self>),
    /// From the beginning of something to today.
    Since(Box<Self>),
    /// From the day behind something to today.
    After(Box<Self>),
    /// Up to the end of something.
    Until(Box<Self>),
    /// Up to the day before something.
    UpTo(Box<Self>),
    /// From the beginning of one thing to the end of another.
    Between(Box<Self>, Box<Self>),
    /// Written in full.
    Day(Date),
    /// All there is.
    All,
}
