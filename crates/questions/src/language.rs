//! Which language a question is in: every word votes for the languages that know it.

use crate::catalogue::{Catalogue, Language};
use crate::lexicon::{LANGUAGES, Lexicon};
use crate::text::{Kind, Text, key};

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
    for c in text.original.chars().take(2_000).flat_map(char::to_lowercase) {
        // Letters that only one of the languages has.
        let own = match c {
            'ã' | 'õ' => 1,
            'ñ' | '¿' | '¡' => 2,
            'ß' | 'ä' | 'ö' => 3,
            'è' | 'ù' | 'œ' | 'î' | 'û' => 4,
            _ => continue,
        };
        votes[own] += 12;
    }
    let joined = format!(" {} ", words.join(" "));
    for metric in &catalogue.metrics {
        for (votes, language) in votes.iter_mut().zip(LANGUAGES) {
            let named = metric.words.get(&language).into_iter().flatten();
            if named
                .into_iter()
                .any(|word| joined.contains(&format!(" {} ", key(word))))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(question: &str, usual: Option<Language>) -> Language {
        of(&Text::read(question), &Catalogue::default(), usual)
    }

    #[test]
    fn the_words_tell_the_language() {
        assert_eq!(tell("what was it last month", None), Language::En);
        assert_eq!(tell("qual foi no mês passado", None), Language::Pt);
        assert_eq!(tell("clientes por país este año", None), Language::Es);
        assert_eq!(tell("wie viel war es letzte Woche", None), Language::De);
        assert_eq!(tell("combien le mois dernier", None), Language::Fr);
        assert_eq!(tell("12345", Some(Language::De)), Language::De);
        assert_eq!(tell("what was it last month", Some(Language::De)), Language::En);
    }
}
