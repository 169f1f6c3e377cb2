//! Reads single values of a record.

use kit::clock::Timestamp;
use serde_json::Value;

use crate::decimal::Decimal;
use crate::expression::{Expression, Scope};
use crate::manifest::Amounts;
use crate::money::Currency;

/// The longest texts that are kept of names and the like.
const LONGEST: usize = 500;

/// A text, cut to what a name may have.
pub(super) fn text(rule: &Expression, scope: &Scope<'_>) -> Option<String> {
    let text = rule.text(scope)?;
    Some(match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    })
}

/// A text that must be there.
pub(super) fn needed(rule: &Expression, scope: &Scope<'_>, what: &str) -> Result<String, String> {
    text(rule, scope).ok_or_else(|| format!("{what} is missing"))
}

/// An id; zero is what shops write for "none".
pub(super) fn id(rule: &Expression, scope: &Scope<'_>) -> Option<String> {
    text(rule, scope).filter(|id| id != "0")
}

/// Whether a rule that may be left out holds.
pub(super) fn applies(rule: &Expression, scope: &Scope<'_>) -> bool {
    rule.is_absent() || rule.holds(scope)
}

/// A time: RFC 3339, seconds since 1970 as a number, or without a zone, which then is UTC.
pub(crate) fn time(rule: &Expression, scope: &Scope<'_>, what: &str) -> Result<Option<Timestamp>, String> {
    let value = rule.value(scope);
    match value.as_ref() {
        Value::Number(number) => {
            let seconds = number.as_i64().and_then(|seconds| seconds.checked_mul(1_000_000));
            seconds.map(|micros| Some(Timestamp(micros))).ok_or_else(|| format!("{what} is no time: {number}"))
        }
        _ => match rule.text(scope) {
            None => Ok(None),
            Some(text) => parsed(&text).map(Some).ok_or_else(|| {
                let text: String = text.chars().take(40).collect();
                format!("{what} is no time: {text}")
            }),
        },
    }
}

fn parsed(text: &str) -> Option<Timestamp> {
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(zoned.timestamp().as_microsecond()))
}

/// How many; whole numbers, rounded where a source sells by weight.
pub(super) fn count(rule: &Expression, scope: &Scope<'_>, what: &str) -> Result<Option<i64>, String> {
    let Some(number) = rule.number(scope).map_err(|problem| format!("{what}: {problem}"))? else {
        return Ok(None);
    };
    number.rounded(0).map(Some).ok_or_else(|| format!("{what} is too large"))
}

/// Reads amounts of one record.
#[derive(Clone, Copy)]
pub(super) struct Money<'a> {
    pub amounts: &'a Amounts,
    pub currency: Currency,
}

impl Money<'_> {
    /// An amount in minor units; nothing is zero.
    pub fn read(&self, rule: &Expression, scope: &Scope<'_>, what: &str) -> Result<i64, String> {
        Ok(self.given(rule, scope, what)?.unwrap_or(0))
    }

    /// An amount, if there is one.
    pub fn given(&self, rule: &Expression, scope: &Scope<'_>, what: &str) -> Result<Option<i64>, String> {
        let number = rule.number(scope).map_err(|problem| format!("{what}: {problem}"))?;
        number.map(|number| self.minor(number, what)).transpose()
    }

    /// A number of this source in minor units.
    pub fn minor(&self, number: Decimal, what: &str) -> Result<i64, String> {
        let number = if self.amounts.minor {
            let digits = self.amounts.digits.get(self.currency.as_str()).copied();
            number.times(Decimal::new(1, digits.unwrap_or_else(|| self.currency.digits())))
        } else {
            Some(number)
        };
        let minor = number.and_then(|number| number.minor(self.currency).ok());
        minor.ok_or_else(|| format!("{what} is too large"))
    }
}

/// A currency that must be there.
pub(super) fn currency(rule: &Expression, scope: &Scope<'_>) -> Result<Currency, String> {
    Currency::parse(&needed(rule, scope, "the currency")?).map_err(|error| error.to_string())
}

/// The sum; an error if it leaves 64 bits.
pub(super) fn total(parts: impl IntoIterator<Item = i64>) -> Result<i64, String> {
    let sum: i128 = parts.into_iter().map(i128::from).sum();
    i64::try_from(sum).map_err(|_| "its amounts are too large".to_owned())
}
