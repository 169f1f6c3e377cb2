//! Tables that people upload: what they look like is detected on their beginning and shown for approval ([`look`];
//! [`look_as`] as somebody corrected it), what was
//! approved ([`Layout`]) reads them ([`read`]) and says what their rows mean ([`map`]). Formulas are texts.

mod date;
mod group;
mod guess;
mod jsonl;
mod layout;
mod look;
mod map;
mod names;
mod number;
mod read;
mod rows;
#[cfg(test)]
mod tests;

pub use date::{DateOrder, moment};
pub use layout::{BadTable, Column, Dialect, Format, Layout, Target};
pub use look::{Sample, SampleColumn, TargetInfo, look, look_as};
pub use map::map;
pub use number::number;
pub use read::{Reading, read};
pub use rows::{Row, Rows};
