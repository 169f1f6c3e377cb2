//! Keyed hashes of words. Forty bits of HMAC-SHA-256 with a key of the workspace: without the key nobody can tell what
//! a token stands for, or whether two workspaces hold the same word.

use std::collections::{BTreeSet, HashMap};

use kit::vault::{KeyedHash, OwnerKeys, VaultError};

use super::split::Word;
use super::stems::{Language, stem};

/// The shortest beginning of a word that is indexed, in letters.
pub const SHORTEST_START: usize = 3;
/// The longest.
pub const LONGEST_START: usize = 10;

/// Eight characters of a–z and 2–7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token([u8; 8]);

impl Token {
    fn of(hash: &[u8; 32]) -> Self {
        let bits = hash[..5]
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        Self(std::array::from_fn(|at| {
            let five = (bits >> (35 - 5 * at) & 31) as u8;
            if five < 26 { b'a' + five } else { b'2' + five - 26 }
        }))
    }

    /// As the store writes it.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The tokens of a chunk, by what they stand for.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Words in their order.
    pub words: Vec<Token>,
    /// Stems that are not words of the chunk.
    pub stems: BTreeSet<Token>,
    /// Beginnings of words, and lone letters of scripts without spaces.
    pub starts: BTreeSet<Token>,
}

impl Tokens {
    /// How many.
    pub fn count(&self) -> usize {
        self.words.len() + self.stems.len() + self.starts.len()
    }
}

/// Makes tokens for one workspace.
#[derive(Debug)]
pub struct Hasher {
    key: KeyedHash,
    known: HashMap<String, Token>,
}

impl Hasher {
    /// With the keys of the workspace.
    pub fn new(keys: &OwnerKeys) -> Result<Self, VaultError> {
        Ok(Self {
            key: KeyedHash::new(&keys.derive("search.words")?),
            known: HashMap::new(),
        })
    }

    /// The token of a word or a stem; both share one language, so that the stem of a word finds the word that is it.
    pub fn word(&mut self, folded: &str) -> Token {
        self.token('w', folded)
    }

    /// The token of a word's beginning.
    pub fn start(&mut self, folded: &str) -> Token {
        self.token('s', folded)
    }

    fn token(&mut self, kind: char, text: &str) -> Token {
        let mut named = String::with_capacity(text.len() + 1);
        named.push(kind);
        named.push_str(text);
        let key = &self.key;
        *self
            .known
            .entry(named)
            .or_insert_with_key(|named| Token::of(&key.of(&[named.as_bytes()])))
    }

    /// What is the same for chunks that say the same.
    pub fn twin(&self, words: &[Word]) -> i64 {
        let mut said = String::from("t");
        for word in words {
            said.push_str(&word.folded);
            said.push(' ');
        }
        let hash = self.key.of(&[said.as_bytes()]);
        i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
    }

    /// All tokens of a chunk.
    pub fn tokens(&mut self, words: &[Word], languages: &[Language]) -> Tokens {
        let mut tokens = Tokens::default();
        let mut seen = BTreeSet::new();
        for word in words {
            let token = self.word(&word.folded);
            tokens.words.push(token);
            if !seen.insert(token) {
                continue;
            }
            for stem in stem(word, languages) {
                let stem = self.word(&stem);
                tokens.stems.insert(stem);
            }
            for start in starts_of(word) {
                let start = self.start(start);
                tokens.starts.insert(start);
            }
        }
        tokens.stems.retain(|stem| !seen.contains(stem));
        tokens
    }
}

/// The beginnings of a word that are indexed.
pub fn starts_of(word: &Word) -> Vec<&str> {
    let folded = &word.folded[..];
    if word.is_pair {
        return folded
            .char_indices()
            .map(|(at, c)| &folded[at..at + c.len_utf8()])
            .collect();
    }
    let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.enumerate()
        .filter(|(letters, _)| (SHORTEST_START..=LONGEST_START).contains(&(letters + 1)))
        .map(|(_, end)| &folded[..end])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{languages_of, split};
    use super::*;

    fn hasher() -> Hasher {
        let master = kit::vault::MasterKeys::generate();
        let owner = kit::ids::new_id();
        let wrapped = master.new_data_key(owner, 1).unwrap();
        Hasher::new(&master.open_owner(owner, [(1, &wrapped[..])]).unwrap()).unwrap()
    }

    #[test]
    fn tokens_tell_nothing_without_the_key_and_the_same_with_it() {
        let (mut one, mut other) = (hasher(), hasher());
        assert_eq!(one.word("invoice"), one.word("invoice"));
        assert_ne!(one.word("invoice"), one.start("invoice"));
        assert_ne!(one.word("invoice"), other.word("invoice"));
        assert!(
            one.word("x")
                .as_str()
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        );
    }

    #[test]
    fn a_chunk_has_its_words_stems_and_beginnings() {
        let mut hasher = hasher();
        let text = "Running runs";
        let tokens = hasher.tokens(&split(text), &languages_of(text));
        assert_eq!(tokens.words, [hasher.word("running"), hasher.word("runs")]);
        assert!(tokens.stems.contains(&hasher.word("run")));
        assert!(tokens.starts.contains(&hasher.start("runni")));
        assert!(!tokens.starts.contains(&hasher.start("ru")));
        let tokens = hasher.tokens(&split("東京"), &[]);
        assert!(tokens.starts.contains(&hasher.start("京")));
    }
}
