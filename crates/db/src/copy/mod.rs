//! The store as a stream of rows that both databases write and read: what backups, restores and moves are made of.
//!
//! A [`Snapshot`] reads every table as it stood at one moment, while others write. A row is bytes in a form of our own
//! ([`rows`]), the same whichever database it came from; a [`Sum`] tells whether two tables have the same rows in
//! whatever order. What is found again from the rest is left out: the index of search and its vectors.

mod catalog;
pub mod marks;
mod rows;
mod snapshot;
mod sum;
mod target;

pub use catalog::{Column, Kind, Table, tables};
pub use snapshot::{Batches, Snapshot, sum_of};
pub use sum::Sum;
pub use target::{Filling, Target};

/// Why rows could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] crate::DbError),
    /// The bytes are no rows of this table.
    #[error("the rows of {0} are damaged")]
    Damaged(String),
    /// A table that this version does not know, or knows differently.
    #[error("the table {0} is not as this version has it")]
    Different(String),
    /// A column whose kind no other database would understand.
    #[error("the column {0} is of a kind that cannot be copied: {1}")]
    UnknownKind(String, String),
    /// Where rows are to be written something is already.
    #[error("the store there is not empty")]
    NotEmpty,
    /// What was written is not what was read.
    #[error("the table {0} does not have the rows that were written into it")]
    Unequal(String),
}

impl From<sea_orm::DbErr> for CopyError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}
