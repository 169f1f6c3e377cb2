//! Dates in questions: found by the patterns of a language, resolved to days by a calendar.

mod note;
mod numeric;
mod reading;
mod resolve;
mod rule;
#[cfg(test)]
mod tests;
mod when;

pub use note::Note;
pub use reading::{Found, find, read_slot};
pub use resolve::{BEGINNING, Era, Resolved, Trouble, period_before, resolve, year_before};
pub use rule::Rule;
pub use when::{Named, Unit, When};
