//! Numbers as each language writes them.

use crate::catalogue::{Language, Unit};

/// A share is counted in hundredths of a percent: 1234 is 12.34 %.
const PERCENT: i64 = 100;

/// A number of a metric: minor units of a currency, a count, or hundredths of a percent.
pub fn number(language: Language, unit: Unit, currency: Option<&str>, minor: i64) -> String {
    match unit {
        Unit::Count => signed(minor, &grouped(language, minor.unsigned_abs())),
        Unit::Percent => percent(language, minor),
        Unit::Money => money(language, currency, minor),
    }
}

/// A part of the whole, 0.1234 is 12.3 %.
pub fn share(language: Language, part: f64) -> String {
    let thousandths = (part * 1000.0).round();
    if !thousandths.is_finite() || thousandths.abs() > 1e15 {
        return "–".to_owned();
    }
    let tenths = thousandths as i64;
    let whole = grouped(language, tenths.unsigned_abs() / 10);
    let text = format!("{whole}{}{}", decimal(language), tenths.unsigned_abs() % 10);
    signed(tenths, &with_percent(language, &text))
}

/// A change between two numbers as a share of the first, without its sign; none where the first is nothing.
pub fn change(language: Language, before: i64, after: i64) -> Option<String> {
    let part = (after as f64 - before as f64) / (before as f64).abs();
    part.is_finite().then(|| share(language, part.abs()))
}

fn percent(language: Language, hundredths: i64) -> String {
    let size = hundredths.unsigned_abs();
    let (whole, part) = (size / PERCENT as u64, size % PERCENT as u64);
    signed(
        hundredths,
        &with_percent(
            language,
            &format!("{}{}{part:02}", grouped(language, whole), decimal(language)),
        ),
    )
}

fn with_percent(language: Language, text: &str) -> String {
    if language == Language::En || language == Language::Pt {
        format!("{text}%")
    } else {
        format!("{text} %")
    }
}

fn money(language: Language, currency: Option<&str>, minor: i64) -> String {
    let digits = currency.map_or(2, digits_of);
    let unit = 10_u64.pow(digits);
    let size = minor.unsigned_abs();
    let mut text = grouped(language, size / unit);
    if digits > 0 {
        let part = size % unit;
        text = format!(
            "{text}{}{part:0width$}",
            decimal(language),
            width = digits as usize
        );
    }
    let sign = currency.map_or("", |code| symbol(language, code));
    let text = match (sign.is_empty(), language) {
        (true, _) => text,
        (false, Language::En) if sign.chars().all(|c| !c.is_alphanumeric()) => format!("{sign}{text}"),
        (false, Language::En | Language::Pt) => format!("{sign}\u{a0}{text}"),
        (false, _) => format!("{text}\u{a0}{sign}"),
    };
    signed(minor, &text)
}

/// How many digits the minor unit of a currency has, as ISO 4217 lists it.
pub fn digits_of(code: &str) -> u32 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

fn symbol(language: Language, code: &str) -> &str {
    match (code, language) {
        ("GBP", _) => "£",
        ("EUR", _) => "€",
        ("BRL", _) => "R$",
        ("USD", Language::En) => "$",
        ("USD", _) => "US$",
        ("JPY", _) => "¥",
        (other, _) => other,
    }
}

fn decimal(language: Language) -> char {
    if language == Language::En { '.' } else { ',' }
}

fn grouped(language: Language, number: u64) -> String {
    let sign = match language {
        Language::En => ',',
        Language::Fr => '\u{202f}',
        Language::Pt | Language::Es | Language::De => '.',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(sign);
        }
        text.push(digit);
    }
    text
}

fn signed(number: i64, text: &str) -> String {
    if number < 0 {
        format!("−{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let eur = Some("EUR");
        assert_eq!(number(Language::De, Unit::Money, eur, 123_456), "1.234,56\u{a0}€");
        assert_eq!(
            number(Language::En, Unit::Money, Some("GBP"), 818_780_636),
            "£8,187,806.36"
        );
        assert_eq!(
            number(Language::Pt, Unit::Money, Some("BRL"), 9_954_569),
            "R$\u{a0}99.545,69"
        );
        assert_eq!(
            number(Language::Fr, Unit::Money, eur, -123_456),
            "−1\u{202f}234,56\u{a0}€"
        );
        assert_eq!(number(Language::En, Unit::Money, Some("JPY"), 1200), "¥1,200");
        assert_eq!(number(Language::Es, Unit::Count, None, 25_900), "25.900");
        assert_eq!(number(Language::En, Unit::Percent, None, 1234), "12.34%");
        assert_eq!(number(Language::De, Unit::Percent, None, 1205), "12,05 %");
        assert_eq!(share(Language::En, 0.1234), "12.3%");
        assert_eq!(share(Language::En, f64::NAN), "–");
        assert_eq!(change(Language::En, 0, 5), None);
        assert_eq!(
            number(Language::En, Unit::Count, None, i64::MIN),
            "−9,223,372,036,854,775,808"
        );
    }
}
