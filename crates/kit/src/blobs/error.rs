//! What can go wrong with objects.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use crate::api::{ApiError, Code};
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

/// When it makes sense to try again.
const SOON: Duration = Duration::from_secs(5);
const LATER: Duration = Duration::from_secs(30);

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => {
                tracing::error!("the store of objects is full");
                Self::unavailable("The store of files has no space left. Nothing was kept.", LATER)
            }
            BlobError::Store(cause) => {
                tracing::warn!(error = %cause, "the store of objects does not answer");
                Self::unavailable("The store of files does not answer at the moment.", SOON)
            }
            BlobError::TooLarge => Self::new(
                Code::PayloadTooLarge,
                "This is larger than the store of files takes.",
            ),
            // A row said that it is there, and whole.
            BlobError::NotFound | BlobError::Damaged(_) => Self::internal(error),
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
