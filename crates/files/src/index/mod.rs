//! The index: messages, threads and files are found in it by their words and by their meaning, by those who may see them.
//!
//! It holds no text. A source is cut into chunks, of which the store keeps where they lie, keyed hashes of their words
//! and turned vectors; what was found is opened to be shown. `queue` and `forget` belong into the transactions that
//! change and delete; one `worker` for each node does the rest. `search` asks both halves and puts them together.

mod chunks;
mod narrow;
mod pages;
mod query;
mod queue;
mod reindex;
mod retrieve;
mod rights;
mod rotation;
mod search;
mod show;
mod snippet;
mod source;
mod spaces;
mod state;
mod vectors;
mod wanted;
mod words;
mod worker;

use std::sync::Arc;

use db::DbError;

pub use db::kinds::IndexKind;
pub use query::{LONGEST as LONGEST_QUERY, Query};
pub use queue::{forget, queue, queue_all, queue_in};
pub use reindex::{Progress, progress, reindex, run_until_done};
pub use retrieve::{Passage, retrieve};
pub use rights::Seeker;
pub use search::{Degraded, Hit, Hits, Mode, Request, search};
pub use show::Author;
pub use source::{Source, Text};
pub use state::Index;

use crate::Files;

/// Finds out what the store can, before anything is served or indexed.
pub async fn open(files: &Files) -> Result<(), DbError> {
    let vectors = vectors::Vectors::of(files.db()).await?;
    let _ = files.index().vectors.set(vectors);
    files
        .index()
        .set_source(IndexKind::File, Arc::new(pages::Names(files.db().clone())));
    Ok(())
}

/// Begins to index what waits.
pub fn start(files: &Files) {
    worker::start(files);
}
