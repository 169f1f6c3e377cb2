//! The part of a text that shows why it was found, and which words of it were looked for. Words are found anew in the
//! opened text, because the index does not know them.

use std::ops::Range;

use super::query::Part;
use super::wanted::{start, telling};
use super::words::{Word, languages_of_query, split, stem};

/// About how long a snippet is, in bytes, and how much of it stands before the first word that was looked for.
const LENGTH: usize = 260;
const BEFORE: usize = 80;

/// A piece of a text with its marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The text, in one line.
    pub text: String,
    /// From and to, in UTF-16 units, as browsers count.
    pub marks: Vec<[u32; 2]>,
}

/// What is marked.
pub(crate) struct Marker {
    words: Vec<String>,
    stems: Vec<String>,
    starts: Vec<String>,
    phrases: Vec<Vec<String>>,
}

impl Marker {
    /// For what was looked for.
    pub(crate) fn new(parts: &[Part]) -> Self {
        let mut marker = Self {
            words: Vec::new(),
            stems: Vec::new(),
            starts: Vec::new(),
            phrases: Vec::new(),
        };
        for part in telling(parts) {
            let [word] = &part.words[..] else {
                marker
                    .phrases
                    .push(part.words.iter().map(|w| w.folded.clone()).collect());
                continue;
            };
            if word.is_pair && word.folded.chars().count() == 1 {
                marker.starts.push(word.folded.clone());
                continue;
            }
            marker.words.push(word.folded.clone());
            if part.is_quoted {
                continue;
            }
            marker.stems.extend(stem(word, &languages_of_query(&word.plain)));
            if part.is_start {
                marker.starts.extend(start(&word.folded).map(str::to_owned));
            }
        }
        marker
    }

    /// The places of a text that were looked for, in order and apart.
    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let words = split(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        for word in &words {
            if let Some(range) = self.mark(text, word) {
                found.push(range);
            }
        }
        for phrase in &self.phrases {
            let said = |window: &[Word]| {
                window
                    .iter()
                    .zip(phrase)
                    .all(|(word, wanted)| word.folded == *wanted)
            };
            for window in words.windows(phrase.len()).filter(|window| said(window)) {
                found.push(window[0].range.start..window[window.len() - 1].range.end);
            }
        }
        found.sort_by_key(|range| (range.start, range.end));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in found {
            match apart.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }

    fn mark(&self, text: &str, word: &Word) -> Option<Range<usize>> {
        if word.is_pair {
            // Of a pair, only the letter that was looked for.
            let letter = self
                .starts
                .iter()
                .find_map(|s| Some((word.plain.find(s.as_str())?, s.len())));
            let inside = letter.map(|(at, len)| word.range.start + at..word.range.start + at + len);
            let inside =
                inside.filter(|range| range.end <= word.range.end && text.get(range.clone()).is_some());
            return inside.or_else(|| self.words.contains(&word.folded).then(|| word.range.clone()));
        }
        let is_marked = self.words.contains(&word.folded)
            || self.stems.contains(&word.folded)
            || self
                .starts
                .iter()
                .any(|start| word.folded.starts_with(start.as_str()))
            || (!self.stems.is_empty()
                && stem(word, &languages_of_query(&word.plain))
                    .iter()
                    .any(|stem| self.stems.contains(stem)));
        is_marked.then(|| word.range.clone())
    }

    /// The snippet of a text.
    pub(crate) fn snippet(&self, text: &str) -> Snippet {
        let line = one_line(text);
        let window = densest(&line, &self.marks(&line));
        let mut shown = String::with_capacity(window.len() + 6);
        if window.start > 0 {
            shown.push('…');
        }
        shown.push_str(line[window.clone()].trim());
        if window.end < line.len() {
            shown.push('…');
        }
        let marks = self
            .marks(&shown)
            .into_iter()
            .map(|range| utf16(&shown, &range))
            .collect();
        Snippet { text: shown, marks }
    }
}

/// Blanks and line ends become one blank; what cannot be seen goes.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !line.ends_with(' ') && !line.is_empty() {
                line.push(' ');
            }
        } else if !c.is_control() {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// The window with the most marks, at words' ends.
fn densest(line: &str, marks: &[Range<usize>]) -> Range<usize> {
    if line.len() <= LENGTH {
        return 0..line.len();
    }
    let within = |first: &Range<usize>| {
        marks
            .iter()
            .filter(|m| m.start >= first.start && m.end <= first.start + LENGTH - BEFORE)
            .count()
    };
    let best = marks.iter().rev().max_by_key(|first| within(first));
    let start = best.map_or(0, |first| first.start.saturating_sub(BEFORE));
    let start = boundary(line, start, false);
    let end = boundary(line, (start + LENGTH).min(line.len()), true);
    start..end
}

/// The nearest place between two words, or failing that two letters.
fn boundary(line: &str, at: usize, is_end: bool) -> usize {
    let mut at = at;
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    if at == 0 || at == line.len() {
        return at;
    }
    if is_end {
        let found = line[..at].rfind(' ').filter(|blank| at - blank < 40);
        found.unwrap_or(at)
    } else {
        let found = line[at..].find(' ').filter(|blank| *blank < 40);
        found.map_or(at, |blank| at + blank + 1)
    }
}

fn utf16(text: &str, range: &Range<usize>) -> [u32; 2] {
    let units = |text: &str| text.encode_utf16().count() as u32;
    let from = units(&text[..range.start]);
    [from, from + units(&text[range.clone()])]
}

#[cfg(test)]
mod tests {
    use super::super::query::Query;
    use super::*;

    fn marked(query: &str, text: &str) -> Vec<String> {
        let snippet = Marker::new(&Query::parse(query).parts).snippet(text);
        let units: Vec<u16> = snippet.text.encode_utf16().collect();
        let cut = |[from, to]: &[u32; 2]| String::from_utf16(&units[*from as usize..*to as usize]).unwrap();
        snippet.marks.iter().map(cut).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        assert_eq!(
            marked("running", "He runs; she was Running 🙂 run."),
            ["runs", "Running", "run"]
        );
        assert_eq!(marked("invo", "🙂 Invoices, invoked"), ["Invoices", "invoked"]);
        assert_eq!(marked("\"big deal\" x", "a deal. A big   deal!"), ["big deal"]);
        assert_eq!(marked("京都", "東京都に"), ["京都"]);
        assert_eq!(marked("猫", "黒猫がいる"), ["猫"]);
        assert_eq!(marked("cafe", "Café CAFÉ"), ["Café", "CAFÉ"]);
        assert_eq!(marked("the invoice", "the invoice"), ["invoice"]);
        assert!(marked("meaning", "nothing of it").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_around_what_was_looked_for() {
        let text = format!("{} needle {}", "before ".repeat(200), "after ".repeat(200));
        let snippet = Marker::new(&Query::parse("needle").parts).snippet(&text);
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'));
        assert!(snippet.text.contains("needle") && snippet.text.len() < 300);
    }

    proptest::proptest! {
        #[test]
        fn marks_lie_in_the_snippet(query in "\\PC{0,20}", text in "\\PC{0,700}") {
            let snippet = Marker::new(&Query::parse(&query).parts).snippet(&text);
            let length = snippet.text.encode_utf16().count() as u32;
            let mut last = 0;
            for [from, to] in snippet.marks {
                proptest::prop_assert!(last <= from && from < to && to <= length);
                last = to;
            }
        }
    }
}
