//! The words of each language: one YAML file a language, read once. To add words is to add them there; to add a
//! language is to add a file and a variant of [`Language`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::Language;
use crate::dates::{Rule, Unit};
use crate::pattern::Pattern;
use crate::text::fold;

/// All languages, in the order in which ties are decided.
pub const LANGUAGES: [Language; 5] = [
    Language::En,
    Language::Pt,
    Language::Es,
    Language::De,
    Language::Fr,
];

/// What the file of a language says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    /// Words that carry no meaning for a number: articles, prepositions, politeness.
    filler: String,
    /// Prepositions that a month's name counts behind, and that an unknown name is noticed behind.
    place: String,
    /// What may follow a month's name that is a verb, too ("May I").
    pronouns: String,
    numbers: BTreeMap<String, i64>,
    ordinals: BTreeMap<String, i64>,
    /// Endings of ordinals in digits (`3rd`).
    endings: String,
    units: BTreeMap<String, String>,
    months: Vec<String>,
    /// Names of months that are something else, too.
    shy: String,
    weekdays: Vec<String>,
    dates: BTreeMap<String, Vec<String>>,
    cues: BTreeMap<String, Vec<String>>,
}

/// The words of a language, folded.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Which language.
    pub language: Language,
    filler: HashSet<String>,
    place: HashSet<String>,
    pronouns: HashSet<String>,
    numbers: HashMap<String, i64>,
    ordinals: HashMap<String, i64>,
    endings: HashSet<String>,
    units: HashMap<String, Unit>,
    months: HashMap<String, i8>,
    shy: HashSet<String>,
    weekdays: HashMap<String, i8>,
    /// The patterns of dates with what they mean.
    pub dates: Vec<(Rule, Pattern)>,
    cues: HashMap<String, Vec<Pattern>>,
    /// Everything above, to tell the language by.
    all: HashSet<String>,
}

impl Lexicon {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        static ALL: LazyLock<[Lexicon; 5]> = LazyLock::new(|| {
            [
                (Language::En, include_str!("en.yaml")),
                (Language::Pt, include_str!("pt.yaml")),
                (Language::Es, include_str!("es.yaml")),
                (Language::De, include_str!("de.yaml")),
                (Language::Fr, include_str!("fr.yaml")),
            ]
            // The files are part of the program; a test reads each of them.
            .map(|(language, source)| Lexicon::read(language, source).unwrap_or_default())
        });
        match language {
            Language::En => &ALL[0],
            Language::Pt => &ALL[1],
            Language::Es => &ALL[2],
            Language::De => &ALL[3],
            Language::Fr => &ALL[4],
        }
    }

    fn read(language: Language, source: &str) -> Result<Self, String> {
        let source: Source = serde_saphyr::from_str(source).map_err(|error| error.to_string())?;
        let set = |words: &str| words.split_whitespace().map(fold).collect::<HashSet<_>>();
        let mut lexicon = Self {
            language,
            filler: set(&source.filler),
            place: set(&source.place),
            pronouns: set(&source.pronouns),
            numbers: source.numbers.iter().map(|(word, n)| (fold(word), *n)).collect(),
            ordinals: source.ordinals.iter().map(|(word, n)| (fold(word), *n)).collect(),
            endings: set(&source.endings),
            shy: set(&source.shy),
            ..Self::default()
        };
        for (name, words) in &source.units {
            let unit = Unit::named(name).ok_or_else(|| format!("unit {name}"))?;
            lexicon
                .units
                .extend(set(words).into_iter().map(|word| (word, unit)));
        }
        for (number, words) in (1..).zip(&source.months) {
            lexicon
                .months
                .extend(set(words).into_iter().map(|word| (word, number)));
        }
        for (number, words) in (0..).zip(&source.weekdays) {
            lexicon
                .weekdays
                .extend(set(words).into_iter().map(|word| (word, number)));
        }
        for (name, patterns) in &source.dates {
            let rule = Rule::named(name).ok_or_else(|| format!("rule {name}"))?;
            for pattern in patterns {
                lexicon
                    .dates
                    .push((rule, Pattern::parse(pattern).ok_or_else(|| pattern.clone())?));
            }
        }
        for (name, patterns) in &source.cues {
            let patterns: Option<Vec<_>> = patterns.iter().map(|pattern| Pattern::parse(pattern)).collect();
            lexicon
                .cues
                .insert(name.clone(), patterns.ok_or_else(|| name.clone())?);
        }
        lexicon.all = lexicon.every_word();
        Ok(lexicon)
    }

    fn every_word(&self) -> HashSet<String> {
        let patterns = self
            .dates
            .iter()
            .map(|(_, pattern)| pattern)
            .chain(self.cues.values().flatten());
        let mut all: HashSet<String> = patterns.flat_map(Pattern::words).map(str::to_owned).collect();
        all.extend(self.filler.iter().cloned());
        for words in [&self.numbers, &self.ordinals] {
            all.extend(words.keys().cloned());
        }
        all.extend(self.units.keys().cloned());
        all.extend(self.months.keys().cloned());
        all.extend(self.weekdays.keys().cloned());
        all
    }

    /// Whether the word belongs to the language as far as this file knows it.
    pub fn knows(&self, word: &str) -> bool {
        self.all.contains(word)
    }

    /// Whether the word carries no meaning for a number.
    pub fn is_filler(&self, word: &str) -> bool {
        self.filler.contains(word)
    }

    /// Whether a place, a name or a date stands behind the word.
    pub fn is_place(&self, word: &str) -> bool {
        self.place.contains(word)
    }

    /// Whether it is a pronoun ("May I").
    pub fn is_pronoun(&self, word: &str) -> bool {
        self.pronouns.contains(word)
    }

    /// A number in words.
    pub fn number(&self, word: &str) -> Option<i64> {
        self.numbers.get(word).copied()
    }

    /// An ordinal in words, or in digits with its ending.
    pub fn ordinal(&self, word: &str) -> Option<i64> {
        self.ordinals.get(word).copied().or_else(|| {
            let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = word[..digits].parse().ok().filter(|_| digits < 4)?;
            self.endings.contains(&word[digits..]).then_some(number)
        })
    }

    /// A unit of time.
    pub fn unit(&self, word: &str) -> Option<Unit> {
        self.units.get(word).copied()
    }

    /// A month by its name.
    pub fn month(&self, word: &str) -> Option<i8> {
        self.months.get(word).copied()
    }

    /// Whether the name of a month is something else, too.
    pub fn is_shy(&self, word: &str) -> bool {
        self.shy.contains(word)
    }

    /// A day of the week by its name, Monday is 0.
    pub fn weekday(&self, word: &str) -> Option<i8> {
        self.weekdays.get(word).copied()
    }

    /// The patterns of a cue.
    pub fn cue(&self, name: &str) -> &[Pattern] {
        self.cues.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_has_the_same_parts() {
        let files = [
            (Language::En, include_str!("en.yaml")),
            (Language::Pt, include_str!("pt.yaml")),
            (Language::Es, include_str!("es.yaml")),
            (Language::De, include_str!("de.yaml")),
            (Language::Fr, include_str!("fr.yaml")),
        ];
        let english = Lexicon::read(Language::En, files[0].1).unwrap();
        for (language, source) in files {
            let lexicon = Lexicon::read(language, source).unwrap();
            for month in 1..=12 {
                assert!(
                    lexicon.months.values().any(|m| *m == month),
                    "{language:?} month {month}"
                );
            }
            assert_eq!(
                lexicon.weekdays.values().collect::<HashSet<_>>().len(),
                7,
                "{language:?}"
            );
            for cue in english.cues.keys() {
                assert!(lexicon.cues.contains_key(cue), "{language:?} lacks {cue}");
            }
            for cue in lexicon.cues.keys() {
                assert!(english.cues.contains_key(cue), "{language:?} has {cue} more");
            }
        }
    }
}
