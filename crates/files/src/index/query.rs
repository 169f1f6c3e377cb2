//! What somebody typed, taken apart: words, "phrases", beginnings* and operators. Whatever it is, it means something: an
//! operator that is none is words, and so is a quotation mark without its other half.

use kit::clock::Timestamp;

use super::words::{Word, split};

/// The longest query, in characters.
pub const LONGEST: usize = 1_000;
/// How many things of it are looked for.
const MOST: usize = 24;

/// A query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What must be there, as far as possible.
    pub(crate) parts: Vec<Part>,
    /// The words as they were typed, without operators: what it means.
    pub(crate) meaning: String,
    /// Parts of names of authors.
    pub(crate) from: Vec<String>,
    /// Words of titles of threads.
    pub(crate) within: Vec<String>,
    /// Made before this moment.
    pub(crate) before: Option<i64>,
    /// Not made before this moment.
    pub(crate) after: Option<i64>,
    /// Kinds of things.
    pub(crate) types: Vec<String>,
}

/// One thing that is looked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// Several: one right after the other.
    pub words: Vec<Word>,
    /// Whether it was quoted: exactly so, or not at all.
    pub is_quoted: bool,
    /// Whether the last word may go on.
    pub is_start: bool,
}

/// The types that an operator may name, besides kinds of files.
const TYPES: [&str; 13] = [
    "message", "thread", "file", "record", "pdf", "image", "document", "sheet", "slides", "text", "code",
    "audio", "video",
];

impl Query {
    /// Takes a text apart.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[start..];
            if let Some((phrase, after)) = quoted(rest) {
                query.add(phrase, true, false);
                rest = after;
                continue;
            }
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            if let Some(after) = query.operator(rest, end) {
                rest = after;
                continue;
            }
            let word = &rest[..end];
            // The last word may still be being typed.
            let is_start = word.ends_with('*') || end == rest.len();
            query.add(word, false, is_start);
            rest = &rest[end..];
        }
        query.parts.truncate(MOST);
        query
    }

    /// Whether it asks for nothing at all.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && !self.has_operators()
    }

    /// Whether something must be exactly so.
    pub(crate) fn has_quotations(&self) -> bool {
        self.parts.iter().any(|part| part.is_quoted)
    }

    /// Whether it says more than words.
    pub(crate) fn has_operators(&self) -> bool {
        let times = self.before.is_some() || self.after.is_some();
        times || !self.from.is_empty() || !self.within.is_empty() || !self.types.is_empty()
    }

    fn add(&mut self, text: &str, is_quoted: bool, is_start: bool) {
        let words = split(text);
        if words.is_empty() {
            return;
        }
        if !self.meaning.is_empty() {
            self.meaning.push(' ');
        }
        self.meaning.push_str(text.trim_end_matches('*'));
        if is_quoted {
            return self.parts.push(Part {
                words,
                is_quoted,
                is_start,
            });
        }
        let first = self.parts.len();
        for word in words {
            // Pairs that share a letter are one word of a script without spaces.
            let goes_on = |part: &Part| {
                part.words
                    .last()
                    .is_some_and(|last| last.is_pair && last.range.end > word.range.start)
            };
            match self.parts[first..].last_mut() {
                Some(part) if word.is_pair && goes_on(part) => part.words.push(word),
                _ => self.parts.push(Part {
                    words: vec![word],
                    is_quoted,
                    is_start: false,
                }),
            }
        }
        if let Some(last) = self.parts.last_mut() {
            last.is_start = is_start;
        }
    }

    /// Takes `name:value` or `name:"several words"` at the beginning; answers what follows it.
    fn operator<'a>(&mut self, rest: &'a str, end: usize) -> Option<&'a str> {
        let (name, _) = rest[..end].split_once(':')?;
        let value = &rest[name.len() + 1..];
        let (value, after) = quoted(value).unwrap_or((&rest[name.len() + 1..end], &rest[end..]));
        if value.trim().is_empty() {
            return None;
        }
        match &*name.to_ascii_lowercase() {
            "from" => self.from.push(value.to_owned()),
            "in" => self.within.push(value.to_owned()),
            "before" => self.before = Some(day(value)?),
            "after" => self.after = Some(day(value)?),
            "type" => {
                let value = value.to_ascii_lowercase();
                let value = value
                    .strip_suffix('s')
                    .filter(|v| TYPES.contains(v))
                    .unwrap_or(&value);
                TYPES
                    .contains(&value)
                    .then(|| self.types.push(value.to_owned()))?;
            }
            _ => return None,
        }
        Some(after)
    }
}

/// A text between quotation marks at the beginning, and what follows it.
fn quoted(rest: &str) -> Option<(&str, &str)> {
    let open = rest.chars().next()?;
    let closes: &[char] = match open {
        '"' => &['"'],
        '“' | '„' => &['”', '“', '"'],
        '«' => &['»'],
        '「' => &['」'],
        _ => return None,
    };
    let inner = &rest[open.len_utf8()..];
    let end = inner.find(closes)?;
    let close = inner[end..].chars().next()?;
    Some((&inner[..end], &inner[end + close.len_utf8()..]))
}

/// The beginning of a day, month or year, in UTC.
fn day(text: &str) -> Option<i64> {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return None,
    };
    Timestamp::parse(&format!("{full}T00:00:00Z")).map(Timestamp::micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(query: &Query) -> Vec<String> {
        let show = |part: &Part| {
            let words: Vec<_> = part.words.iter().map(|w| w.folded.as_str()).collect();
            format!(
                "{}{}{}",
                if part.is_quoted { "=" } else { "" },
                words.join("+"),
                if part.is_start { "*" } else { "" }
            )
        };
        query.parts.iter().map(show).collect()
    }

    #[test]
    fn a_query_is_taken_apart() {
        let query =
            Query::parse("from:ann \"big deal\" invo* type:PDFs before:2026-01-31 in:\"Q3 plans\" Berlin ");
        assert_eq!(parts(&query), ["=big+deal", "invo*", "berlin"]);
        assert_eq!(
            (&query.from[0][..], &query.within[0][..], &query.types[0][..]),
            ("ann", "Q3 plans", "pdf")
        );
        assert_eq!(
            query.before,
            Some(Timestamp::parse("2026-01-31T00:00:00Z").unwrap().micros())
        );
        assert_eq!(query.meaning, "big deal invo Berlin");
    }

    #[test]
    fn what_is_no_operator_is_words() {
        let query = Query::parse("http://x.y before:tomorrow type:nonsense \"half note:");
        assert_eq!(
            parts(&query),
            [
                "http", "x", "y", "before", "tomorrow", "type", "nonsense", "half", "note*"
            ]
        );
        assert!(!query.has_operators());
        assert_eq!(parts(&Query::parse("東京都 猫")), ["東京+京都", "猫*"]);
        assert!(Query::parse(" \"\" : * — 🙂").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_too_odd(text in "\\PC{0,80}|([\"“”«»:*]|from:|in:|before:| |\\PC){0,40}") {
            let query = Query::parse(&text);
            proptest::prop_assert!(query.parts.len() <= MOST);
        }
    }
}
