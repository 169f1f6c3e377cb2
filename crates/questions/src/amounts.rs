//! Numbers as people write them: `1.000,50`, `1,000.50`, `10k`, `R$ 5`.

use crate::catalogue::Language;

/// A number in digits, in hundredths: `1.000,50` is 100050. None where it is no number.
pub fn read(text: &str, language: Language) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" => 1,
        "k" | "tsd" => 1_000,
        "m" | "mio" | "mn" => 1_000_000,
        _ => return None,
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.len() > 20 {
        return None;
    }
    let (whole, part) = parts(digits, language)?;
    let whole: i64 = whole.parse().ok()?;
    let cents: i64 = format!("{:0<2}", part.get(..part.len().min(2))?).parse().ok()?;
    whole.checked_mul(100)?.checked_add(cents)?.checked_mul(factor)
}

/// The digits before and behind the decimal sign. The last sign of two sorts is the decimal one; a single sort of sign
/// groups where three digits follow each and the language groups so, else it is decimal.
fn parts(digits: &str, language: Language) -> Option<(String, String)> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let signs: Vec<(usize, char)> = digits
        .char_indices()
        .filter(|(_, c)| !c.is_ascii_digit())
        .collect();
    if signs.iter().any(|(_, c)| !matches!(c, '.' | ',')) {
        return None;
    }
    let Some((last, sign)) = signs.last().copied() else {
        return Some((plain(digits), "0".into()));
    };
    let decimal_sign = if language == Language::En { '.' } else { ',' };
    let mixed = signs.iter().any(|(_, c)| *c != sign);
    let three = digits.len() - last - 1 == 3;
    let decimal = mixed || (signs.len() == 1 && (sign == decimal_sign || !three));
    if decimal {
        Some((plain(&digits[..last]), plain(&digits[last + 1..])))
    } else {
        Some((plain(digits), "0".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_language_writes_them() {
        assert_eq!(read("1.000,50", Language::De), Some(100_050));
        assert_eq!(read("1,000.50", Language::En), Some(100_050));
        assert_eq!(read("1.000", Language::Pt), Some(100_000));
        assert_eq!(read("1.000", Language::En), Some(100));
        assert_eq!(read("1,000", Language::En), Some(100_000));
        assert_eq!(read("10k", Language::En), Some(1_000_000));
        assert_eq!(read("99", Language::Fr), Some(9_900));
        assert_eq!(read("2011-03-05", Language::En), None);
        assert_eq!(read("99999999999999999999", Language::En), None);
    }
}
