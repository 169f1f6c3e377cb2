//! Questions back and reasons why not.

use super::answer::{Choice, Clarification, Declined};
use super::compose::{Stop, Work, spliced};
use crate::catalogue::MetricName;
use crate::dates::Found;
use crate::phrase::say;

impl Work<'_> {
    /// A question back with at most four answers.
    pub fn ask(&self, question: &str, slots: &[(&str, &str)], mut options: Vec<Choice>) -> Stop {
        options.truncate(4);
        Stop::Ask(Clarification {
            question: say(self.language, question, slots),
            options,
        })
    }

    /// A reason and what would help.
    pub fn decline(&self, reason: &str, next: &str, slots: &[(&str, &str)]) -> Stop {
        Stop::Decline(Declined {
            reason: say(self.language, reason, slots),
            next_step: say(self.language, next, slots),
        })
    }

    /// A metric cannot be split by a dimension.
    pub fn decline_dimension(&self, metric: &MetricName, dimension: &str) -> Stop {
        let known: Vec<&str> = metric
            .dimensions
            .iter()
            .map(|known| self.dimension_label(known))
            .collect();
        let slots = [
            ("metric", self.metric_label(metric)),
            ("dimension", self.dimension_label(dimension)),
            ("dimensions", &known.join(", ")),
        ];
        self.decline("unreachable", "next_groups", &slots)
    }

    /// Two metrics in one question.
    pub fn ask_which_metric(&self) -> Stop {
        let reading = self.reading;
        let mut options: Vec<Choice> = Vec::new();
        for mention in &reading.metrics {
            let Some(metric) = mention
                .meaning
                .metric
                .as_deref()
                .and_then(|id| self.context.catalogue.metric(id))
            else {
                continue;
            };
            let mut question = reading.text.original.clone();
            for other in reading
                .metrics
                .iter()
                .rev()
                .filter(|other| other.meaning.metric != mention.meaning.metric)
            {
                question = spliced(&question, reading, other.at, other.end, "");
            }
            let label = self.metric_label(metric).to_owned();
            if options.iter().all(|option| option.label != label) {
                options.push(Choice { label, question });
            }
        }
        self.ask("ask_metric", &[], options)
    }

    /// Two ranges that are no comparison that can be computed.
    pub fn ask_which_date(&self, dates: &[&Found]) -> Stop {
        let reading = self.reading;
        let options = dates.iter().map(|kept| {
            let mut question = reading.text.original.clone();
            for other in dates.iter().rev().filter(|other| other.at != kept.at) {
                question = spliced(&question, reading, other.at, other.end, "");
            }
            if let Some(cue) = reading.comparison.filter(|cue| cue.at < kept.at) {
                let said = reading.text.written(cue.at, cue.end);
                question = question.replacen(said, "", 1);
            }
            Choice {
                label: reading.text.written(kept.at, kept.end).to_owned(),
                question,
            }
        });
        self.ask("ask_date", &[], options.collect())
    }

    /// A share of what?
    pub fn ask_share(&self, metric: &MetricName) -> Stop {
        self.ask(
            "ask_share",
            &[("metric", self.metric_label(metric))],
            self.by_each(metric),
        )
    }

    /// The best what?
    pub fn ask_rank(&self, metric: &MetricName) -> Stop {
        self.ask(
            "ask_rank",
            &[("metric", self.metric_label(metric))],
            self.by_each(metric),
        )
    }

    fn by_each(&self, metric: &MetricName) -> Vec<Choice> {
        let of = |dimension: &String| {
            let label = self.dimension_label(dimension).to_owned();
            let question = format!(
                "{} {}",
                self.reading.text.original.trim_end_matches(['?', '.', '!', ' ']),
                say(self.language, "by", &[("dimension", &label)])
            );
            Choice { label, question }
        };
        metric.dimensions.iter().take(4).map(of).collect()
    }

    /// The question with some of its words replaced.
    pub fn replaced(&self, at: usize, end: usize, by: &str) -> String {
        spliced(&self.reading.text.original, self.reading, at, end, by)
    }

    /// How a metric is shown.
    pub fn metric_label<'m>(&self, metric: &'m MetricName) -> &'m str {
        crate::phrase::label(&metric.labels, self.language).unwrap_or(&metric.id)
    }

    /// How a dimension is shown.
    pub fn dimension_label<'s>(&'s self, id: &'s str) -> &'s str {
        let known = self.context.catalogue.dimension(id);
        known
            .and_then(|known| crate::phrase::label(&known.labels, self.language))
            .unwrap_or(id)
    }

    /// "by country", as a chip.
    pub fn group_chip(&self, dimension: &str) -> String {
        say(
            self.language,
            "by",
            &[("dimension", self.dimension_label(dimension))],
        )
    }

    /// Some metrics that could be asked for.
    pub fn some_metrics(&self) -> String {
        let known = self
            .context
            .catalogue
            .metrics
            .iter()
            .filter(|metric| metric.connected)
            .take(6);
        known
            .map(|metric| self.metric_label(metric))
            .collect::<Vec<_>>()
            .join(", ")
    }
}
