//! From what was read to a frame, with the last one where the question follows it.

use jiff::civil::Date;

use super::answer::{Choice, Clarification, Context, Declined};
use super::time::{Time, trend_grain};
use crate::calendar::Days;
use crate::catalogue::{Language, MetricName, Unit as MetricUnit};
use crate::dates::{Found, Note, Unit, When, resolve};
use crate::frame::{Filter, Frame, Range, Rank};
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
            return Err(self.decline("not_connected", "next_connect", &[("metric", self.metric_label(&metric))]));
        }
        let last_days = last.and_then(|last| last.range.days);
        let time = self.time(last_days)?;
        let mut filters = self.filters(&metric)?;
        let mut group_by = self.group(&metric)?;
        if (reading.side_by_side() || (reading.comparison.is_some() && reading.dates.is_empty())) && group_by.is_none() {
            // "Germany vs France": side by side.
            group_by = filters.iter().find(|filter| filter.values.len() > 1).map(|filter| filter.dimension.clone());
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
                group_by = last.group_by.clone().filter(|group| metric.dimensions.contains(group));
                grain = last.grain;
                rank = rank.or(last.rank.filter(|_| last.group_by == group_by));
                share |= last.share && group_by.is_some();
                carried.extend(group_by.as_deref().map(|group| self.group_chip(group)));
            } else if group_by.is_none() {
                group_by = last.group_by.clone().filter(|group| metric.dimensions.contains(group));
            }
            compare = compare.or(last.compare);
        }
        self.check_dimensions(&metric, group_by.as_deref(), &filters)?;
        if !self.context.has_data {
            return Err(self.decline("no_data", "next_connect", &[]));
        }
        let frame = Frame { metric: metric.id.clone(), range, grain, group_by, filters, rank, compare, share };
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

    /// The metric: said, or by a verb, or of the question before, or the main one of a ranking.
    fn metric(&mut self, last: Option<&Frame>) -> Result<MetricName, Stop> {
        let reading = self.reading;
        let catalogue = self.context.catalogue;
        let mut ids: Vec<&str> = reading.metrics.iter().filter_map(|mention| mention.meaning.metric.as_deref()).collect();
        ids.dedup();
        let mut distinct = ids.clone();
        distinct.sort_unstable();
        distinct.dedup();
        match distinct[..] {
            [] => {}
            [id] => return catalogue.metric(id).cloned().ok_or(Stop::NotMetrics),
            _ => return Err(self.ask_which_metric()),
        }
        // A verb alone ("sold") is about a number only where how much, when or which is asked.
        if reading.verb && (reading.quantity || reading.rank.is_some() || !reading.dates.is_empty()) {
            let id = if reading.how_many { self.pieces() } else { self.main() };
            return id.ok_or(Stop::NotMetrics);
        }
        if let Some(known) = last.and_then(|last| catalogue.metric(&last.metric)) {
            return Ok(known.clone());
        }
        let ranked = reading.rank.is_some() && (!reading.groups.is_empty() || reading.rank_units);
        if ranked && reading.leftovers.iter().all(|left| left.doubt != Doubt::Unknown) {
            self.note(Note::MainMetric);
            return self.main().ok_or(Stop::NotMetrics);
        }
        let unknown = reading.leftovers.iter().find(|left| matches!(left.doubt, Doubt::Unknown | Doubt::UnknownName));
        match unknown {
            Some(left) if reading.has_cue() => {
                let said = reading.text.written(left.at, left.end);
                Err(self.decline("unknown_metric", "next_metrics", &[("said", said), ("metrics", &self.some_metrics())]))
            }
            _ => Err(Stop::NotMetrics),
        }
    }

    /// The metric that money is asked by: the catalogue's first of money.
    fn main(&self) -> Option<MetricName> {
        self.context.catalogue.metrics.iter().find(|metric| metric.unit == MetricUnit::Money).cloned()
    }

    /// The metric that pieces are counted by.
    fn pieces(&self) -> Option<MetricName> {
        let words: Vec<&str> = self.reading.lexicon.cue("pieces").iter().flat_map(crate::pattern::Pattern::words).collect();
        let counts = self.context.catalogue.metrics.iter().filter(|metric| metric.unit == MetricUnit::Count);
        let mut named = counts.filter(|metric| {
            metric.words.values().flatten().any(|word| words.contains(&crate::text::fold(word).as_str()))
        });
        named.next().cloned().or_else(|| self.main())
    }

    /// Words that nobody understood are not dropped: a question back, or a reason.
    fn refuse_leftovers(&self) -> Result<(), Stop> {
        let reading = self.reading;
        let written = |at, end| reading.text.written(at, end);
        if let Some((at, end)) = reading.amounts.first() {
            return Err(self.decline("amount", "next_amount", &[("said", written(*at, *end))]));
        }
        if let Some(said) = &reading.unknown_group {
            let dimensions: Vec<&str> = self.context.catalogue.dimensions.iter().map(|known| self.dimension_label(&known.id)).collect();
            return Err(self.decline("unknown_group", "next_groups", &[("said", said), ("dimensions", &dimensions.join(", "))]));
        }
        for left in &reading.leftovers {
            let said = written(left.at, left.end);
            return Err(match &left.doubt {
                Doubt::UnknownName => self.decline("unknown_name", "next_name", &[("said", said)]),
                Doubt::Several(found) => {
                    let options = found.iter().take(4).map(|found| self.choice_of_name(left.at, left.end, &found.dimension, &found.value));
                    self.ask("ask_name", &[("said", said)], options.collect())
                }
                Doubt::Unknown => {
                    let without = self.replaced(left.at, left.end, "");
                    let label = say(self.language, "without", &[("said", said)]);
                    self.ask("ask_unknown", &[("said", said)], vec![Choice { label, question: without }])
                }
            });
        }
        Ok(())
    }

    /// The dimension to group by.
    fn group(&self, metric: &MetricName) -> Result<Option<String>, Stop> {
        let reading = self.reading;
        let mut groups: Vec<&str> = reading.groups.iter().filter_map(|mention| mention.meaning.dimension.as_deref()).collect();
        groups.dedup();
        if groups.len() > 1 {
            let options = reading.groups.iter().enumerate().take(4).filter_map(|(kept, mention)| {
                let dimension = mention.meaning.dimension.as_deref()?;
                let mut question = reading.text.original.clone();
                for (n, other) in reading.groups.iter().enumerate().rev() {
                    if n != kept {
                        question = spliced(&question, reading, other.at, other.end, "");
                    }
                }
                Some(Choice { label: self.dimension_label(dimension).to_owned(), question })
            });
            return Err(self.ask("ask_group", &[], options.collect()));
        }
        if let Some(idle) = reading.idle.first() {
            // "product revenue": perhaps by product, perhaps of products; it is not guessed.
            let dimension = idle.meaning.dimension.as_deref().unwrap_or_default();
            let (label, name) = (self.dimension_label(dimension), self.metric_label(metric));
            let by = say(self.language, "by_dimension", &[("metric", name), ("dimension", label)]);
            let all = self.replaced(idle.at, idle.end, "");
            let grouped = format!("{all} {}", say(self.language, "by", &[("dimension", label)]));
            let without = say(self.language, "without", &[("said", reading.text.written(idle.at, idle.end))]);
            return Err(self.ask("ask_idle", &[("dimension", label)], vec![
                Choice { label: by, question: grouped },
                Choice { label: without, question: all },
            ]));
        }
        Ok(groups.first().map(|group| (*group).to_owned()))
    }

    /// The best or worst few: one where one was asked for, ten where many.
    fn rank(&self, metric: &MetricName, group: Option<&str>, last: Option<&Frame>) -> Result<Option<Rank>, Stop> {
        let reading = self.reading;
        let Some(said) = reading.rank else { return Ok(None) };
        let group = group.or_else(|| last.and_then(|last| last.group_by.as_deref()));
        if group.is_none() && !reading.rank_units {
            return Err(self.ask_rank(metric));
        }
        let noun = reading.groups.first();
        let count = said.count.unwrap_or_else(|| if noun.is_some_and(|noun| !self.is_one(noun.at)) { 10 } else { 1 });
        Ok(Some(Rank { count: count.min(1000), ascending: said.ascending }))
    }

    /// Whether a noun stands in the singular, by its ending and by the article before it.
    fn is_one(&self, at: usize) -> bool {
        let reading = self.reading;
        let tokens = &reading.text.tokens;
        let word = &tokens[at].text;
        let before = &tokens[at.saturating_sub(3)..at];
        let article = before.iter().any(|token| {
            reading.lexicon.cue("one").iter().any(|pattern| pattern.words().any(|word| word == token.text))
        });
        let plural = reading.lexicon.cue("many").iter().any(|pattern| pattern.words().any(|word| before.iter().any(|token| token.text == word)));
        // "país" ends like a plural, but has one.
        let has_plural = reading.groups.first().and_then(|group| group.meaning.dimension.as_deref()).is_some_and(|id| {
            let words = self.context.catalogue.dimension(id).and_then(|known| known.words.get(&self.language));
            let folded = |other: &String| crate::text::fold(other);
            words.into_iter().flatten().any(|other| folded(other) == format!("{word}s") || folded(other) == format!("{word}es"))
        });
        article || (!plural && self.language != Language::De && (has_plural || !word.ends_with('s')))
    }

    fn range(&mut self, said: Option<Range>, last: Option<&Frame>, carried: &mut Vec<String>) -> Range {
        if let Some(range) = said {
            return range;
        }
        if let Some(last) = last {
            let chip = last.range.said.clone().unwrap_or_else(|| say(self.language, "month_to_date", &[]));
            carried.push(chip);
            return last.range.clone();
        }
        self.note(Note::MonthToDate);
        let days = resolve(&When::ToDate(Unit::Month), &self.era(None)).ok().and_then(|known| known.days);
        Range { days, said: None }
    }

    /// The last question's filters, where this one says nothing of their dimension.
    fn inherit_filters(&self, filters: &mut Vec<Filter>, last: &Frame, carried: &mut Vec<String>) {
        for filter in last.filters.iter().rev() {
            if filters.iter().all(|own| own.dimension != filter.dimension) {
                let not = if filter.not { "≠" } else { ":" };
                carried.push(format!("{}{not} {}", self.dimension_label(&filter.dimension), filter.values.join(", ")));
                filters.insert(0, filter.clone());
            }
        }
    }

    fn check_dimensions(&self, metric: &MetricName, group: Option<&str>, filters: &[Filter]) -> Result<(), Stop> {
        let used = group.into_iter().chain(filters.iter().map(|filter| filter.dimension.as_str()));
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
        let said = if a == b { a } else { say(self.language, "from_to_iso", &[("a", &a), ("b", &b)]) };
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
    let (Some(first), Some(last)) = (tokens.get(at), tokens.get(end - 1)) else { return question.to_owned() };
    let before = question.get(..first.start).unwrap_or(question).trim_end_matches(['"', '“', '«', '„']);
    let after = question.get(last.end + quoted(end - 1)..).or_else(|| question.get(last.end..)).unwrap_or("");
    let joined = format!("{before}{by}{after}");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}
