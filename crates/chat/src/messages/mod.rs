//! Messages: sealing and opening them, reading a branch of the tree, and showing what was read.

mod sealed;
mod show;
mod tree;

pub use sealed::{Body, Facts, error_place, open_body, seal_body};
pub use show::{MessageOut, show};
pub use tree::{Branch, find, list, newest_under, path_up};
