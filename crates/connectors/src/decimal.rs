//! Exact decimal numbers: what prices and quantities are before they become minor units.

use crate::money::{BadMoney, Currency};

/// A decimal number: `units` times ten to the minus `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Decimal {
    units: i128,
    scale: u32,
}

/// More digits than these are no price and no quantity.
const MOST_DIGITS: usize = 28;

impl Decimal {
    /// A number of whole units with so many digits after the point.
    pub const fn new(units: i128, scale: u32) -> Self {
        Self { units, scale }
    }

    /// Reads `-12.50`; no exponent, no grouping.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_negative, plain) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
        let count = whole.len() + part.len();
        if count == 0 || count > MOST_DIGITS {
            return None;
        }
        let mut units: i128 = 0;
        for byte in whole.bytes().chain(part.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            units = units * 10 + i128::from(byte - b'0');
        }
        let scale = u32::try_from(part.len()).ok()?;
        Some(Self::new(if is_negative { -units } else { units }, scale))
    }

    /// Reads a number or a text of JSON. A number with an exponent is none.
    pub fn of_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => Self::parse(text),
            serde_json::Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Whether it is below nothing.
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// The same with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::new(-self.units, self.scale)
    }

    /// The sum; none if it is too large.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let left = self.units.checked_mul(10_i128.checked_pow(scale - self.scale)?)?;
        let right = other.units.checked_mul(10_i128.checked_pow(scale - other.scale)?)?;
        Some(Self::new(left.checked_add(right)?, scale))
    }

    /// The product; none if it is too large.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self::new(self.units.checked_mul(other.units)?, self.scale.checked_add(other.scale)?))
    }

    /// The number of units of ten to the minus `digits`, rounded half away from zero.
    pub fn rounded(self, digits: u32) -> Option<i64> {
        if digits >= self.scale {
            let factor = 10_i128.checked_pow(digits - self.scale)?;
            return i64::try_from(self.units.checked_mul(factor)?).ok();
        }
        let divisor = 10_i128.checked_pow(self.scale - digits)?;
        let (whole, rest) = (self.units / divisor, self.units % divisor);
        let up = if rest.abs() >= divisor - rest.abs() { rest.signum() } else { 0 };
        i64::try_from(whole + up).ok()
    }

    /// The amount in minor units, rounded half away from zero.
    pub fn minor(self, currency: Currency) -> Result<i64, BadMoney> {
        self.rounded(currency.digits()).ok_or_else(|| BadMoney::TooLarge(self.to_string()))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scale = self.scale as usize;
        let text = format!("{:0width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, part) = text.split_at(text.len() - scale);
        let sign = if self.units < 0 { "-" } else { "" };
        let point = if scale == 0 { "" } else { "." };
        write!(f, "{sign}{whole}{point}{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_exactly_and_rounded_once() {
        let number = |text| Decimal::parse(text).unwrap();
        assert_eq!(number("0.001").times(number("1500")).unwrap().rounded(2), Some(150));
        assert_eq!(number("2.345").rounded(2), Some(235));
        assert_eq!(number("-2.345").rounded(2), Some(-235));
        assert_eq!(number("2.3449").rounded(2), Some(234));
        assert_eq!(number("12").rounded(2), Some(1200));
        assert_eq!(number("0.1").plus(number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(number("-.5").to_string(), "-0.5");
        for text in ["", "-", ".", "1e5", "1,5", "NaN", "12345678901234567890123456789"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(units in -10_i128.pow(20)..10_i128.pow(20), scale in 0_u32..8) {
            let number = Decimal::new(units, scale);
            prop_assert_eq!(Decimal::parse(&number.to_string()), Some(number));
        }

        #[test]
        fn rounding_never_moves_by_more_than_a_half(units in -1_000_000_000_i128..1_000_000_000, scale in 2_u32..8) {
            let rounded = Decimal::new(units, scale).rounded(2).unwrap();
            let factor = 10_i128.pow(scale - 2);
            prop_assert!((i128::from(rounded) * factor - units).abs() * 2 <= factor);
        }
    }
}
