//! The one pricing function.

use serde::Deserialize;

use crate::answer::Usage;

/// What a model costs, in micro-dollars (millionths of a US dollar) for a million tokens: $0.075 is 75,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// Reading.
    pub input: i64,
    /// Writing, thinking included.
    pub output: i64,
    /// Reading what the provider had in its cache. Unknown = as reading.
    pub cache_read: Option<i64>,
    /// Reading and keeping in the cache. Unknown = as reading.
    pub cache_write: Option<i64>,
}

/// Another price from a length of question on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Tier {
    /// Holds when more tokens than this are read.
    pub above: u64,
    /// For all tokens of the call.
    #[serde(flatten)]
    pub price: Price,
}

/// What a call cost, in micro-dollars, rounded half up once, at the end. Used for every route, streamed or
/// not. `None` when it cannot be represented, which no real call reaches.
///
/// [`Usage::input_tokens`] counts everything that was read; what came from the cache or went into it is part
/// of it and priced at its own rate.
pub fn cost_micros(usage: &Usage, price: &Price) -> Option<i64> {
    const MILLION: i128 = 1_000_000;
    let cached = usage.cached_tokens.min(usage.input_tokens);
    let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
    let plain = usage.input_tokens - cached - written;
    let part = |tokens: u64, rate: i64| i128::from(tokens) * i128::from(rate);
    let total = part(plain, price.input)
        + part(cached, price.cache_read.unwrap_or(price.input))
        + part(written, price.cache_write.unwrap_or(price.input))
        + part(usage.output_tokens, price.output);
    i64::try_from((total + MILLION / 2).div_euclid(MILLION)).ok()
}
