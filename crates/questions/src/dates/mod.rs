//! Dates in questions: found by the patterns of a language, resolved to days by a calendar.

mod numeric;
mod reading;
mod resolve;
mod rule;
mod when;

pub use reading::{Found, find, read_slot};
pub use resolve::{BEGINNING, Era, Note, Resolved, Trouble, period_before, resolve, year_before};
pub use rule::Rule;
pub use when::{Named, Unit, When};
