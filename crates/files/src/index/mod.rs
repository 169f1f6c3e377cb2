//! The index: messages, threads and files are found in it by their words and by their meaning, by those who may see them.
//!
//! It holds no text. A source is cut into chunks, of which the store keeps where they lie, keyed hashes of their words
//! and turned vectors; what was found is opened to be shown. `queue` and `forget` belong into the transactions that
//! change and delete; one `worker` for each node does the rest. `search` asks both halves and puts them together.

mod chunks;
mod queue;
mod retrieve;
mod words;

pub use db::kinds::IndexKind;
pub use queue::{forget, queue, queue_in};
pub use retrieve::{Passage, retrieve};
