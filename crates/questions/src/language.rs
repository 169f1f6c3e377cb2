//! Which language a question is in: every word votes for the languages that know it.

use crate::catalogue::{Catalogue, Language};
use crate::lexicon::{LANGUAGES, Lexicon};
use crate::text::{Kind, Text, fold};

/// The language of a question; `usual` where its words do not tell.
pub fn of(text: &Text, catalogue: &Catalogue, usual: Option<Language>) -> Language {
    // A long text has told its language long before its end.
    let words: Vec<&str> = text
        .tokens
        .iter()
        .filter(|token| token.kind == Kind::Word)
        .map(|token| token.text.as_str())
        .take(80)
        .collect();
    let mut votes = [0_u32; 5];
    for word in &words {
        let know = LANGUAGES.map(|language| Lexicon::of(language).knows(word));
        let many = know.iter().filter(|know| **know).count() as u32;
        for (votes, know) in votes.iter_mut().zip(know) {
            // A word of one language alone says more than one that several share.
            *votes += if know { 12 / many } else { 0 };
        }
    }
    let joined = format!(" {} ", words.join(" "));
    for metric in &catalogue.metrics {
        for (votes, language) in votes.iter_mut().zip(LANGUAGES) {
            let named = metric.words.get(&language).into_iter().flatten();
            if named
                .into_iter()
                .any(|word| joined.contains(&format!(" {} ", fold(word))))
            {
                *votes += 6;
            }
        }
    }
    let most = votes.iter().max().copied().unwrap_or(0);
    let tied = || {
        LANGUAGES
            .into_iter()
            .zip(votes)
            .filter(|(_, votes)| *votes == most)
            .map(|(language, _)| language)
    };
    match usual {
        Some(usual) if most == 0 || tied().any(|language| language == usual) => usual,
        _ => tied().next().filter(|_| most > 0).unwrap_or(Language::En),
    }
}
