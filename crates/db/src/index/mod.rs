//! The index of what can be found, as the two databases keep it: the rows of chunks, the keyed hashes of their words
//! (FTS5, or PostgreSQL's full text), and their vectors (sqlite-vec, or pgvector). What the hashes stand for is not known
//! here. Whoever asks hands in a condition on `chunks` that says who may see what: it is part of the very query.

mod queue;
mod rows;
mod spaces;
mod vectors;
mod words;

pub use queue::{claim, due_after, postpone};
pub use rows::{Piece, Totals, delete, insert, totals};
pub use spaces::{
    Space, Spaces, begin_building, drop_vectors, finish_building, prepare_vectors, space_for, spaces_of,
};
pub use vectors::{insert_vectors, nearest};
pub use words::{Columns, Match, Term, search_words};

use crate::entity::chunks;

/// A chunk that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub chunk: chunks::Model,
    /// How well: BM25 for words, the cosine for vectors.
    pub score: f64,
}
