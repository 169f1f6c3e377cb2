//! Everything that is stored: tables, migrations, transactions, the event log, jobs, data keys.
//!
//! This is the only crate that knows which database is underneath: SQLite (WAL, one writer, a read pool) or
//! PostgreSQL. Where the two differ, `dialect` has both. A room reads through [`Db::read`] and writes through
//! [`Db::write`], which answers a [`Tx`]: the change, its events, its jobs and its audit row are committed
//! together or not at all, and whoever listens is told after the commit.

pub mod backups;
mod connect;
pub mod copy;
pub mod dialect;
pub mod entity;
mod erasing;
pub mod events;
pub mod ids;
pub mod index;
pub mod inspect;
pub mod jobs;
mod keyring;
pub mod kinds;
pub mod leases;
pub mod migration;
mod patch;
pub mod revocations;
mod sealed;
mod sqlite_vec;
pub mod sync_kinds;
pub mod trail;
mod tx;

pub use connect::{Db, DbConfig};
pub use events::Event;
pub use ids::{
    ActionId, ConnectorId, FileId, MessageId, SessionId, SyncRunId, TaskId, ThreadId, UserId, WorkflowId,
    WorkspaceId,
};
pub use keyring::{INSTANCE, Keyring};
pub use patch::Field;
pub use sealed::Sealed;
pub use tx::Tx;

use kit::api::ApiError;

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database said no.
    #[error("the store: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A key is missing or wrong.
    #[error("the vault: {0}")]
    Vault(#[from] kit::vault::VaultError),
    /// The store was made with another master key.
    #[error("this store was sealed by another master key; give Tributary the key it was made with")]
    WrongMasterKey,
    /// The store was made by a newer version.
    #[error("this store was made by a newer version of Tributary; use that version, or restore a backup")]
    NewerSchema,
    /// A move into this store was not finished.
    #[error(
        "a move into this store is not finished ({0}); run tributary grow again, and it goes on where it was"
    )]
    Arriving(String),
    /// Everything that was in this store is elsewhere now.
    #[error(
        "this store has moved to {0}; serve it from there. What is written here would be lost. To come back to this one: tributary grow --reopen"
    )]
    Moved(String),
    /// Something that was just written cannot be written as JSON.
    #[error("a value cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file or folder of the embedded store.
    #[error("the data folder: {0}")]
    Folder(#[from] std::io::Error),
}

impl DbError {
    /// Whether a unique index refused the row.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        use dialect::Trouble;
        let trouble = match &error {
            DbError::Database(cause) => dialect::trouble(cause),
            _ => None,
        };
        let Some(trouble) = trouble else {
            return ApiError::internal(error);
        };
        let (sentence, seconds) = match trouble {
            Trouble::Full => ("The store has no space left. Nothing was changed.", 30),
            Trouble::Disk => (
                "The store's disk cannot be used at the moment. Nothing was changed.",
                30,
            ),
            Trouble::Away => ("The store does not answer at the moment.", 2),
            Trouble::Busy => ("The store is busy. Nothing was changed.", 1),
        };
        if matches!(trouble, Trouble::Full | Trouble::Disk) {
            tracing::error!(error = %error, "{sentence}");
        } else {
            tracing::warn!(error = %error, "{sentence}");
        }
        ApiError::unavailable(sentence, std::time::Duration::from_secs(seconds))
    }
}
