//! One spelling for what people hold for the same word.

use unicode_normalization::UnicodeNormalization;

/// Lower case and compatibility forms (NFKC), accents kept: what stemmers expect.
pub fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.nfkc().flat_map(char::to_lowercase).nfc().collect()
}

/// The same without accents and ligatures.
pub fn folded(plain: &str) -> String {
    if plain.is_ascii() {
        return plain.to_owned();
    }
    let mut out = String::with_capacity(plain.len());
    // Decomposed to lose its marks, composed again for the scripts whose marks are part of the letter.
    for c in plain.nfd().filter(|c| !is_accent(*c)).nfc() {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            other => out.push(other),
        }
    }
    out
}

/// Marks that people leave out when they type: accents, Hebrew points, Arabic vowels and the stretching of its letters.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_spelled_the_same() {
        for (a, b) in [
            ("Müller", "MULLER"),
            ("café", "cafe\u{301}"),
            ("Straße", "strasse"),
            ("ＡＢＣ", "abc"),
            ("İstanbul", "istanbul"),
            ("ﬁne", "fine"),
            ("Ação", "acao"),
            ("Œuvre", "oeuvre"),
        ] {
            assert_eq!(folded(&plain(a)), folded(&plain(b)), "{a} {b}");
        }
        assert_eq!(folded(&plain("が")), "が", "a voiced sound is another letter");
        assert_eq!(folded(&plain("हिन्दी")), "हिन्दी");
    }
}
