//! The range of a frame and what it is compared with.

use super::compose::{Stop, Work};
use crate::calendar::{Days, Grain};
use crate::dates::{Era, Found, Note, Resolved, Trouble, Unit, When, period_before, resolve, year_before};
use crate::frame::{Compare, Range};

/// The range of a question.
#[derive(Debug)]
pub struct Time {
    /// The days and how they were said; none: nothing was said.
    pub range: Option<Range>,
    /// The comparison.
    pub compare: Option<Compare>,
    /// A comparison over a longer range is a series.
    pub grain: Option<Grain>,
}

impl Work<'_> {
    /// The era that dates are read in.
    pub fn era(&self, last: Option<Days>) -> Era<'_> {
        Era {
            today: self.today,
            calendar: self.context.calendar,
            last,
        }
    }

    /// Reads the range and the comparison.
    pub fn time(&mut self, last: Option<Days>) -> Result<Time, Stop> {
        let reading = self.reading;
        let (base, target) = self.parts();
        if base.len() > 1 {
            return Err(self.ask_which_date(&base.iter().collect::<Vec<_>>()));
        }
        let base = base.first();
        let resolved = base.map(|found| self.days_of(found, last)).transpose()?;
        let mut time = Time {
            range: resolved.as_ref().map(|(range, _)| range.clone()),
            compare: None,
            grain: None,
        };
        if let Some(target) = &target {
            self.compare_with(target, base, resolved.as_ref(), last, &mut time)?;
        } else if reading.compare_year.is_some() {
            time.compare = Some(Compare::PreviousYear);
            let unit = reading
                .compare_year
                .map_or(Unit::Year, |cue| self.unit_in(cue.at, cue.end));
            self.to_date_unless_said(&mut time, unit, last);
        } else if let Some((cue, unit)) = reading.compare_period {
            let unit = unit.unwrap_or_else(|| self.unit_in(cue.at, cue.end));
            let longer = resolved
                .as_ref()
                .and_then(|(_, known)| known.unit)
                .is_some_and(|known| known as u8 > unit as u8);
            if longer {
                time.grain = unit.grain();
            } else {
                time.compare = Some(Compare::PreviousPeriod);
                self.to_date_unless_said(&mut time, unit, last);
            }
        } else if reading.growth
            || (reading.comparison.is_some() && reading.names.len() < 2 && !reading.side_by_side())
        {
            time.compare = Some(Compare::PreviousPeriod);
        }
        Ok(time)
    }

    /// Which dates are the range, and which is what it is compared with.
    fn parts(&self) -> (Vec<Found>, Option<Found>) {
        let dates = &self.reading.dates;
        let comparison = self.reading.comparison.filter(|_| !self.reading.side_by_side());
        let Some(comparison) = comparison else {
            return (dates.clone(), None);
        };
        let target = dates.iter().find(|found| found.at >= comparison.at);
        let base = dates
            .iter()
            .filter(|found| Some(*found) != target)
            .cloned()
            .collect();
        (base, target.cloned())
    }

    fn days_of(&mut self, found: &Found, last: Option<Days>) -> Result<(Range, Resolved), Stop> {
        let said = self.reading.text.written(found.at, found.end).to_owned();
        let resolved =
            resolve(&found.when, &self.era(last)).map_err(|trouble| self.decline_date(&said, trouble))?;
        for note in &resolved.notes {
            self.note(*note);
        }
        if found.hour {
            self.note(Note::WholeDays);
        }
        for days in &resolved.others {
            self.offer_days(found, *days);
        }
        Ok((
            Range {
                days: resolved.days,
                said: Some(said),
            },
            resolved,
        ))
    }

    /// "vs last month": what is compared is this month to date, if no other range was said.
    fn compare_with(
        &mut self,
        target: &Found,
        base: Option<&Found>,
        resolved: Option<&(Range, Resolved)>,
        last: Option<Days>,
        time: &mut Time,
    ) -> Result<(), Stop> {
        let ago = match target.when {
            When::Units {
                unit,
                from: -1,
                to: -1,
            }
            | When::Before(unit) => Some(unit),
            _ => None,
        };
        let mut base_days = resolved.and_then(|(range, _)| range.days);
        let mut base_unit = resolved.and_then(|(_, known)| known.unit);
        if base.is_none() {
            match (ago, last) {
                // "compared to last year" after an answer: the range stays.
                (Some(_), Some(days)) => base_days = Some(days),
                (Some(unit), None) => {
                    let said = self.reading.text.written(target.at, target.end).to_owned();
                    let days = resolve(&When::ToDate(unit), &self.era(None))
                        .ok()
                        .and_then(|known| known.days);
                    time.range = Some(Range {
                        days,
                        said: Some(said),
                    });
                    base_days = days;
                    base_unit = Some(unit);
                }
                (None, _) => {}
            }
        }
        let compare = match ago {
            Some(Unit::Year | Unit::Fiscal) => Some(Compare::PreviousYear),
            Some(unit) if base.is_none() && base_unit == Some(unit) => Some(Compare::PreviousPeriod),
            Some(unit) if base.is_some_and(|base| matches!(base.when, When::Units { unit: known, from, to } if known == unit && from == to)) => {
                Some(Compare::PreviousPeriod)
            }
            _ => {
                let other = resolve(&target.when, &self.era(base_days.or(last)));
                let other = other.map_err(|trouble| self.decline_date(self.reading.text.written(target.at, target.end), trouble))?;
                base_days.zip(other.days).and_then(|(base, other)| self.relation(base, base_unit, other))
            }
        };
        match compare {
            Some(compare) => time.compare = Some(compare),
            None => return Err(self.ask_which_date(&base.into_iter().chain([target]).collect::<Vec<_>>())),
        }
        Ok(())
    }

    /// How two ranges lie to each other.
    fn relation(&self, base: Days, unit: Option<Unit>, other: Days) -> Option<Compare> {
        let fits = |days: Days| days.first == other.first && other.last >= days.last;
        if year_before(base).is_some_and(fits) {
            return Some(Compare::PreviousYear);
        }
        let era = self.era(None);
        let before = period_before(base, unit, &era);
        before
            .is_some_and(|days| days.first == other.first)
            .then_some(Compare::PreviousPeriod)
    }

    fn to_date_unless_said(&self, time: &mut Time, unit: Unit, last: Option<Days>) {
        if time.range.is_some() || last.is_some() {
            return;
        }
        let cue = self
            .reading
            .compare_year
            .or(self.reading.compare_period.map(|(cue, _)| cue));
        let said = cue.map(|cue| self.reading.text.written(cue.at, cue.end).to_owned());
        let days = resolve(&When::ToDate(unit), &self.era(None))
            .ok()
            .and_then(|known| known.days);
        time.range = Some(Range { days, said });
    }

    /// The unit of "month over month" and its abbreviations.
    fn unit_in(&self, at: usize, end: usize) -> Unit {
        let words = &self.reading.text.tokens[at..end];
        words
            .iter()
            .find_map(|token| {
                self.reading
                    .lexicon
                    .unit(&token.text)
                    .or(match token.text.as_str() {
                        "mom" => Some(Unit::Month),
                        "wow" => Some(Unit::Week),
                        "qoq" => Some(Unit::Quarter),
                        "yoy" => Some(Unit::Year),
                        _ => None,
                    })
            })
            .unwrap_or(Unit::Month)
    }

    /// Why a date is no range.
    fn decline_date(&self, said: &str, trouble: Trouble) -> Stop {
        let (reason, next) = match trouble {
            Trouble::NoSuchDay => ("no_such_day", "next_other_date"),
            Trouble::Future => ("future", "next_past_date"),
            Trouble::OutOfReach => ("out_of_reach", "next_other_date"),
        };
        self.decline(reason, next, &[("said", said)])
    }
}

/// The grain that shows how a range went.
pub fn trend_grain(days: Option<Days>) -> Grain {
    let length = days
        .and_then(|days| days.first.until(days.last).ok())
        .map_or(i32::MAX, |span| span.get_days());
    match length {
        ..=31 => Grain::Day,
        32..=92 => Grain::Week,
        93..=1100 => Grain::Month,
        1101..=3700 => Grain::Quarter,
        _ => Grain::Year,
    }
}
