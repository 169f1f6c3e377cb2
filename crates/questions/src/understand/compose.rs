//! From what was read to a frame, with the last one where the question follows it.

use jiff::civil::Date;

use super::answer::{Choice, Clarification, Context, Declined};
use super::time::trend_grain;
use crate::calendar::Days;
use crate::catalogue::{Language, MetricName};
use crate::dates::{Found, Note, Unit, When, resolve};
use crate::frame::{Filter, Frame, Range};
use crate::phrase::say;
use crate::reading::{Doubt, Reading};

/// Why there is no frame.
#[derive(Debug)]
pub enum Stop {
    /// One question back.
    Ask(Clarification),
    /// A reason.
    Decline(Declined),
    /// The question is not about a number.
    NotMetrics,
}

/// A frame and what is to be said beside it.
#[derive(Debug)]
pub struct Composed {
    /// The frame.
    pub frame: Frame,
    /// What was taken from the last one.
    pub carried: Vec<String>,
}

/// The work on one question.
pub struct Work<'a> {
    /// What was read.
    pub reading: &'a Reading<'a>,
    /// What it is understood with.
    pub context: &'a Context<'a>,
    /// Today, in the workspace's zone.
    pub today: Date,
    /// The language of the asker.
    pub language: Language,
    /// Conventions that decided.
    pub notes: Vec<Note>,
    /// Other readings.
    pub alternatives: Vec<Choice>,
}

impl Work<'_> {
    /// The frame of the question.
    pub fn compose(&mut self) -> Result<Composed, Stop> {
        let reading = self.reading;
        let last = self.context.last.filter(|_| self.is_follow_up());
        let metric = self.metric(last)?;
        self.refuse_leftovers()?;
        if !metric.connected {
            return Err(self.decline(
                "not_connected",
                "next_connect",
                &[("metric", self.metric_label(&metric))],
            ));
        }
        let last_days = last.and_then(|last| last.range.days);
        let time = self.time(last_days)?;
        let mut filters = self.filters(&metric)?;
        let mut group_by = self.group(&metric)?;
        if (reading.side_by_side() || (reading.comparison.is_some() && reading.dates.is_empty()))
            && group_by.is_none()
        {
            // "Germany vs France": side by side.
            group_by = filters
                .iter()
                .find(|filter| filter.values.len() > 1)
                .map(|filter| filter.dimension.clone());
        }
        if reading.share && group_by.is_none() && last.is_none_or(|last| last.group_by.is_none()) {
            group_by = filters.first().map(|filter| filter.dimension.clone());
            if group_by.is_none() {
                return Err(self.ask_share(&metric));
            }
        }
        let mut carried = Vec::new();
        let range = self.range(time.range.clone(), last, &mut carried);
        let mut grain = time.grain.or_else(|| reading.grain.and_then(Unit::grain));
        if reading.trend && grain.is_none() && group_by.is_none() {
            grain = Some(trend_grain(range.days));
        }
        let mut rank = self.rank(&metric, group_by.as_deref(), last)?;
        let mut share = reading.share;
        let mut compare = time.compare;
        if let Some(last) = last {
            self.inherit_filters(&mut filters, last, &mut carried);
            if reading.metrics.is_empty() {
                carried.insert(0, self.metric_label(&metric).to_owned());
            }
            if group_by.is_none() && grain.is_none() && !reading.rank_units {
                group_by = last
                    .group_by
                    .clone()
                    .filter(|group| metric.dimensions.contains(group));
                grain = last.grain;
                rank = rank.or(last.rank.filter(|_| last.group_by == group_by));
                share |= last.share && group_by.is_some();
                carried.extend(group_by.as_deref().map(|group| self.group_chip(group)));
            } else if group_by.is_none() {
                group_by = last
                    .group_by
                    .clone()
                    .filter(|group| metric.dimensions.contains(group));
            }
            compare = compare.or(last.compare);
        }
        self.check_dimensions(&metric, group_by.as_deref(), &filters)?;
        if !self.context.has_data {
            return Err(self.decline("no_data", "next_connect", &[]));
        }
        let frame = Frame {
            metric: metric.id.clone(),
            range,
            grain,
            group_by,
            filters,
            rank,
            compare,
            share,
        };
        Ok(Composed { frame, carried })
    }

    /// Whether the question only changes the one before.
    fn is_follow_up(&self) -> bool {
        let reading = self.reading;
        let Some(_) = self.context.last else { return false };
        if reading.metrics.is_empty() {
            return !reading.verb && (reading.has_cue() || reading.unknown_group.is_some());
        }
        reading.follows
    }

    /// Words that nobody understood are not dropped: a question back, or a reason.
    fn refuse_leftovers(&self) -> Result<(), Stop> {
        let reading = self.reading;
        let written = |at, end| reading.text.written(at, end);
        if let Some((at, end)) = reading.amounts.first() {
            return Err(self.decline("amount", "next_amount", &[("said", written(*at, *end))]));
        }
        if let Some(said) = &reading.unknown_group {
            let dimensions: Vec<&str> = self
                .context
                .catalogue
                .dimensions
                .iter()
                .map(|known| self.dimension_label(&known.id))
                .collect();
            return Err(self.decline(
                "unknown_group",
                "next_groups",
                &[("said", said), ("dimensions", &dimensions.join(", "))],
            ));
        }
        if let Some(left) = reading.leftovers.first() {
            let said = written(left.at, left.end);
            return Err(match &left.doubt {
                Doubt::UnknownName => self.decline("unknown_name", "next_name", &[("said", said)]),
                Doubt::Several(found) => {
                    let options = found
                        .iter()
                        .take(4)
                        .map(|found| self.choice_of_name(left.at, left.end, &found.dimension, &found.value));
                    self.ask("ask_name", &[("said", said)], options.collect())
                }
                Doubt::Unknown => {
                    let without = self.replaced(left.at, left.end, "");
                    let label = say(self.language, "without", &[("said", said)]);
                    self.ask(
                        "ask_unknown",
                        &[("said", said)],
                        vec![Choice {
                            label,
                            question: without,
                        }],
                    )
                }
            });
        }
        Ok(())
    }

    fn range(&mut self, said: Option<Range>, last: Option<&Frame>, carried: &mut Vec<String>) -> Range {
        if let Some(range) = said {
            return range;
        }
        if let Some(last) = last {
            let chip = last
                .range
                .said
                .clone()
                .unwrap_or_else(|| say(self.language, "month_to_date", &[]));
            carried.push(chip);
            return last.range.clone();
        }
        self.note(Note::MonthToDate);
        let days = resolve(&When::ToDate(Unit::Month), &self.era(None))
            .ok()
            .and_then(|known| known.days);
        Range { days, said: None }
    }

    /// The last question's filters, where this one says nothing of their dimension.
    fn inherit_filters(&self, filters: &mut Vec<Filter>, last: &Frame, carried: &mut Vec<String>) {
        for filter in last.filters.iter().rev() {
            if filters.iter().all(|own| own.dimension != filter.dimension) {
                let not = if filter.not { "≠" } else { ":" };
                carried.push(format!(
                    "{}{not} {}",
                    self.dimension_label(&filter.dimension),
                    filter.values.join(", ")
                ));
                filters.insert(0, filter.clone());
            }
        }
    }

    fn check_dimensions(
        &self,
        metric: &MetricName,
        group: Option<&str>,
        filters: &[Filter],
    ) -> Result<(), Stop> {
        let used = group
            .into_iter()
            .chain(filters.iter().map(|filter| filter.dimension.as_str()));
        for dimension in used {
            if !metric.dimensions.iter().any(|known| known == dimension) {
                return Err(self.decline_dimension(metric, dimension));
            }
        }
        Ok(())
    }

    /// Another reading of a date, as a question.
    pub fn offer_days(&mut self, found: &Found, days: Days) {
        let (a, b) = (days.first.to_string(), days.last.to_string());
        let label = crate::phrase::days(self.language, days, self.today);
        let said = if a == b {
            a
        } else {
            say(self.language, "from_to_iso", &[("a", &a), ("b", &b)])
        };
        let question = self.replaced(found.at, found.end, &said);
        self.alternatives.push(Choice { label, question });
    }

    /// Adds a convention that decided.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// A question with some of its words replaced.
pub fn spliced(question: &str, reading: &Reading<'_>, at: usize, end: usize, by: &str) -> String {
    let tokens = &reading.text.tokens;
    let quoted = |place: usize| usize::from(tokens[place].kind == crate::text::Kind::Quote);
    let (Some(first), Some(last)) = (tokens.get(at), tokens.get(end - 1)) else {
        return question.to_owned();
    };
    let before = question
        .get(..first.start)
        .unwrap_or(question)
        .trim_end_matches(['"', '“', '«', '„']);
    let after = question
        .get(last.end + quoted(end - 1)..)
        .or_else(|| question.get(last.end..))
        .unwrap_or("");
    let joined = format!("{before}{by}{after}");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}
