//! BERT's way of cutting a text: words in lower case without accents, punctuation and Chinese characters alone, and
//! each word into the longest pieces that the vocabulary has, from its beginning.
//!
//! It follows `BertNormalizer`, `BertPreTokenizer` and `WordPiece` of Hugging Face's tokenizers to the letter, since
//! the table was made with those. A word of which a part is unknown has no pieces at all.

use std::collections::HashMap;

use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A longer word is not looked at.
const LONGEST_WORD: usize = 100;
/// What a piece begins with in the vocabulary when it goes on with a word.
const GOES_ON: &str = "##";

/// The pieces, by where in a word they may stand.
#[derive(Debug)]
pub struct WordPiece<'a> {
    first: HashMap<&'a str, u32>,
    further: HashMap<&'a str, u32>,
    /// Bytes of the longest piece.
    longest: usize,
}

impl<'a> WordPiece<'a> {
    /// A piece a line; its number is that of its line.
    pub fn new(vocabulary: &'a str) -> Self {
        let (mut first, mut further) = (HashMap::new(), HashMap::new());
        let mut longest = 0;
        for (number, line) in (0..).zip(vocabulary.lines()) {
            let piece = match line.strip_prefix(GOES_ON) {
                Some(piece) if !piece.is_empty() => {
                    further.insert(piece, number);
                    piece
                }
                _ => {
                    first.insert(line, number);
                    line
                }
            };
            longest = longest.max(piece.len());
        }
        Self {
            first,
            further,
            longest,
        }
    }

    /// Tells each piece of a text in order, while `tell` wants more.
    pub fn each(&self, text: &str, mut tell: impl FnMut(u32) -> bool) {
        let (mut word, mut parts) = (Word::default(), Vec::new());
        for c in text.chars() {
            normalise(c, &mut parts);
            for part in parts.drain(..) {
                let goes_on = match role(part) {
                    Role::Letter => word.push(part),
                    Role::Gap => self.end(&mut word, &mut tell),
                    Role::Alone => {
                        self.end(&mut word, &mut tell) && word.push(part) && self.end(&mut word, &mut tell)
                    }
                };
                if !goes_on {
                    return;
                }
            }
        }
        self.end(&mut word, &mut tell);
    }

    /// Cuts a word that is whole, and begins the next.
    fn end(&self, word: &mut Word, tell: &mut impl FnMut(u32) -> bool) -> bool {
        word.pieces.clear();
        if word.chars <= LONGEST_WORD && self.cut(&word.text, &mut word.pieces).is_none() {
            word.pieces.clear();
        }
        word.text.clear();
        word.chars = 0;
        word.pieces.iter().all(|piece| tell(*piece))
    }

    /// None when a part of the word is unknown.
    fn cut(&self, word: &str, pieces: &mut Vec<u32>) -> Option<()> {
        let mut rest = word;
        while !rest.is_empty() {
            let known = if pieces.is_empty() {
                &self.first
            } else {
                &self.further
            };
            let most = rest.floor_char_boundary(self.longest);
            let ends = (1..=most).rev().filter(|end| rest.is_char_boundary(*end));
            let (end, piece) = ends
                .map(|end| (end, known.get(&rest[..end])))
                .find_map(|(end, piece)| Some((end, *piece?)))?;
            pieces.push(piece);
            rest = &rest[end..];
        }
        Some(())
    }
}

/// The word that is being read. Kept from word to word for its room.
#[derive(Default)]
struct Word {
    text: String,
    chars: usize,
    pieces: Vec<u32>,
}

impl Word {
    fn push(&mut self, c: char) -> bool {
        self.text.push(c);
        self.chars += 1;
        true
    }
}

/// A character in lower case without its accents; nothing of one that is not to be seen.
fn normalise(c: char, parts: &mut Vec<char>) {
    if c.is_ascii_graphic() || matches!(c, ' ' | '\t' | '\n' | '\r') {
        parts.push(c.to_ascii_lowercase());
    } else if c != '\u{fffd}' && c.general_category_group() != GeneralCategoryGroup::Other {
        decompose_canonical(c, |part| {
            if part.general_category() != GeneralCategory::NonspacingMark {
                parts.extend(part.to_lowercase());
            }
        });
    }
}

/// What a character does.
enum Role {
    /// It parts words.
    Gap,
    /// It is a word of its own.
    Alone,
    /// It belongs to a word.
    Letter,
}

fn role(c: char) -> Role {
    match c {
        'a'..='z' | '0'..='9' => Role::Letter,
        _ if c.is_whitespace() => Role::Gap,
        _ if c.is_ascii_punctuation() || is_chinese(c) => Role::Alone,
        _ if c.general_category_group() == GeneralCategoryGroup::Punctuation => Role::Alone,
        _ => Role::Letter,
    }
}

/// The blocks of Chinese characters, which are written without gaps.
fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
