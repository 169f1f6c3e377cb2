//! A question as numbers: its words, pairs of words and groups of letters, hashed into buckets.

use crate::text::{Kind, Text};

/// How many buckets there are.
pub const BUCKETS: usize = 4096;

/// The classes, in the order of the weights.
pub const CLASSES: [&str; 5] = ["metrics", "search", "action", "conversation", "out_of_scope"];

/// The buckets that a question fills, each once.
pub fn features(question: &str) -> Vec<usize> {
    let text = Text::read(question);
    let words: Vec<&str> = text
        .tokens
        .iter()
        .take(60)
        .map(|token| match token.kind {
            Kind::Word => token.text.as_str(),
            Kind::Number => "0",
            Kind::Symbol => "$",
            Kind::Quote => "\"",
            Kind::Email => "@",
            Kind::Url => "://",
            Kind::Id => "#",
        })
        .collect();
    let mut buckets = Vec::new();
    let mut add = |sort: char, text: &str| buckets.push((hash(sort, text) % BUCKETS as u64) as usize);
    for word in &words {
        add('w', word);
        let letters: Vec<char> = std::iter::once('<')
            .chain(word.chars().take(40))
            .chain(['>'])
            .collect();
        for group in letters.windows(4) {
            add('c', &group.iter().collect::<String>());
        }
    }
    for pair in words.windows(2) {
        add('p', &pair.join(" "));
    }
    if let Some(first) = words.first() {
        add('f', first);
    }
    buckets.sort_unstable();
    buckets.dedup();
    buckets
}

/// FNV-1a: the same on every machine and in every version.
fn hash(sort: char, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in std::iter::once(sort as u8).chain(text.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^ (hash >> 29)
}
