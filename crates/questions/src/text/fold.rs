//! Folding: two ways to write a word become one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A letter without its case, its accents and its compatibility form. Nothing remains of a sign that only sits on another.
pub fn fold_char(c: char) -> impl Iterator<Item = char> {
    let base = std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c));
    base.flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c))
        .flat_map(|c| {
            let (one, two) = match c {
                'ß' => ('s', Some('s')),
                'æ' => ('a', Some('e')),
                'œ' => ('o', Some('e')),
                'ø' => ('o', None),
                'ł' => ('l', None),
                'đ' => ('d', None),
                'ı' => ('i', None),
                other => (other, None),
            };
            std::iter::once(one).chain(two)
        })
}

/// A text folded letter by letter.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(fold_char).collect()
}
