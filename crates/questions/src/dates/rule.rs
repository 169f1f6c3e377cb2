//! The rules that the lexicons give patterns for.

use super::when::{Named, Unit, When};
use crate::pattern::{Caught, Slot};

/// What a pattern of dates means. A name in a lexicon may fix the unit: `to_date:year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    kind: Kind,
    unit: Option<Unit>,
}

macro_rules! kinds {
    ($($name:literal => $kind:ident),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Kind { $($kind),* }

        impl Kind {
            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    "today" => Today, "yesterday" => Yesterday, "day_before_yesterday" => DayBeforeYesterday, "tomorrow" => Tomorrow,
    "last_unit" => LastUnit, "this_unit" => ThisUnit, "next_unit" => NextUnit, "last_units" => LastUnits,
    "next_units" => NextUnits, "ago" => Ago, "before_unit" => BeforeUnit, "to_date" => ToDate, "begin_unit" => BeginUnit,
    "named" => NamedPiece, "nth_quarter" => NthQuarter, "nth_half" => NthHalf, "nth_half_last_year" => NthHalfLastYear,
    "nth_quarter_last_year" => NthQuarterLastYear, "month_last_year" => MonthLastYear,
    "month_this_year" => MonthThisYear, "last_named" => LastNamed, "fiscal_this" => FiscalThis,
    "fiscal_last" => FiscalLast, "fiscal_named" => FiscalNamed, "week_number" => WeekNumber, "weekday" => Weekday,
    "weekend_last" => WeekendLast, "weekend_this" => WeekendThis, "christmas" => Christmas, "all" => All,
    "since" => Since, "after" => After, "until" => Until, "before" => Before, "between" => Between,
    "day_span" => DaySpan, "month_span" => MonthSpan, "week_of" => WeekOf,
}

impl Rule {
    /// A rule by its name in the lexicons.
    pub fn named(name: &str) -> Option<Self> {
        match name.split_once(':') {
            None => Some(Self {
                kind: Kind::named(name)?,
                unit: None,
            }),
            Some((name, unit)) => Some(Self {
                kind: Kind::named(name)?,
                unit: Some(Unit::named(unit)?),
            }),
        }
    }

    /// Whether its patterns hold dates that are found first.
    pub fn is_range(self) -> bool {
        matches!(
            self.kind,
            Kind::Since | Kind::After | Kind::Until | Kind::Before | Kind::Between | Kind::WeekOf
        )
    }

    /// What the pattern says, with what its slots caught; `dates` are those that were found before.
    pub fn when(self, caught: &[Caught], dates: &[When]) -> Option<When> {
        let all = |slot| {
            caught
                .iter()
                .filter(move |caught| caught.slot == slot)
                .map(|caught| caught.value)
        };
        let first = |slot| all(slot).next();
        let date = |n: usize| {
            let place = usize::try_from(all(Slot::Date).nth(n)?).ok()?;
            dates.get(place).cloned().map(Box::new)
        };
        let unit = || self.unit.or_else(|| first(Slot::Unit).map(Unit::of_number));
        let units = |from: i64, to: i64| {
            let small = |n: i64| i32::try_from(n.clamp(-100_000, 100_000)).ok();
            Some(When::Units {
                unit: unit()?,
                from: small(from)?,
                to: small(to)?,
            })
        };
        let days = |n| {
            Some(When::Units {
                unit: Unit::Day,
                from: n,
                to: n,
            })
        };
        let year = || first(Slot::Year).or_else(|| first(Slot::AnyYear));
        let number = || first(Slot::Number);
        match self.kind {
            Kind::Today => days(0),
            Kind::Yesterday => days(-1),
            Kind::DayBeforeYesterday => days(-2),
            Kind::Tomorrow => days(1),
            Kind::LastUnit => units(-1, -1),
            Kind::ThisUnit => units(0, 0),
            Kind::NextUnit => units(1, 1),
            Kind::LastUnits => number().filter(|n| *n > 0).and_then(|n| units(-n, -1)),
            Kind::NextUnits => number().filter(|n| *n > 0).and_then(|n| units(1, n)),
            Kind::Ago => units(-number().unwrap_or(1), -number().unwrap_or(1)),
            Kind::BeforeUnit => unit().map(When::Before),
            Kind::ToDate => unit().map(When::ToDate),
            Kind::BeginUnit => unit().map(|unit| When::Begin(unit, 0)),
            Kind::NamedPiece => named(caught),
            Kind::NthQuarter => Some(piece(Named::Quarter(nth(first(Slot::Ordinal)?, 4)?), year())),
            Kind::NthHalf => Some(piece(Named::Half(nth(first(Slot::Ordinal)?, 2)?), year())),
            Kind::NthHalfLastYear => Some(When::NamedAgo(Named::Half(nth(first(Slot::Ordinal)?, 2)?), -1)),
            Kind::NthQuarterLastYear => {
                let quarter = first(Slot::Ordinal).or_else(|| first(Slot::Quarter))?;
                Some(When::NamedAgo(Named::Quarter(nth(quarter, 4)?), -1))
            }
            Kind::MonthLastYear => Some(When::NamedAgo(Named::Month(nth(first(Slot::Month)?, 12)?), -1)),
            Kind::MonthThisYear => Some(When::NamedAgo(Named::Month(nth(first(Slot::Month)?, 12)?), 0)),
            Kind::LastNamed => Some(piece(Named::Month(nth(first(Slot::Month)?, 12)?), None)),
            Kind::FiscalThis => Some(When::ToDate(Unit::Fiscal)),
            Kind::FiscalLast => Some(When::Units {
                unit: Unit::Fiscal,
                from: -1,
                to: -1,
            }),
            Kind::FiscalNamed => first(Slot::FiscalYear).or_else(year).map(When::Fiscal),
            Kind::WeekNumber => {
                let week = first(Slot::Number).or_else(|| first(Slot::Week))?;
                Some(piece(Named::Week(nth(week, 53)?), year()))
            }
            Kind::Weekday => Some(When::Weekday(i8::try_from(first(Slot::Weekday)?).ok()?)),
            Kind::WeekendLast => Some(When::Weekend(-1)),
            Kind::WeekendThis => Some(When::Weekend(0)),
            Kind::Christmas => Some(piece(Named::Christmas, year())),
            Kind::All => Some(When::All),
            Kind::Since => Some(When::Since(date(0)?)),
            Kind::After => Some(When::After(date(0)?)),
            Kind::Until => Some(When::Until(date(0)?)),
            Kind::Before => Some(When::UpTo(date(0)?)),
            Kind::WeekOf => Some(When::WeekOf(date(0)?)),
            Kind::Between => Some(When::Between(date(0)?, date(1)?)),
            Kind::DaySpan => {
                let month = nth(first(Slot::Month)?, 12)?;
                let mut ends = all(Slot::Day).map(|day| {
                    let day = i8::try_from(day).ok()?;
                    let what = Named::Day {
                        day,
                        month,
                        either: false,
                    };
                    Some(Box::new(piece(what, year())))
                });
                Some(When::Between(ends.next()??, ends.next()??))
            }
            Kind::MonthSpan => {
                let mut ends = all(Slot::Month).map(|month| Named::Month(month as i8));
                let (from, to) = (ends.next()?, ends.next()?);
                let of_year = |what, year| Box::new(When::Named { what, year });
                // Without a year of its own the first month lies before the last.
                Some(When::Between(of_year(from, None), of_year(to, year())))
            }
        }
    }
}

/// A number within its bounds.
fn nth(number: i64, most: i8) -> Option<i8> {
    i8::try_from(number).ok().filter(|n| (1..=most).contains(n))
}

fn piece(what: Named, year: Option<i64>) -> When {
    When::Named { what, year }
}

/// A piece of a calendar by the slots that were filled.
fn named(caught: &[Caught]) -> Option<When> {
    let first = |slot| {
        caught
            .iter()
            .find(|caught| caught.slot == slot)
            .map(|caught| caught.value)
    };
    let year = first(Slot::Year).or_else(|| first(Slot::AnyYear));
    let what = if let Some(month) = first(Slot::Month) {
        let month = nth(month, 12)?;
        match first(Slot::Day) {
            Some(day) => Named::Day {
                day: i8::try_from(day).ok()?,
                month,
                either: false,
            },
            None => Named::Month(month),
        }
    } else if let Some(quarter) = first(Slot::Quarter) {
        Named::Quarter(nth(quarter, 4)?)
    } else if let Some(half) = first(Slot::Half) {
        Named::Half(nth(half, 2)?)
    } else {
        year?;
        Named::Year
    };
    Some(piece(what, year))
}
