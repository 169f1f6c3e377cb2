//! Files: how they come in, whether they are safe, what is read from them, how they go out again; and the index in which
//! files, messages and records are found.
//!
//! A file's bytes lie sealed in the store of objects (`kit::blobs`), its name and text sealed in the database. A file is
//! seen by its owner, by the workspace if it was opened to it, and by whoever may enter a thread that it is attached to:
//! that last part is what the floor above knows, and tells through [`Rooms`].

mod files;
pub mod index;
mod rooms;

pub use files::{Files, FilesConfig};
pub use rooms::Rooms;
