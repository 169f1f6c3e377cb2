//! How the house is doing: figures over time, what looks wrong, who is told of it, and what is done about it.
//!
//! Everything is measured with `kit::measure` where it happens. Once a minute each node writes what it measured
//! (`series`), and the one that has the duty rolls minutes up to hours and days, and judges them by the `rules`. What
//! looks wrong becomes an alert (`alerts`), is told, and, where that is switched on, answered (`responses`). `monitor` is
//! the dashboard, `prometheus` the same for machines.

mod alerts;
mod duties;
mod jobs;
mod monitor;
mod ops;
mod prometheus;
mod responses;
mod routes;
mod rules;
mod series;
mod served;

pub use alerts::{Letter, NotSent, Post, jobs};
pub use monitor::{Check, Standing};
pub use ops::{MonitorConfig, Ops};
pub use prometheus::render as render_metrics;
pub use responses::Held;
pub use routes::routes;
pub use served::answered;
