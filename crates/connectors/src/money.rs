//! Money: integer minor units of an ISO 4217 currency, read from decimal texts and never through floating point.

use serde::{Deserialize, Serialize};

/// A currency by its ISO 4217 code, such as `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text that is no amount or no currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMoney {
    /// Not three letters.
    #[error("not a currency code: {0}")]
    Currency(String),
    /// Not a decimal number.
    #[error("not an amount: {0}")]
    Amount(String),
    /// More than 64 bits of minor units.
    #[error("an amount is too large: {0}")]
    TooLarge(String),
}

impl Currency {
    /// Reads a code in either case.
    pub fn parse(text: &str) -> Result<Self, BadMoney> {
        let bad = || BadMoney::Currency(text.chars().take(20).collect());
        let letters: [u8; 3] = text.trim().as_bytes().try_into().map_err(|_| bad())?;
        if !letters.iter().all(u8::is_ascii_alphabetic) {
            return Err(bad());
        }
        Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        // Three ASCII letters, by construction.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many digits stand after the point (ISO 4217, list one, as of 2026-01).
    pub fn digits(self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// Reads a decimal text (`-12.5`, `1e3` is none) as minor units, rounded half away from zero where it has more
    /// digits than the currency.
    pub fn minor(self, text: &str) -> Result<i64, BadMoney> {
        let bad = || BadMoney::Amount(text.chars().take(40).collect());
        let large = || BadMoney::TooLarge(text.chars().take(40).collect());
        let text = text.trim();
        let (negative, plain) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
        let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + part.len() == 0 || !all_digits(whole) || !all_digits(part) {
            return Err(bad());
        }
        let digits = self.digits() as usize;
        let mut value: i128 = 0;
        let kept = part.bytes().chain(std::iter::repeat(b'0')).take(digits);
        for byte in whole.bytes().chain(kept) {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(i128::from(byte - b'0')))
                .ok_or_else(large)?;
        }
        if part.as_bytes().get(digits).is_some_and(|next| *next >= b'5') {
            value += 1;
        }
        i64::try_from(if negative { -value } else { value }).map_err(|_| large())
    }

    /// The amount as a decimal text, such as `-12.50`.
    pub fn decimal(self, minor: i64) -> String {
        let digits = self.digits() as usize;
        let text = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
        let (whole, part) = text.split_at(text.len() - digits);
        let sign = if minor < 0 { "-" } else { "" };
        if digits == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{part}")
        }
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_minor_units_and_back() {
        let eur = Currency::parse("eur").unwrap();
        let yen = Currency::parse("JPY").unwrap();
        let dinar = Currency::parse("KWD").unwrap();
        for (currency, text, minor, shown) in [
            (eur, "12.5", 1250, "12.50"),
            (eur, "-0.01", -1, "-0.01"),
            (eur, ".5", 50, "0.50"),
            (eur, "1.005", 101, "1.01"),
            (eur, "-1.005", -101, "-1.01"),
            (yen, "1200", 1200, "1200"),
            (dinar, "1.2345", 1235, "1.235"),
        ] {
            assert_eq!(currency.minor(text), Ok(minor), "{text}");
            assert_eq!(currency.decimal(minor), shown);
        }
        for text in ["", ".", "1,5", "1e3", "NaN", "--1", "0x1"] {
            assert!(matches!(eur.minor(text), Err(BadMoney::Amount(_))), "{text}");
        }
        assert!(matches!(
            eur.minor("99999999999999999999"),
            Err(BadMoney::TooLarge(_))
        ));
        assert!(Currency::parse("EURO").is_err());
    }
}
