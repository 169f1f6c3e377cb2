//! Exact values as people get them.

use connectors::money::Currency;
use questions::catalogue::Unit;

use super::answer::Amount;
use super::expression::Fraction;

/// A value with its unit; none where it grows beyond 64 bits.
pub(super) fn amount(unit: Unit, currency: Option<String>, value: Fraction) -> Option<Amount> {
    let (minor, about) = match unit {
        Unit::Money => {
            let minor = value.rounded(1)?;
            let digits = currency
                .as_deref()
                .and_then(|c| Currency::parse(c).ok())
                .map_or(2, Currency::digits);
            (minor, minor as f64 / 10_f64.powi(digits as i32))
        }
        Unit::Count => (value.rounded(1)?, value.about()),
        Unit::Percent => {
            let minor = value.rounded(10_000)?;
            (minor, minor as f64 / 10_000.0)
        }
    };
    Some(Amount {
        currency,
        minor,
        value: about,
    })
}

/// Keys in an order in which what has no name comes last.
pub(super) fn whole(keys: &[Option<String>]) -> Vec<(bool, &str)> {
    keys.iter()
        .map(|key| (key.is_none(), key.as_deref().unwrap_or_default()))
        .collect()
}
