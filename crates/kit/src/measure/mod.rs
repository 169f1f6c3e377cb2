//! Measuring what the house does: counts, levels and how long things took, by a closed list of [`Name`]s and bounded
//! labels. Recording is one short lock and some additions; keeping and reading is the business of `ops`.

mod buckets;
mod names;
mod recorder;
mod sums;

pub use buckets::{BOUNDS, bucket_of};
pub use names::{Kind, Label, Name, Unit};
pub use recorder::{Reading, Recorder};
pub use sums::Sums;
