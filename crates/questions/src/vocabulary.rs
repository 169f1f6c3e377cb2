//! The words of a catalogue, to be found in a question: metrics and dimensions by the longest match, and with a slip of
//! the pen where nothing else fits.

use std::collections::{HashMap, HashSet};

use crate::catalogue::{Catalogue, Language};
use crate::lexicon::LANGUAGES;
use crate::names::slips_between;
use crate::text::{Token, key};

/// What a word of the catalogue means: a metric, a dimension, or either (`customers`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// A metric's name.
    pub metric: Option<String>,
    /// A dimension's name.
    pub dimension: Option<String>,
}

/// The words of a catalogue, folded.
#[derive(Debug)]
pub struct Vocabulary {
    words: HashMap<String, Meaning>,
    /// Those of the asker's language: what may be a slip of the pen.
    own: HashSet<String>,
    longest: usize,
}

impl Vocabulary {
    /// The words of a catalogue; where two languages use a word for different things, the asker's counts.
    pub fn new(catalogue: &Catalogue, language: Language) -> Self {
        let mut words: HashMap<String, Meaning> = HashMap::new();
        let first = std::iter::once(language);
        for language in first.chain(LANGUAGES.into_iter().filter(|other| *other != language)) {
            for metric in &catalogue.metrics {
                let label = metric.labels.get(&language);
                for word in metric.words.get(&language).into_iter().flatten().chain(label) {
                    words
                        .entry(key(word))
                        .or_default()
                        .metric
                        .get_or_insert_with(|| metric.id.clone());
                }
            }
            for dimension in &catalogue.dimensions {
                let label = dimension.labels.get(&language);
                for word in dimension.words.get(&language).into_iter().flatten().chain(label) {
                    words
                        .entry(key(word))
                        .or_default()
                        .dimension
                        .get_or_insert_with(|| dimension.id.clone());
                }
            }
        }
        words.remove("");
        let metrics = catalogue
            .metrics
            .iter()
            .filter_map(|metric| metric.words.get(&language));
        let dimensions = catalogue
            .dimensions
            .iter()
            .filter_map(|dimension| dimension.words.get(&language));
        let own = metrics
            .chain(dimensions)
            .flatten()
            .map(|word| key(word))
            .collect();
        let longest = words
            .keys()
            .map(|word| word.split(' ').count())
            .max()
            .unwrap_or(0);
        Self { words, own, longest }
    }

    /// The longest word of the catalogue that begins at a token, and where it ends.
    pub fn at(&self, tokens: &[Token], at: usize) -> Option<(&Meaning, usize)> {
        let most = (at + self.longest).min(tokens.len());
        (at + 1..=most).rev().find_map(|end| {
            let words: Vec<&str> = tokens[at..end].iter().map(|token| token.text.as_str()).collect();
            self.words.get(&words.join(" ")).map(|meaning| (meaning, end))
        })
    }

    /// The word of the catalogue that a word is a slip of, if there is one only.
    pub fn near(&self, word: &str) -> Option<(&str, &Meaning)> {
        let mut best: Option<(usize, &str, &Meaning)> = None;
        let mut tied = false;
        // The first letter is seldom wrong, and short words are too near to others.
        let likely = |known: &str| known.chars().count() > 3 && known.chars().next() == word.chars().next();
        for (known, meaning) in self
            .words
            .iter()
            .filter(|(known, _)| self.own.contains(*known) && likely(known))
        {
            let Some(slips) = slips_between(word, known) else {
                continue;
            };
            match best {
                Some((least, _, _)) if slips > least => {}
                Some((least, _, other)) if slips == least => tied |= other != meaning,
                _ => (best, tied) = (Some((slips, known.as_str(), meaning)), false),
            }
        }
        best.filter(|_| !tied).map(|(_, known, meaning)| (known, meaning))
    }
}
