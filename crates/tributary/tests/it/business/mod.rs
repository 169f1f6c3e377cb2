//! Business data: what comes in, and the numbers that come out.

mod arithmetic;
mod metrics;
mod retail;
mod warehouse;
