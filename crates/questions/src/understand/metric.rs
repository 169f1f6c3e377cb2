//! Which metric a question is about.

use super::compose::{Stop, Work};
use crate::catalogue::{MetricName, Unit};
use crate::dates::Note;
use crate::frame::Frame;
use crate::reading::Doubt;

impl Work<'_> {
    /// The metric: said, or by a verb, or of the question before, or the main one of a ranking.
    pub fn metric(&mut self, last: Option<&Frame>) -> Result<MetricName, Stop> {
        let reading = self.reading;
        let catalogue = self.context.catalogue;
        let mut ids: Vec<&str> = reading
            .metrics
            .iter()
            .filter_map(|mention| mention.meaning.metric.as_deref())
            .collect();
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
            let id = if reading.how_many {
                self.pieces()
            } else {
                self.main()
            };
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
        let unknown = reading
            .leftovers
            .iter()
            .find(|left| matches!(left.doubt, Doubt::Unknown | Doubt::UnknownName));
        match unknown {
            Some(left) if reading.has_cue() => {
                let said = reading.text.written(left.at, left.end);
                Err(self.decline(
                    "unknown_metric",
                    "next_metrics",
                    &[("said", said), ("metrics", &self.some_metrics())],
                ))
            }
            _ => Err(Stop::NotMetrics),
        }
    }

    /// The metric that money is asked by: the catalogue's first of money.
    fn main(&self) -> Option<MetricName> {
        self.context
            .catalogue
            .metrics
            .iter()
            .find(|metric| metric.unit == Unit::Money)
            .cloned()
    }

    /// The metric that pieces are counted by.
    fn pieces(&self) -> Option<MetricName> {
        let words: Vec<&str> = self
            .reading
            .lexicon
            .cue("pieces")
            .iter()
            .flat_map(crate::pattern::Pattern::words)
            .collect();
        let counts = self
            .context
            .catalogue
            .metrics
            .iter()
            .filter(|metric| metric.unit == Unit::Count);
        let mut named = counts.filter(|metric| {
            metric
                .words
                .values()
                .flatten()
                .any(|word| words.contains(&crate::text::fold(word).as_str()))
        });
        named.next().cloned().or_else(|| self.main())
    }
}
