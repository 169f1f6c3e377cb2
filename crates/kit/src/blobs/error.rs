//! What can go wrong with objects.

use std::error::Error;
use std::io::ErrorKind;

use crate::vault::VaultError;

/// Why an object could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It is not there.
    #[error("there is no such object")]
    NotFound,
    /// It was changed, cut off or moved, or its key is gone.
    #[error("the object is damaged: {0}")]
    Damaged(#[from] VaultError),
    /// Nothing more fits into the store.
    #[error("the store of objects is full")]
    Full,
    /// It is larger than was agreed, or than any object can be.
    #[error("the object is too large")]
    TooLarge,
    /// The store does not answer, or not as it should.
    #[error("the store of objects: {0}")]
    Store(String),
}

impl BlobError {
    /// A folder that cannot be used.
    pub(super) fn of_folder(error: std::io::Error) -> Self {
        object_store::Error::Generic {
            store: "folder",
            source: Box::new(error),
        }
        .into()
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error if is_full(&error) => Self::Full,
            error => Self::Store(error.to_string()),
        }
    }
}

/// Whether there is no more room, by what the system said at the bottom of it.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            let full = [
                ErrorKind::StorageFull,
                ErrorKind::QuotaExceeded,
                ErrorKind::FileTooLarge,
            ];
            if full.contains(&io.kind()) {
                return true;
            }
        }
        cause = error.source();
    }
    false
}
