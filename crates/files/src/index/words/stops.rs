//! Words that say nothing of what is looked for: left out of a query that has others. They are indexed all the same,
//! because phrases need them.

/// English, Portuguese, Spanish, German and French, without accents, in order.
const STOPS: &[&str] = &[
    "a", "aber", "about", "al", "als", "am", "an", "and", "ao", "aos", "are", "as", "at", "au", "auf", "aus",
    "aux", "avec", "be", "bei", "but", "by", "can", "ce", "ces", "cette", "com", "como", "con", "da", "dans",
    "das", "dass", "de", "del", "dem", "den", "der", "des", "did", "die", "do", "does", "dos", "du", "e",
    "ein", "eine", "einem", "einen", "einer", "el", "em", "en", "er", "es", "est", "et", "eu", "for", "from",
    "fur", "ha", "had", "has", "have", "how", "i", "ich", "il", "im", "in", "is", "ist", "it", "its", "je",
    "la", "las", "le", "les", "lo", "los", "mais", "me", "mit", "my", "na", "nao", "ne", "nicht", "no",
    "nos", "not", "o", "of", "on", "or", "os", "ou", "our", "para", "pas", "pero", "plus", "por", "pour",
    "qu", "que", "qui", "s", "se", "sich", "sie", "sind", "so", "sobre", "son", "su", "sur", "t", "that",
    "the", "their", "there", "they", "this", "to", "um", "uma", "un", "una", "und", "une", "uns", "von",
    "war", "was", "we", "were", "what", "when", "where", "which", "who", "why", "wie", "will", "wir", "with",
    "would", "y", "you", "your", "zu", "zum", "zur",
];

/// Whether a word, without accents, is one of them.
pub fn is_stop(folded: &str) -> bool {
    STOPS.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(STOPS.is_sorted());
        assert!(is_stop("the") && is_stop("zur") && !is_stop("invoice"));
    }
}
