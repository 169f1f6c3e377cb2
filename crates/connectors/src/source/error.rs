//! Why a source gives nothing.

use std::time::Duration;

/// Why a source did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The credentials do not hold (any more): pause, and ask the person to connect again.
    #[error("the source does not accept the credentials: {0}")]
    Unauthorized(String),
    /// This stream may not be read; others may.
    #[error("the source does not allow this: {0}")]
    Forbidden(String),
    /// Later.
    #[error("the source asks to wait")]
    RateLimited(Duration),
    /// Away, overrun, or the connection broke.
    #[error("the source cannot be reached: {0}")]
    Unavailable(String),
    /// It says something that the manifest does not expect; nothing of the page may be taken.
    #[error("the source answered in an unexpected way: {0}")]
    Protocol(String),
    /// The configuration is at fault, in a sentence for the person who wrote it.
    #[error("{message}")]
    Config {
        /// Which field.
        field: String,
        /// What is wrong.
        message: String,
    },
}
