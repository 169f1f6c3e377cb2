//! The names of a workspace: every value of every dimension, found as it is written, folded, in the singular, by another
//! name it is known by, with a slip of the pen, or by some of its words. The index is complete: a name that it does not
//! find is unknown.

mod aliases;
mod distance;
mod trigrams;

use std::collections::{HashMap, HashSet};

use crate::text::{Text, Token, key};
use trigrams::Trigrams;

/// A value that a phrase may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct NameMatch {
    /// The dimension that it is a value of.
    pub dimension: String,
    /// The value as the store has it.
    pub value: String,
    /// How well it fits: 1 as written, above .9 by another name or number, above .7 with a slip, below by some words.
    pub score: f32,
}

/// As many values as a phrase of some of their words may bring.
const MOST_PARTIAL: usize = 50;
/// No name with a slip in it has more bytes.
const MOST_LETTERS: usize = 200;
/// No name is longer in a question.
const MOST_WORDS: usize = 16;

/// Every value of every dimension of a workspace.
#[derive(Debug, Default)]
pub struct ValueIndex {
    dimensions: Vec<String>,
    values: Vec<Value>,
    exact: HashMap<String, Vec<u32>>,
    singular: HashMap<String, Vec<u32>>,
    aliases: HashMap<String, Vec<u32>>,
    words: HashMap<String, Vec<u32>>,
    trigrams: Trigrams,
    longest: usize,
}

#[derive(Debug)]
struct Value {
    dimension: u16,
    written: String,
    key: String,
}

/// A run of tokens that are the name of something.
#[derive(Clone, Debug, PartialEq)]
pub struct NameSpan {
    /// The first token.
    pub at: usize,
    /// The token behind the last.
    pub end: usize,
    /// What it may be.
    pub matches: Vec<NameMatch>,
}

impl ValueIndex {
    /// An index of pairs of a dimension and a value.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut index = Self::default();
        let mut places: HashMap<String, u16> = HashMap::new();
        let mut seen: HashSet<(u16, String)> = HashSet::new();
        for (dimension, written) in values {
            let next = places.len() as u16;
            let place = *places.entry(dimension).or_insert_with_key(|name| {
                index.dimensions.push(name.clone());
                next
            });
            let name = key(&written);
            if !name.is_empty() && seen.insert((place, written.clone())) {
                index.add(Value {
                    dimension: place,
                    written,
                    key: name,
                });
            }
        }
        index.trigrams.finish();
        index
    }

    fn add(&mut self, value: Value) {
        let id = self.values.len() as u32;
        let words: Vec<&str> = value.key.split(' ').collect();
        self.longest = self.longest.max(words.len()).min(MOST_WORDS);
        let mut own: Vec<String> = words.iter().map(|word| singular(word).to_owned()).collect();
        let one = own.join(" ");
        own.sort_unstable();
        own.dedup();
        for word in own {
            self.words.entry(word).or_default().push(id);
        }
        for alias in aliases::of(&value.key) {
            self.longest = self.longest.max(alias.split(' ').count());
            self.aliases.entry(alias.clone()).or_default().push(id);
        }
        if one != value.key {
            self.singular.entry(one.clone()).or_default().push(id);
        }
        self.trigrams.add(id, &value.key);
        self.exact.entry(value.key.clone()).or_default().push(id);
        self.values.push(value);
    }

    /// How many values it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// What a phrase may mean, the best first. Where one way of looking finds something, the laxer ones are not tried.
    pub fn find(&self, phrase: &str) -> Vec<NameMatch> {
        let text = Text::read(phrase);
        let found = self.known(&text, &text.tokens);
        if !found.is_empty() {
            return found;
        }
        let name = key(phrase);
        let near = self.near(&name);
        if near.is_empty() {
            self.by_words(&name)
        } else {
            near
        }
    }

    /// Names that stand in a question as they are known: the longest at each place, none within another. `free` tells
    /// whether a token may begin or end one.
    pub fn scan(&self, text: &Text, free: impl Fn(usize) -> bool) -> Vec<NameSpan> {
        let mut spans = Vec::new();
        let mut at = 0;
        while at < text.tokens.len() {
            let most = (at + self.longest).min(text.tokens.len());
            let longest = (at + 1..=most)
                .rev()
                .filter(|end| free(at) && free(end - 1))
                .find_map(|end| {
                    let matches = self.known(text, &text.tokens[at..end]);
                    (!matches.is_empty()).then_some(NameSpan { at, end, matches })
                });
            match longest {
                Some(span) => {
                    at = span.end;
                    spans.push(span);
                }
                None => at += 1,
            }
        }
        spans
    }

    /// Values that are written so, in another number, or by another name.
    fn known(&self, text: &Text, tokens: &[Token]) -> Vec<NameMatch> {
        let mut name = String::new();
        let mut one = String::new();
        for token in tokens {
            if !name.is_empty() {
                name.push(' ');
                one.push(' ');
            }
            name.push_str(&token.text);
            one.push_str(singular(&token.text));
        }
        let none = Vec::new();
        let get = |map: &HashMap<String, Vec<u32>>, name: &str| map.get(name).unwrap_or(&none).clone();
        let mut found = Vec::new();
        found.extend(get(&self.exact, &name).into_iter().map(|id| (id, 1.0)));
        // `DE` is Germany, `de` is a preposition.
        let code = name.len() <= 3 && !name.contains(' ');
        let shouted = tokens.iter().all(|token| {
            text.original[token.start..token.end]
                .chars()
                .all(|c| !c.is_lowercase())
        });
        if !code || shouted {
            found.extend(get(&self.aliases, &name).into_iter().map(|id| (id, 0.98)));
        }
        if found.is_empty() && name.len() > 3 {
            let plural = get(&self.exact, &one)
                .into_iter()
                .chain(get(&self.singular, &one));
            found.extend(plural.map(|id| (id, 0.95)));
        }
        self.matches(found)
    }

    /// Values that differ by a slip of the pen.
    pub fn near(&self, name: &str) -> Vec<NameMatch> {
        let slips = forgiven(name);
        if slips == 0 {
            return Vec::new();
        }
        let found = self
            .trigrams
            .candidates(name, slips)
            .into_iter()
            .filter_map(|id| {
                let value = self.values.get(id as usize)?;
                let distance = distance::within(name, &value.key, slips)?;
                Some((id, 0.9 - 0.08 * distance as f32))
            });
        let mut found: Vec<(u32, f32)> = found.collect();
        let best = found.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        found.retain(|(_, score)| *score >= best);
        self.matches(found)
    }

    /// Values that have all words of a phrase.
    pub fn by_words(&self, name: &str) -> Vec<NameMatch> {
        let mut lists = Vec::new();
        for word in name.split(' ').filter(|word| !word.is_empty()) {
            let Some(list) = self.words.get(singular(word)) else {
                return Vec::new();
            };
            lists.push(list);
        }
        lists.sort_by_key(|list| list.len());
        let Some((shortest, others)) = lists.split_first() else {
            return Vec::new();
        };
        let common = shortest
            .iter()
            .filter(|id| others.iter().all(|list| list.binary_search(id).is_ok()));
        self.matches(common.take(MOST_PARTIAL).map(|id| (*id, 0.6)).collect())
    }

    fn matches(&self, found: Vec<(u32, f32)>) -> Vec<NameMatch> {
        let mut seen = HashSet::new();
        let mut matches: Vec<NameMatch> = found
            .into_iter()
            .filter(|(id, _)| seen.insert(*id))
            .filter_map(|(id, score)| {
                let value = self.values.get(id as usize)?;
                let dimension = self.dimensions.get(usize::from(value.dimension))?.clone();
                Some(NameMatch {
                    dimension,
                    value: value.written.clone(),
                    score,
                })
            })
            .collect();
        matches.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| (&a.dimension, &a.value).cmp(&(&b.dimension, &b.value)))
        });
        matches
    }
}

/// How many slips a word is forgiven: none up to three letters, one up to seven, then two.
fn forgiven(word: &str) -> usize {
    // Nobody writes a name as long as that, and to compare it would take long.
    if word.len() > MOST_LETTERS {
        return 0;
    }
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// How many slips lie between what was written and a word, if they are few enough to be forgiven.
pub fn slips_between(written: &str, word: &str) -> Option<usize> {
    let slips = forgiven(written);
    if slips == 0 {
        None
    } else {
        distance::within(written, word, slips)
    }
}

/// A word without its plural.
pub fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(one) if one.len() >= 3 && !one.ends_with('s') && one.chars().all(char::is_alphabetic) => one,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> ValueIndex {
        let values = [
            ("country", "EIRE"),
            ("country", "United Kingdom"),
            ("country", "Germany"),
            ("country", "Luxembourg"),
            ("city", "Luxembourg"),
            ("product", "PARTY BUNTING"),
            ("product", "LUNCH BAG RED RETROSPOT"),
            ("product", "LUNCH BAG BLACK SKULL."),
            ("customer", "Robert'); DROP TABLE orders;--"),
        ];
        ValueIndex::new(values.map(|(dimension, value)| (dimension.to_owned(), value.to_owned())))
    }

    fn found(phrase: &str) -> Vec<String> {
        shop()
            .find(phrase)
            .into_iter()
            .map(|found| format!("{}={}", found.dimension, found.value))
            .collect()
    }

    #[test]
    fn a_name_is_found_in_the_ways_people_write_it() {
        assert_eq!(found("Ireland"), ["country=EIRE"]);
        assert_eq!(found("Großbritannien"), ["country=United Kingdom"]);
        assert_eq!(found("DE"), ["country=Germany"]);
        assert_eq!(found("de"), [""; 0]);
        assert_eq!(found("Germny"), ["country=Germany"]);
        assert_eq!(found("party buntings"), ["product=PARTY BUNTING"]);
        assert_eq!(found("luxembourg"), ["city=Luxembourg", "country=Luxembourg"]);
        assert_eq!(found("lunch bags").len(), 2);
        assert_eq!(
            found("Robert'); DROP TABLE orders;--"),
            ["customer=Robert'); DROP TABLE orders;--"]
        );
        assert_eq!(found("Atlantis"), [""; 0]);
    }

    #[test]
    fn a_hundred_thousand_names_are_looked_through_at_once() {
        let values =
            (0..100_000).map(|n| ("product".to_owned(), format!("Lamp {} shade number {n}", n % 977)));
        let index = ValueIndex::new(values);
        assert_eq!(index.len(), 100_000);
        let begun = std::time::Instant::now();
        for _ in 0..10 {
            assert!(!index.find("Lamp 5 shade numbr 5").is_empty());
            assert!(index.find("a name that nobody has ever heard").is_empty());
        }
        let each = begun.elapsed().as_micros() / 20;
        // Two milliseconds; unoptimised code on a busy machine gets fifty times that.
        assert!(
            each < if cfg!(debug_assertions) { 100_000 } else { 2_000 },
            "{each} µs"
        );
    }
}
