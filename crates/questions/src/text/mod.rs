//! A question as words: folded for comparison (compatibility forms, case and accents off), each with its place in the
//! original. What must stay whole is one token: quoted text, e-mail addresses, web addresses, ids.

mod fold;
mod protect;

pub use fold::{fold, fold_char};
use protect::protected_at;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters, perhaps with digits among them (`q3`, `3rd`).
    Word,
    /// Digits, perhaps with signs between them (`2011-03-05`, `1.000,50`).
    Number,
    /// A sign that means something: a currency, percent.
    Symbol,
    /// Text in quotation marks, without them.
    Quote,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// An id: letters, digits and signs that mean nothing by themselves (`INV-2011/7`, `#1042`).
    Id,
}

/// A piece of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Folded: what is compared.
    pub text: String,
    /// Where it begins in the original, in bytes.
    pub start: usize,
    /// Where it ends in the original, in bytes.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// Whether it begins with a capital letter.
    pub capital: bool,
    /// The punctuation before it, blanks aside.
    pub mark: Option<char>,
}

/// A question, cut into tokens.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// As it was written.
    pub original: String,
    /// Its pieces in reading order.
    pub tokens: Vec<Token>,
}

impl Text {
    /// Reads a text.
    pub fn read(original: &str) -> Self {
        let mut tokens = Vec::new();
        let mut at = 0;
        let mut mark = None;
        while let Some(c) = original[at..].chars().next() {
            let Some((kind, inside, next)) = token_at(original, at) else {
                // Apostrophes and hyphens part words without being a pause.
                if !c.is_whitespace()
                    && !matches!(c, '\'' | '’' | '-' | '‐' | '_')
                    && fold_char(c).next().is_some()
                {
                    mark = Some(c);
                }
                at += c.len_utf8();
                continue;
            };
            let written = &original[inside.0..inside.1];
            let capital = written.chars().next().is_some_and(char::is_uppercase);
            let text = fold(written);
            tokens.push(Token {
                text,
                start: inside.0,
                end: inside.1,
                kind,
                capital,
                mark: mark.take(),
            });
            at = next.max(at + c.len_utf8());
        }
        Self {
            original: original.to_owned(),
            tokens,
        }
    }

    /// The words of some tokens, as they were written.
    pub fn written(&self, from: usize, to: usize) -> &str {
        match (
            self.tokens.get(from),
            to.checked_sub(1).and_then(|last| self.tokens.get(last)),
        ) {
            (Some(first), Some(last)) if first.start <= last.end => &self.original[first.start..last.end],
            _ => "",
        }
    }

    /// The original from a token to the end.
    pub fn rest(&self, from: usize) -> &str {
        self.tokens
            .get(from)
            .map_or("", |token| &self.original[token.start..])
    }
}

/// The folded words of a phrase, joined by blanks: what names are compared by.
pub fn key(phrase: &str) -> String {
    // Most words of a catalogue are plain already.
    let plain = phrase
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b' ');
    if plain && !phrase.starts_with(' ') && !phrase.ends_with(' ') && !phrase.contains("  ") {
        return phrase.to_owned();
    }
    let mut key = String::with_capacity(phrase.len());
    for token in &Text::read(phrase).tokens {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&token.text);
    }
    key
}

/// The token that begins here: its kind, what is inside of it, and where reading goes on.
fn token_at(original: &str, at: usize) -> Option<(Kind, (usize, usize), usize)> {
    let rest = &original[at..];
    let first = rest.chars().next()?;
    if let Some((kind, inside, length)) = protected_at(original, at) {
        return Some((kind, inside, at + length));
    }
    if first.is_ascii_digit() {
        let (length, plain) = number_length(rest);
        let kind = if plain { Kind::Number } else { Kind::Word };
        return Some((kind, (at, at + length), at + length));
    }
    if is_word(first) {
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        return Some((Kind::Word, (at, at + length), at + length));
    }
    let symbol = matches!(first, '%' | '£' | '$' | '€' | '¥');
    symbol.then(|| (Kind::Symbol, (at, at + first.len_utf8()), at + first.len_utf8()))
}

/// A letter, a digit, or a sign that sits on a letter.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// How long a number is with the signs inside of it, and whether letters follow without a blank (`3rd`).
fn number_length(rest: &str) -> (usize, bool) {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',' | b'/' | b':' | b'-')) && digit(end + 1)) {
        end += 1;
    }
    let letters = rest[end..]
        .find(|c: char| !is_word(c))
        .unwrap_or(rest.len() - end);
    (end + letters, letters == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(question: &str) -> Vec<String> {
        Text::read(question)
            .tokens
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn words_are_folded_and_keep_their_place() {
        assert_eq!(
            texts("Receita de Março: ＱＵＡＮＴＯ?"),
            ["receita", "de", "marco", "quanto"]
        );
        assert_eq!(
            texts("chiffre d'affaires d’août"),
            ["chiffre", "d", "affaires", "d", "aout"]
        );
        assert_eq!(
            texts("größte Stra\u{00df}e cafe\u{0301}"),
            ["grosste", "strasse", "cafe"]
        );
        let text = Text::read("Umsatz für München");
        assert_eq!(text.written(2, 3), "München");
    }

    #[test]
    fn what_must_stay_whole_is_one_token() {
        assert_eq!(
            texts("mail anna@example.com about 2011-03-05"),
            ["mail", "anna@example.com", "about", "2011-03-05"]
        );
        assert_eq!(
            texts("1.000,50 € on 5/3/2011, 3rd"),
            ["1.000,50", "€", "on", "5/3/2011", "3rd"]
        );
        let text = Text::read("revenue of “Last month” now");
        assert_eq!(text.tokens[2].kind, Kind::Quote);
        assert_eq!(text.tokens[2].text, "last month");
        assert_eq!(
            Text::read("see https://shop.example/a?b=1.").tokens[1].kind,
            Kind::Url
        );
        assert_eq!(Text::read("order #1042").tokens[1].kind, Kind::Id);
    }
}
