//! A query as the store is asked for it: each word by its token, its stems and, while it is typed, its beginning.

use db::index::{Columns, Match, Term};

use super::query::{Part, Query};
use super::words::{
    Hasher, LONGEST_START, Language, SHORTEST_START, Token, is_stop, languages_of_query, stem,
};

/// What chunks must have: everything, or failing that something of it.
pub(crate) struct Wanted {
    /// All of the words.
    pub all: Match,
    /// Some of the words, and all that was quoted; none where there is only one.
    pub any: Option<Match>,
}

impl Wanted {
    /// For a query.
    pub(crate) fn new(query: &Query, hasher: &mut Hasher) -> Self {
        let languages = languages_of_query(&query.meaning);
        let mut firm = Vec::new();
        let mut soft = Vec::new();
        for part in telling(&query.parts) {
            let wanted = one(part, hasher, &languages);
            if part.is_quoted {
                firm.push(wanted)
            } else {
                soft.push(wanted)
            }
        }
        let any = (soft.len() > 1).then(|| {
            let mut parts = firm.clone();
            parts.push(Match::Any(soft.clone()));
            Match::All(parts)
        });
        firm.append(&mut soft);
        Self {
            all: Match::All(firm),
            any,
        }
    }
}

/// The parts that tell something: words like "the" are left out where there are others.
pub(crate) fn telling(parts: &[Part]) -> Vec<&Part> {
    let tells = |part: &&Part| part.is_quoted || part.words.iter().any(|word| !is_stop(&word.folded));
    let telling: Vec<&Part> = parts.iter().filter(tells).collect();
    if telling.is_empty() {
        parts.iter().collect()
    } else {
        telling
    }
}

fn term(tokens: Vec<Token>, columns: Columns) -> Match {
    let tokens = tokens.iter().map(|token| token.as_str().to_owned()).collect();
    Match::Term(Term { tokens, columns })
}

fn one(part: &Part, hasher: &mut Hasher, languages: &[Language]) -> Match {
    let [word] = &part.words[..] else {
        let tokens = part.words.iter().map(|word| hasher.word(&word.folded)).collect();
        return term(tokens, Columns::Words);
    };
    if word.is_pair && word.folded.chars().count() == 1 {
        return term(vec![hasher.start(&word.folded)], Columns::Starts);
    }
    let itself = hasher.word(&word.folded);
    if part.is_quoted {
        return term(vec![itself], Columns::Words);
    }
    let stems = stem(word, languages);
    let is_stem = stems.contains(&word.folded);
    let mut any = vec![term(
        vec![itself],
        if is_stem { Columns::Stems } else { Columns::Words },
    )];
    for stem in stems.iter().filter(|stem| **stem != word.folded) {
        any.push(term(vec![hasher.word(stem)], Columns::Stems));
    }
    if part.is_start
        && let Some(start) = start(&word.folded)
    {
        any.push(term(vec![hasher.start(start)], Columns::Starts));
    }
    Match::Any(any)
}

/// The beginning under which longer words are indexed.
pub(crate) fn start(folded: &str) -> Option<&str> {
    let letters = folded.chars().count();
    let end = folded
        .char_indices()
        .nth(LONGEST_START)
        .map_or(folded.len(), |(at, _)| at);
    (letters >= SHORTEST_START).then(|| &folded[..end])
}
