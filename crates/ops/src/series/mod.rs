//! Figures over time: written by the minute, rolled up to hours and days, and read in the step that fits.

mod packed;
mod read;
mod rollup;
mod show;
mod write;

pub use read::{Split, Wanted, read, total};
pub use rollup::roll_up;
pub use show::{SeriesOut, SeriesQuery, series};
pub use write::{Minute, write};

/// Seconds of a minute.
pub const MINUTE: i64 = 60;
/// Seconds of an hour.
pub const HOUR: i64 = 3_600;
/// Seconds of a day.
pub const DAY: i64 = 86_400;
