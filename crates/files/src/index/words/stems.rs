//! Endings taken off, by the rules of the language that a text seems to be in.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};
use whatlang::Lang;

use super::spelling::folded;
use super::split::Word;

/// A language whose endings are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(Algorithm);

/// The languages that a short text in Latin letters may be in.
const LATIN: [Language; 5] = [
    Language(Algorithm::English),
    Language(Algorithm::Portuguese),
    Language(Algorithm::Spanish),
    Language(Algorithm::German),
    Language(Algorithm::French),
];

/// Fewer letters than this tell nothing of their language.
const TELLING: usize = 80;

/// The languages by which a text's words are stemmed: its own where that is certain, else all that it may be in.
pub fn languages_of(text: &str) -> Vec<Language> {
    if text.len() >= TELLING
        && let Some(info) = whatlang::detect(text)
        && info.is_reliable()
        && let Some(language) = known(info.lang())
    {
        return vec![language];
    }
    languages_of_query(text)
}

/// All languages that a text may be in, by its script: whoever asks must find what any of them would make of a word.
pub fn languages_of_query(text: &str) -> Vec<Language> {
    let mut languages = LATIN.to_vec();
    for c in text.chars() {
        let language = match c {
            '\u{400}'..='\u{52f}' => Algorithm::Russian,
            '\u{370}'..='\u{3ff}' => Algorithm::Greek,
            '\u{600}'..='\u{6ff}' => Algorithm::Arabic,
            _ => continue,
        };
        if !languages.contains(&Language(language)) {
            languages.push(Language(language));
        }
    }
    languages
}

fn known(lang: Lang) -> Option<Language> {
    Some(Language(match lang {
        Lang::Eng => Algorithm::English,
        Lang::Por => Algorithm::Portuguese,
        Lang::Spa => Algorithm::Spanish,
        Lang::Deu => Algorithm::German,
        Lang::Fra => Algorithm::French,
        Lang::Rus => Algorithm::Russian,
        Lang::Ell => Algorithm::Greek,
        Lang::Ara => Algorithm::Arabic,
        _ => return None,
    }))
}

/// The stems of a word, without accents and each once. The word itself may be among them.
pub fn stem(word: &Word, languages: &[Language]) -> Vec<String> {
    let mut stems: Vec<String> = Vec::with_capacity(languages.len());
    if word.is_pair || word.plain.len() > 64 || word.plain.chars().any(|c| c.is_ascii_digit()) {
        return stems;
    }
    for language in languages {
        let stem = folded(&Stemmer::create(language.0).stem(&singular(&word.plain, *language)));
        if !stem.is_empty() && !stems.contains(&stem) {
            stems.push(stem);
        }
    }
    stems
}

/// Snowball keeps `reunião` and `reuniões` apart; people do not.
fn singular(word: &str, language: Language) -> Cow<'_, str> {
    let is_portuguese = language.0 == Algorithm::Portuguese;
    match word.strip_suffix("ões").or_else(|| word.strip_suffix("ães")) {
        Some(root) if is_portuguese => Cow::Owned(format!("{root}ão")),
        _ => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::*;

    fn meet(text: &str, query: &str) -> bool {
        let languages = languages_of(text);
        let asked = split(query);
        let asked = stem(&asked[0], &languages_of_query(query));
        split(text).iter().any(|word| {
            asked.contains(&word.folded) || stem(word, &languages).iter().any(|s| asked.contains(s))
        })
    }

    #[test]
    fn endings_do_not_keep_words_apart() {
        assert!(meet("The deployments were running well", "deployment"));
        assert!(meet("run", "running"));
        assert!(meet("As reuniões foram canceladas", "reunião"));
        assert!(meet("Die Rechnungen liegen bei", "Rechnung"));
        assert!(meet("las facturas pagadas", "factura"));
        assert!(meet("les factures ont été envoyées", "facture"));
        assert!(meet("встречи отменены", "встреча"));
        let long = "In this longer text it is quite clear that everything was written in English, deployments included.";
        assert_eq!(languages_of(long), [Language(Algorithm::English)]);
        assert!(meet(long, "deployment"));
    }
}
