//! The words that carried meaning, in reading order.

use super::answer::Entity;
use crate::reading::{Doubt, Reading};
use crate::text::Kind;

/// The entities of a reading.
pub fn of(reading: &Reading<'_>) -> Vec<Entity> {
    let text = reading.text;
    let mut found: Vec<(usize, Entity)> = Vec::new();
    let mut add = |at: usize, end: usize, kind: &str, value: String| {
        found.push((
            at,
            Entity {
                kind: kind.to_owned(),
                text: text.written(at, end).to_owned(),
                value,
            },
        ));
    };
    for date in &reading.dates {
        add(
            date.at,
            date.end,
            "date",
            text.written(date.at, date.end).to_lowercase(),
        );
    }
    for mention in &reading.metrics {
        add(
            mention.at,
            mention.end,
            "metric",
            mention.meaning.metric.clone().unwrap_or_default(),
        );
    }
    for mention in reading.groups.iter().chain(&reading.idle) {
        add(
            mention.at,
            mention.end,
            "dimension",
            mention.meaning.dimension.clone().unwrap_or_default(),
        );
    }
    for name in &reading.names {
        let values: Vec<String> = name
            .matches
            .iter()
            .take(4)
            .map(|found| format!("{}={}", found.dimension, found.value))
            .collect();
        add(name.at, name.end, "name", values.join(" | "));
    }
    if let Some(rank) = reading.rank {
        let way = if rank.ascending { "bottom" } else { "top" };
        add(
            rank.at,
            rank.at + 1,
            "rank",
            format!("{way} {}", rank.count.unwrap_or(1)),
        );
    }
    for (at, end) in &reading.amounts {
        let number =
            (*at..*end).find_map(|at| crate::amounts::read(&text.tokens[at].text, reading.lexicon.language));
        add(
            *at,
            *end,
            "amount",
            number.map_or_else(String::new, |n| format!("{}.{:02}", n / 100, n % 100)),
        );
    }
    if let Some(cue) = reading
        .comparison
        .or(reading.compare_year)
        .or(reading.compare_period.map(|(cue, _)| cue))
    {
        add(
            cue.at,
            cue.end.min(text.tokens.len()),
            "compare",
            "compare".to_owned(),
        );
    }
    for (at, token) in text.tokens.iter().enumerate() {
        match token.kind {
            Kind::Email => add(at, at + 1, "email", token.text.clone()),
            Kind::Url => add(at, at + 1, "url", token.text.clone()),
            _ => {}
        }
    }
    for left in &reading.leftovers {
        let value = if left.doubt == Doubt::UnknownName {
            "name"
        } else {
            "word"
        };
        add(left.at, left.end, "unknown", value.to_owned());
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, entity)| entity).collect()
}
