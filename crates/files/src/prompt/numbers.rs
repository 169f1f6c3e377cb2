//! The numbers by which answers cite pages. What was cited before keeps its number, so that a mark means the same
//! through a whole conversation.

use std::collections::HashMap;

use ai::answer::{Citation, CitationKind};
use db::FileId;

/// How much of a page stands with a citation, in characters.
const SNIPPET: usize = 240;

/// The numbered pages.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<(FileId, Option<i32>), u32>,
    all: Vec<Citation>,
    last: u32,
}

impl Numbers {
    /// Goes on after what was cited before.
    pub fn after(known: &[Citation]) -> Self {
        let mut numbers = Self::default();
        for source in known {
            let place = (source.file_id, source.page);
            if numbers.known.insert(place, source.n).is_none() {
                numbers.all.push(source.clone());
            }
            numbers.last = numbers.last.max(source.n);
        }
        numbers
    }

    /// Gives a page its number, unless it has one. What is offered now says what stands there.
    pub fn give(&mut self, file: FileId, name: &str, page: Option<i32>, text: &str) {
        let snippet = beginning(text);
        if let Some(n) = self.known.get(&(file, page)) {
            if let Some(source) = self.all.iter_mut().find(|source| source.n == *n) {
                source.snippet = snippet;
            }
            return;
        }
        self.last += 1;
        self.known.insert((file, page), self.last);
        self.all.push(Citation {
            n: self.last,
            kind: CitationKind::File,
            file_id: file,
            name: name.to_owned(),
            page,
            snippet,
        });
    }

    /// A page's number.
    pub fn of(&self, file: FileId, page: Option<i32>) -> u32 {
        self.known.get(&(file, page)).copied().unwrap_or(0)
    }

    /// All that can be cited.
    pub fn all(&self) -> &[Citation] {
        &self.all
    }
}

/// The first words of a text, on one line.
fn beginning(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.chars().count() + word.chars().count() >= SNIPPET {
            if out.is_empty() {
                out.extend(word.chars().take(SNIPPET));
            }
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay() {
        let (one, two) = (FileId::new(), FileId::new());
        let mut first = Numbers::default();
        first.give(one, "one", Some(1), "a");
        first.give(one, "one", Some(2), "b");
        let cited = vec![first.all()[1].clone()];
        let mut later = Numbers::after(&cited);
        later.give(two, "two", Some(1), "c");
        later.give(one, "one", Some(1), "a");
        later.give(one, "one", Some(2), "b");
        assert_eq!(later.of(one, Some(2)), 2, "what was cited keeps its number");
        assert_eq!((later.of(two, Some(1)), later.of(one, Some(1))), (3, 4));
        assert_eq!(later.all().len(), 3);
        assert_eq!(beginning(&"word ".repeat(100)).chars().last(), Some('…'));
        assert!(beginning(&"w".repeat(1000)).chars().count() <= SNIPPET + 1);
    }
}
