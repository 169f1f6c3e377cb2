//! Numbers as people write them in tables.

use crate::decimal::Decimal;

/// Reads a number with this decimal mark; grouping, currency signs, brackets and a minus behind it are understood, formulas
/// and exponents are not.
pub fn number(text: &str, decimal: char) -> Option<Decimal> {
    let text = text.trim();
    if decimal == '.' && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-') {
        return Decimal::parse(text);
    }
    let (bracketed, text) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let text = without_currency(text);
    let (minus, text) = match (text.strip_prefix(['-', '\u{2212}']), text.strip_suffix('-')) {
        (Some(rest), _) | (None, Some(rest)) => (true, rest.trim()),
        _ => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = without_currency(text);
    let (whole, part) = match text.rsplit_once(decimal) {
        Some((whole, part)) => (whole, part),
        None => (text, ""),
    };
    let whole = ungrouped(whole, decimal)?;
    if !part.bytes().all(|b| b.is_ascii_digit()) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let number = Decimal::parse(&format!("{whole}.{part}"))?;
    Some(if minus != bracketed { number.negated() } else { number })
}

/// The digits before the decimal mark; groups have three digits.
fn ungrouped(whole: &str, decimal: char) -> Option<String> {
    let is_mark = |c: char| matches!(c, '.' | ',' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}') && c != decimal;
    let mut groups = whole.split(is_mark);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
}

const SIGNS: [&str; 13] = ["R$", "US$", "€", "$", "£", "¥", "₹", "EUR", "USD", "GBP", "CHF", "BRL", "kr"];

fn without_currency(text: &str) -> &str {
    let mut text = text.trim();
    for sign in SIGNS {
        text = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)).unwrap_or(text).trim();
    }
    text
}

/// The currency that a sign in a number stands for; `$` stands for too many.
pub(super) fn currency_in(text: &str) -> Option<&'static str> {
    [("R$", "BRL"), ("US$", "USD"), ("€", "EUR"), ("£", "GBP"), ("₹", "INR"), ("EUR", "EUR"), ("USD", "USD"), ("GBP", "GBP"), ("CHF", "CHF"), ("BRL", "BRL")]
        .into_iter()
        .find(|(sign, _)| text.contains(sign))
        .map(|(_, code)| code)
}

/// What a number proves about the decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It has a decimal point.
    Point,
    /// It has a decimal comma.
    Comma,
    /// `1,234` or `1.234`: it may be either.
    Doubt,
    /// It is whole.
    Nothing,
}

/// What a number proves; none if it is no number by any mark.
pub(super) fn proof(text: &str) -> Option<Proof> {
    let (point, comma) = (number(text, '.'), number(text, ','));
    match (point, comma) {
        (None, None) => None,
        (Some(a), Some(b)) => Some(if a == b { Proof::Nothing } else { Proof::Doubt }),
        (Some(_), None) => Some(Proof::Point),
        (None, Some(_)) => Some(Proof::Comma),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, decimal, expected) in [
            ("1,234.50", '.', Some("1234.50")),
            ("1.234,50", ',', Some("1234.50")),
            ("1 234,5 €", ',', Some("1234.5")),
            ("€ -12,00", ',', Some("-12.00")),
            ("-£3.10", '.', Some("-3.10")),
            ("R$ 1.000,00", ',', Some("1000.00")),
            ("(12.50)", '.', Some("-12.50")),
            ("12.50-", '.', Some("-12.50")),
            ("1'000", '.', Some("1000.")),
            ("12,34,567", '.', None),
            ("1,23", '.', None),
            ("=1+2", '.', None),
            ("1e5", '.', None),
            ("", '.', None),
            ("€", '.', None),
            ("abc", ',', None),
            ("1.2.3", '.', None),
        ] {
            let read = number(text, decimal).map(|n| n.to_string());
            assert_eq!(read, expected.map(|e| e.trim_end_matches('.').to_owned()), "{text}");
        }
        assert_eq!(proof("1.234,5"), Some(Proof::Comma));
        assert_eq!(proof("12,5"), Some(Proof::Comma));
        assert_eq!(proof("12.50"), Some(Proof::Point));
        assert_eq!(proof("1,234"), Some(Proof::Doubt));
        assert_eq!(proof("1234"), Some(Proof::Nothing));
        assert_eq!(proof("x"), None);
    }
}
