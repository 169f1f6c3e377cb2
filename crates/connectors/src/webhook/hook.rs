//! What a webhook turns out to be.

use crate::source::Record;

/// A webhook that is really the source's.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// What makes it the same as another delivery: a signed id where there is one, else a hash of topic and body.
    pub key: String,
    /// Such as `orders/updated`.
    pub topic: String,
    /// What to do.
    pub news: News,
}

/// What a webhook means. It is a hint, not the truth: what it carries is older than what the source would say now.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Whole records with a version.
    Records(Vec<Record>),
    /// Something changed that has to be fetched: stream and id.
    Fetch(String, String),
    /// The source tries whether we are there.
    Ping,
    /// We may not read any more.
    Uninstalled,
    /// Forget this customer (the id at the source).
    Redact(String),
    /// Nothing that we use.
    Other,
}

/// Why a webhook is refused. The sender is told only that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No header of a known scheme.
    #[error("there is no signature")]
    Unsigned,
    /// None of the secrets fits.
    #[error("the signature does not fit")]
    WrongSignature,
    /// Signed too long ago, or in the future.
    #[error("it was signed at another time")]
    Stale,
    /// It is about another shop.
    #[error("it belongs to another account")]
    OtherAccount,
    /// The body is not what the topic promises.
    #[error("its body is not understood")]
    Malformed,
}
