//! What a source gives: records, page by page.

use std::time::Duration;

use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// A record as a source sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which stream it belongs to, such as `orders`.
    pub stream: String,
    /// Its id there.
    pub source_id: String,
    /// Grows with each change: microseconds of its last change, where the source tells that.
    pub version: i64,
    /// The body, as it came.
    pub body: serde_json::Value,
    /// Whether the source says that it is gone.
    pub deleted: bool,
}

/// A record that could not be understood; it goes to the dead letters, and the others go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BadRecord {
    /// Its id, if that much could be read.
    pub source_id: Option<String>,
    /// What is wrong with it, in one sentence.
    pub error: String,
    /// What came, cut to 64 KiB.
    pub body: String,
}

/// Which part of a stream: what changed from `from` (inclusive; none: the beginning) to `to` (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Timestamp,
}

/// One page of a slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// What could be read.
    pub records: Vec<Record>,
    /// What could not.
    pub bad: Vec<BadRecord>,
    /// Where the next page begins; none: the slice has been read to its end.
    pub next: Option<String>,
    /// How many records the source says the whole slice has; what a later page says takes the place of it.
    pub announced: Option<u64>,
    /// How long to wait before the next page, to stay within the source's limits.
    pub pause: Duration,
}

/// What a connection turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The account's name.
    pub account: Option<String>,
    /// Its currency code.
    pub currency: Option<String>,
    /// Its time zone (IANA).
    pub time_zone: Option<String>,
    /// What is missing or limited, a sentence each; the connection works all the same.
    pub limits: Vec<String>,
}
