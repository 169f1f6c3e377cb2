//! Business data: what comes in, the numbers that come out, and what is done after a yes.

mod actions;
mod arithmetic;
mod metrics;
mod retail;
mod sink;
mod tasks;
mod warehouse;
mod workflows;
