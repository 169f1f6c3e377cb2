//! Where the next page begins: all that a source remembers, written into the token that the caller keeps.

use serde::{Deserialize, Serialize};

use super::SourceError;

/// A slice with more pages than this goes round in circles.
const MOST_PAGES: u32 = 100_000;
/// How many places are remembered to notice circles.
const REMEMBERED: usize = 32;

/// Where the next page begins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Token {
    /// Where.
    pub at: At,
    /// How many pages came before.
    #[serde(default)]
    page: u32,
    /// How many records came before.
    #[serde(default)]
    pub taken: u64,
    /// The places before, as short hashes.
    #[serde(default)]
    seen: Vec<u32>,
    /// The page before, as a short hash.
    #[serde(default)]
    content: u32,
}

/// A place in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) enum At {
    /// Its beginning.
    #[default]
    Start,
    /// By counting.
    Offset(super::Seam),
    /// Behind an id, or at a text that the source gave.
    After(String),
    /// Behind a cursor, with pages of a size. A list that goes on for too long is begun again `since` a moment.
    Cursor { after: Option<String>, size: usize, since: Option<i64>, run: u32 },
    /// In the events that follow the list.
    Events(Option<String>),
    /// In the result of a bulk operation: its id, how often it was asked for, how far it was read.
    Bulk { id: String, polls: u32, offset: u64, lines: u64 },
}

impl Token {
    /// Reads what [`Token::write`] wrote.
    pub fn read(text: &str) -> Result<Self, SourceError> {
        serde_json::from_str(text).map_err(|_| SourceError::Protocol("the position of the page cannot be read".to_owned()))
    }

    /// The token of the page that follows. An error if that page was there already.
    pub fn write(mut self, at: At, taken: usize) -> Result<Option<String>, SourceError> {
        let circle = || SourceError::Protocol("its pages go round in a circle".to_owned());
        let place = hash(serde_json::to_string(&at).unwrap_or_default().as_bytes());
        if self.seen.contains(&place) || self.page >= MOST_PAGES || at == self.at {
            return Err(circle());
        }
        if self.seen.len() >= REMEMBERED {
            self.seen.remove(0);
        }
        self.seen.push(place);
        self.page += 1;
        self.taken += taken as u64;
        self.at = at;
        Ok(serde_json::to_string(&self).ok())
    }

    /// Looks at the ids of a page: the same page a second time is a circle.
    pub fn notice<'a>(&mut self, ids: impl Iterator<Item = &'a str>) -> Result<(), SourceError> {
        let mut all = Vec::new();
        for id in ids {
            all.extend_from_slice(id.as_bytes());
            all.push(0);
        }
        let content = hash(&all);
        if !all.is_empty() && content == self.content {
            return Err(SourceError::Protocol("the same page came twice".to_owned()));
        }
        self.content = content;
        Ok(())
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_notices_circles() {
        let first = Token::default().write(At::After("a".into()), 3).unwrap().unwrap();
        let read = Token::read(&first).unwrap();
        assert_eq!((read.taken, &read.at), (3, &At::After("a".into())));
        let second = Token::read(&read.clone().write(At::After("b".into()), 1).unwrap().unwrap()).unwrap();
        assert!(second.clone().write(At::After("a".into()), 1).is_err());
        assert!(second.clone().write(At::After("b".into()), 1).is_err());
        assert!(second.write(At::After("c".into()), 1).is_ok());
        assert!(Token::read("no token").is_err());
        let mut page = Token::default();
        page.notice(["1", "2"].into_iter()).unwrap();
        page.notice([].into_iter()).unwrap();
        page.notice([].into_iter()).unwrap();
        page.notice(["1", "2"].into_iter()).unwrap();
        assert!(page.notice(["1", "2"].into_iter()).is_err());
    }
}
