//! From numbers to words, in the asker's language: templates that always exist, and the check of what a model made of
//! them.

mod answer;
mod fits;
mod number;
mod range;
#[cfg(test)]
mod tests;
mod words;

pub use answer::{Amount, Numbers, Point, Previous, Row, answer, definition};
pub use fits::{fill, fits, numbers_in};
pub use number::{change, number, share};
pub use range::{day, days, range};
pub use words::say;

use std::collections::BTreeMap;

use crate::catalogue::Language;

/// A label in a language; in English where there is none.
pub fn label(labels: &BTreeMap<Language, String>, language: Language) -> Option<&str> {
    labels
        .get(&language)
        .or_else(|| labels.get(&Language::En))
        .map(String::as_str)
}
