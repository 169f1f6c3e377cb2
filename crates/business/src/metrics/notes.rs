//! What has to be known beside the numbers of an answer.

use super::answer::Row;
use super::model::model;
use super::run::Work;
use super::sources;

/// What has to be known beside the numbers.
pub(super) fn notes(work: &Work<'_>, found: &sources::Found, row_count: u64, rows: &[Row]) -> Vec<String> {
    let mut notes = Vec::new();
    if !found.is_connected {
        notes.push("The data that this needs are not connected.".to_owned());
    }
    for source in found.list.iter().filter(|source| source.is_loading) {
        notes.push(format!(
            "“{}” is still being read for the first time; more will come.",
            source.name
        ));
    }
    if work.currencies.len() > 1 {
        notes.push("Amounts of different currencies are never added.".to_owned());
    }
    let inside = ["product", "category", "sku", "vendor"];
    let counts = work
        .measures
        .iter()
        .any(|m| model().measures.get(m).is_some_and(|m| !m.money));
    if counts && !work.metric.formula.measures().contains("sold_units") {
        let by = work.query.group_by.iter().any(|id| inside.contains(&id.as_str()));
        if by {
            notes.push(
                "An order with several of these counts in each of them: the rows are more than the whole."
                    .to_owned(),
            );
        }
    }
    if work.query.rank.is_none() && row_count > rows.len() as u64 {
        notes.push(format!(
            "These are the first {} of {row_count} groups.",
            rows.len()
        ));
    }
    notes
}
