//! The program: configuration, start and stop, the HTTP server over all rooms, the embedded page, the command line.
//!
//! `App::start` is everything: it opens the store, puts the rooms on top of each other and listens. Two of them can run
//! in one process, which is how the suite tests it.

pub mod command;
pub mod config;
mod docs;
pub mod extract;
mod keeping;
mod letters;
mod page;
mod ready;
mod router;
mod serve;

pub use config::Config;
pub use router::openapi;
pub use serve::App;
