//! Where the words of a text are. Scripts that write no spaces have pairs of letters instead.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::spelling::{folded, plain};

/// A word at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// In lower case, accents kept.
    pub plain: String,
    /// Without accents.
    pub folded: String,
    /// Whether it is a pair of letters (or a lone one) of a script without spaces.
    pub is_pair: bool,
}

/// The words of a text, in order. Each letter and number is in one of them.
pub fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    // Letters without spaces between them that wait for the end of their run.
    let mut run: Vec<Range<usize>> = Vec::new();
    for (at, segment) in text.unicode_word_indices() {
        for (start, part) in parts(segment) {
            let start = at + start;
            if !part.chars().any(is_unspaced) {
                end_run(text, &mut run, &mut words);
                push(text, start..start + part.len(), false, &mut words);
                continue;
            }
            for letter in letters(part) {
                let letter = start + letter.start..start + letter.end;
                if run.last().is_some_and(|last| last.end != letter.start) {
                    end_run(text, &mut run, &mut words);
                }
                if text[letter.clone()].chars().any(is_unspaced) {
                    run.push(letter);
                } else {
                    end_run(text, &mut run, &mut words);
                    push(text, letter, false, &mut words);
                }
            }
        }
    }
    end_run(text, &mut run, &mut words);
    words
}

/// What punctuation inside a word separates: `l'avion`, `foo_bar.baz`.
fn parts(segment: &str) -> impl Iterator<Item = (usize, &str)> {
    let inner = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}');
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + segment[rest..].find(char::is_alphanumeric)?;
        let end = segment[start..]
            .find(|c| !inner(c))
            .map_or(segment.len(), |n| start + n);
        rest = end;
        Some((start, &segment[start..end]))
    })
}

/// The letters of a word that mixes scripts, each with its marks; letters of scripts with spaces stay together.
fn letters(part: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, c) in part.char_indices() {
        let end = at + c.len_utf8();
        let joins = |last: &Range<usize>| {
            is_combining_mark(c)
                || !c.is_alphanumeric()
                || (!is_unspaced(c) && !part[last.clone()].chars().any(is_unspaced))
        };
        match out.last_mut() {
            Some(last) if joins(last) => last.end = end,
            _ => out.push(at..end),
        }
    }
    out
}

fn end_run(text: &str, run: &mut Vec<Range<usize>>, words: &mut Vec<Word>) {
    if let [only] = &run[..] {
        push(text, only.clone(), true, words);
    }
    for pair in run.windows(2) {
        push(text, pair[0].start..pair[1].end, true, words);
    }
    run.clear();
}

fn push(text: &str, range: Range<usize>, is_pair: bool, words: &mut Vec<Word>) {
    let plain = plain(&text[range.clone()]);
    // A compatibility form may be several words: ½ is 1 and 2.
    for (_, plain) in parts(&plain) {
        words.push(Word {
            range: range.clone(),
            folded: folded(plain),
            plain: plain.to_owned(),
            is_pair,
        });
    }
}

/// Whether a letter belongs to a script that does not put spaces between words (or, as Korean, glues endings to them).
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3130}'..='\u{318f}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        split(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_found_as_people_see_them() {
        assert_eq!(
            found("Don't panic, l’avion!"),
            ["don", "t", "panic", "l", "avion"]
        );
        assert_eq!(
            found("foo_bar.baz 3.14 INV-2024"),
            ["foo", "bar", "baz", "3", "14", "inv", "2024"]
        );
        assert_eq!(found("東京都に住む"), ["東京", "京都", "都に", "に住", "住む"]);
        assert_eq!(found("猫 and 犬"), ["猫", "and", "犬"]);
        assert_eq!(found("iPhone東京15"), ["iphone", "東京", "15"]);
        assert_eq!(found("서울에서 만나요"), ["서울", "울에", "에서", "만나", "나요"]);
        assert_eq!(found("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(found("½ 🙂 — …"), ["1", "2"]);
        assert!(found("").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn each_letter_is_in_a_word(text in "\\PC{0,60}") {
            let words = split(&text);
            for (at, c) in text.char_indices() {
                if c.is_alphanumeric() {
                    proptest::prop_assert!(words.iter().any(|w| w.range.contains(&at)), "{:?} at {at} of {text:?}", c);
                }
            }
            for word in &words {
                proptest::prop_assert!(text.get(word.range.clone()).is_some());
            }
        }
    }
}
