//! The dashboard: how the parts are, and the figures of the last hour against the hour before.

mod figures;
mod parts;
mod show;

pub use parts::{Check, Parts, Standing, free_share, memory};
pub use show::{MonitorOut, monitor};
