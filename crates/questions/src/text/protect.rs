//! What is never cut: quoted text, addresses, ids.

use super::Kind;

/// Pairs of quotation marks. The single ones are not among them: they are apostrophes more often.
const QUOTES: [(char, &[char]); 5] = [
    ('"', &['"']),
    ('“', &['”', '"']),
    ('«', &['»']),
    ('„', &['“', '”', '"']),
    ('‹', &['›']),
];

/// What begins here and must stay whole: its kind, where its inside lies, and how many bytes it takes.
pub fn protected_at(original: &str, at: usize) -> Option<(Kind, (usize, usize), usize)> {
    let rest = &original[at..];
    let first = rest.chars().next()?;
    if let Some((_, ends)) = QUOTES.iter().find(|(open, _)| *open == first) {
        let inside = &rest[first.len_utf8()..];
        let (length, end) = inside.char_indices().find(|(_, c)| ends.contains(c))?;
        let start = at + first.len_utf8();
        return (length > 0).then(|| {
            (
                Kind::Quote,
                (start, start + length),
                first.len_utf8() + length + end.len_utf8(),
            )
        });
    }
    if !(first.is_ascii_alphanumeric() || first == '#') || inside_word(original, at) {
        return None;
    }
    let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
    let word = word.trim_end_matches(['.', ',', ';', ':', '?', '!', ')', ']', '>', '"', '”', '»']);
    let kind = if is_url(word) {
        Kind::Url
    } else if is_email(word) {
        Kind::Email
    } else if is_id(word) {
        Kind::Id
    } else {
        return None;
    };
    Some((kind, (at, at + word.len()), word.len()))
}

fn inside_word(original: &str, at: usize) -> bool {
    original[..at]
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric)
}

fn is_url(word: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|scheme| {
        word.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && word.len() > scheme.len()
    })
}

/// Whether this is an e-mail address: one `@`, something before it, a dotted name after it.
pub fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else {
        return false;
    };
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let dotted = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    !local.is_empty() && word.len() <= 254 && local.chars().all(name) && dotted && domain.chars().all(name)
}

/// `#1042`, `INV-2011/7`: a sign among letters and digits.
fn is_id(word: &str) -> bool {
    if let Some(number) = word.strip_prefix('#') {
        return !number.is_empty() && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    }
    let letters = word.chars().take_while(char::is_ascii_uppercase).count();
    let rest = &word[letters..];
    letters >= 2
        && rest.starts_with(['-', '/'])
        && rest[1..]
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '/'))
        && rest.chars().any(|c| c.is_ascii_digit())
}
