//! The sentences of each language.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalogue::Language;

type Phrases = HashMap<String, String>;

/// A sentence by its name with its slots filled (`{said}`); in English where a language lacks it.
pub fn say(language: Language, name: &str, slots: &[(&str, &str)]) -> String {
    let template = of(language)
        .get(name)
        .or_else(|| of(Language::En).get(name))
        .map_or(name, String::as_str);
    let mut said = String::with_capacity(template.len() + 32);
    let mut rest = template;
    // One pass, so that a name that looks like a slot stays a name.
    while let Some((before, behind)) = rest.split_once('{') {
        said.push_str(before);
        let Some((slot, after)) = behind.split_once('}') else {
            said.push('{');
            rest = behind;
            continue;
        };
        let value = slots
            .iter()
            .find(|(name, _)| *name == slot)
            .map_or("", |(_, value)| value);
        said.push_str(value);
        rest = after;
    }
    said.push_str(rest);
    said
}

fn of(language: Language) -> &'static Phrases {
    static ALL: LazyLock<[Phrases; 5]> = LazyLock::new(|| {
        [
            include_str!("en.yaml"),
            include_str!("pt.yaml"),
            include_str!("es.yaml"),
            include_str!("de.yaml"),
            include_str!("fr.yaml"),
        ]
        // The files are part of the program; a test reads each of them.
        .map(|source| serde_saphyr::from_str(source).unwrap_or_default())
    });
    let place = match language {
        Language::En => 0,
        Language::Pt => 1,
        Language::Es => 2,
        Language::De => 3,
        Language::Fr => 4,
    };
    &ALL[place]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::LANGUAGES;

    #[test]
    fn every_language_has_every_sentence_with_the_same_slots() {
        let slots = |template: &str| {
            let mut slots: Vec<String> = template
                .split('{')
                .skip(1)
                .filter_map(|part| part.split('}').next())
                .map(str::to_owned)
                .collect();
            slots.sort();
            slots.dedup();
            slots
        };
        let english = of(Language::En);
        assert!(english.len() > 40);
        for language in LANGUAGES {
            for (name, template) in english {
                let own = of(language)
                    .get(name)
                    .unwrap_or_else(|| panic!("{language:?} lacks {name}"));
                assert_eq!(slots(own), slots(template), "{language:?} {name}");
            }
            assert_eq!(of(language).len(), english.len(), "{language:?}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_slot_stays_a_name() {
        let said = say(Language::En, "unknown_name", &[("said", "{said} {metric}")]);
        assert!(said.contains("{said} {metric}"), "{said}");
    }
}
