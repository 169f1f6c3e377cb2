//! A page on its way from the reader to the writer: `ingest.batch.v1`.

use connectors::source::{BadRecord, Record};
use db::{ConnectorId, SyncRunId};
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// One page of a slice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BatchMessage {
    pub run: SyncRunId,
    /// The reader's: pages of one that was believed dead do not count.
    pub fence: i64,
    pub connector: ConnectorId,
    pub stream: String,
    pub slice: i32,
    /// The how manieth reading of the slice.
    pub epoch: i32,
    /// The how manieth page of it.
    pub seq: i64,
    /// Whether the slice is complete with it.
    pub last: bool,
    pub records: Vec<Record>,
    pub bad: Vec<BadRecord>,
    pub fetched_at: Timestamp,
}

impl BatchMessage {
    /// The slice's number in the ledger: each reading of it has its own.
    pub fn ledger(&self) -> i64 {
        i64::from(self.slice) * 10_000 + i64::from(self.epoch)
    }
}
