//! Document formats: bytes of strangers in; kind, text by page, pictures and facts out. No database, no network. What
//! reads here may be attacked by what it reads, so it runs in a process of its own with hard limits of memory and time.
//!
//! - [`sniff`] tells the kind of a file by its content; the name is a hint among kinds of text, nothing more.
//! - [`inspect`] tells whether it is safe to keep: programs, archive bombs, files that are two things at once.
//! - [`extract`] reads its text page by page, and what it tells of itself; [`ocr`] reads pictures of text.
//! - [`preview`] paints it small.
//! - [`Frame`] is what the process that does all this says to the one that started it.

mod extract;
#[cfg(test)]
mod fixtures;
mod frames;
mod input;
mod inspect;
mod kind;
mod ocr;
mod preview;
mod sniff;
mod tools;

pub use extract::{Bounds, Facts, Page, Unreadable, extract};
pub use frames::{Frame, Work};
pub use input::Input;
pub use inspect::{Inspection, Verdict, Warning, inspect};
pub use kind::{Group, Kind};
pub use ocr::ocr;
pub use preview::{Picture, preview};
pub use sniff::{HEAD, sniff};
pub use tools::Tools;
