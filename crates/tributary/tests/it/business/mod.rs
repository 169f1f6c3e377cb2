//! Business data, through the public face.

mod actions;
mod sink;
mod tasks;
mod workflows;
