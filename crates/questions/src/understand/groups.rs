//! What a number is split by, and how many of the groups are wanted.

use super::answer::Choice;
use super::compose::{Stop, Work, spliced};
use crate::catalogue::{Language, MetricName};
use crate::frame::{Frame, Rank};
use crate::phrase::say;
use crate::reading::SaidRank;

impl Work<'_> {
    /// The dimension to group by.
    pub fn group(&self, metric: &MetricName) -> Result<Option<String>, Stop> {
        let reading = self.reading;
        let mut groups: Vec<&str> = reading
            .groups
            .iter()
            .filter_map(|mention| mention.meaning.dimension.as_deref())
            .collect();
        groups.dedup();
        if groups.len() > 1 {
            let options = reading
                .groups
                .iter()
                .enumerate()
                .take(4)
                .filter_map(|(kept, mention)| {
                    let dimension = mention.meaning.dimension.as_deref()?;
                    let mut question = reading.text.original.clone();
                    for (n, other) in reading.groups.iter().enumerate().rev() {
                        if n != kept {
                            question = spliced(&question, reading, other.at, other.end, "");
                        }
                    }
                    Some(Choice {
                        label: self.dimension_label(dimension).to_owned(),
                        question,
                    })
                });
            return Err(self.ask("ask_group", &[], options.collect()));
        }
        if let Some(idle) = reading.idle.first() {
            // "product revenue": perhaps by product, perhaps of products; it is not guessed.
            let dimension = idle.meaning.dimension.as_deref().unwrap_or_default();
            let (label, name) = (self.dimension_label(dimension), self.metric_label(metric));
            let by = say(
                self.language,
                "by_dimension",
                &[("metric", name), ("dimension", label)],
            );
            let all = self.replaced(idle.at, idle.end, "");
            let grouped = format!("{all} {}", say(self.language, "by", &[("dimension", label)]));
            let without = say(
                self.language,
                "without",
                &[("said", reading.text.written(idle.at, idle.end))],
            );
            return Err(self.ask(
                "ask_idle",
                &[("dimension", label)],
                vec![
                    Choice {
                        label: by,
                        question: grouped,
                    },
                    Choice {
                        label: without,
                        question: all,
                    },
                ],
            ));
        }
        Ok(groups.first().map(|group| (*group).to_owned()))
    }

    /// The best or worst few: one where one was asked for, ten where many.
    pub fn rank(
        &self,
        metric: &MetricName,
        group: Option<&str>,
        last: Option<&Frame>,
    ) -> Result<Option<Rank>, Stop> {
        let reading = self.reading;
        let Some(said) = reading.rank else { return Ok(None) };
        if let Some(other) = reading.other_rank {
            let one = |kept: SaidRank, left: SaidRank| {
                let question = self.replaced(left.at, left.at + 1, "");
                Choice {
                    label: reading.text.written(kept.at, kept.at + 1).to_owned(),
                    question,
                }
            };
            return Err(self.ask("ask_both", &[], vec![one(said, other), one(other, said)]));
        }
        let group = group.or_else(|| last.and_then(|last| last.group_by.as_deref()));
        if group.is_none() && !reading.rank_units {
            return Err(self.ask_rank(metric));
        }
        let noun = reading.groups.first();
        let count = said.count.unwrap_or_else(|| {
            if noun.is_some_and(|noun| !self.is_one(noun.at)) {
                10
            } else {
                1
            }
        });
        Ok(Some(Rank {
            count: count.min(1000),
            ascending: said.ascending,
        }))
    }

    /// Whether a noun stands in the singular, by its ending and by the article before it.
    fn is_one(&self, at: usize) -> bool {
        let reading = self.reading;
        let tokens = &reading.text.tokens;
        let word = &tokens[at].text;
        let before = &tokens[at.saturating_sub(3)..at];
        let article = before.iter().any(|token| {
            reading
                .lexicon
                .cue("one")
                .iter()
                .any(|pattern| pattern.words().any(|word| word == token.text))
        });
        let plural = reading.lexicon.cue("many").iter().any(|pattern| {
            pattern
                .words()
                .any(|word| before.iter().any(|token| token.text == word))
        });
        // "país" ends like a plural, but has one.
        let has_plural = reading
            .groups
            .first()
            .and_then(|group| group.meaning.dimension.as_deref())
            .is_some_and(|id| {
                let words = self
                    .context
                    .catalogue
                    .dimension(id)
                    .and_then(|known| known.words.get(&self.language));
                let folded = |other: &String| crate::text::fold(other);
                words
                    .into_iter()
                    .flatten()
                    .any(|other| folded(other) == format!("{word}s") || folded(other) == format!("{word}es"))
            });
        article || (!plural && self.language != Language::De && (has_plural || !word.ends_with('s')))
    }
}
