//! Requests to find something.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cues::Cues;
use crate::text::{Kind, Text};

/// What is to be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchRequest {
    /// The words.
    pub query: String,
    /// Only of these: `file`, `message`, `record`; empty: everything.
    pub kinds: Vec<String>,
}

/// A request to find something, by its verb and the noun of what is to be found. `metric` tells whether a metric was
/// named: "find revenue" asks for a number.
pub fn read(text: &Text, cues: &Cues<'_>, metric: bool) -> Option<SearchRequest> {
    let begin = cues.past_politeness(text);
    let found = |name: &str| cues.starts(text, name, begin);
    let noun = kinds(text, cues);
    let (from, strong) = if let Some(end) = found("find") {
        (end, true)
    } else if let Some(end) = found("where") {
        (end, true)
    } else {
        (found("show")?, false)
    };
    let id = text.tokens[from..].iter().any(|token| {
        token.kind == Kind::Id
            || (token.kind == Kind::Number && token.text.len() >= 5)
            || token.kind == Kind::Quote
    });
    // What is only shown must be a document; what is to be found may be anything but a metric.
    let wanted = if strong {
        !noun.is_empty() || id || !metric
    } else {
        !noun.is_empty()
    };
    if !wanted || from >= text.tokens.len() {
        return None;
    }
    let mut from = from;
    while from + 1 < text.tokens.len() && cues.is_filler(&text.tokens[from].text) {
        from += 1;
    }
    let query = text
        .rest(from)
        .trim_end_matches(['?', '!', '.', ' '])
        .trim()
        .to_owned();
    (!query.is_empty()).then_some(SearchRequest { query, kinds: noun })
}

fn kinds(text: &Text, cues: &Cues<'_>) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for (cue, kind) in [
        ("noun_file", "file"),
        ("noun_message", "message"),
        ("noun_record", "record"),
    ] {
        if (0..text.tokens.len()).any(|at| cues.starts(text, cue, at).is_some()) {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}
