//! What is written at once.

use connectors::canonical::Canonical;
use connectors::source::Record;
use db::{ConnectorId, SyncRunId};
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// What a connection is for: a shop and its payment service never count twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ConnectorRole)]
pub enum Role {
    /// Its orders are sales.
    Sales,
    /// Its payments are money that moved.
    Payments,
    /// It knows customers.
    Crm,
}

impl Role {
    /// The word that the store keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Payments => "payments",
            Self::Crm => "crm",
        }
    }
}

/// Records of one stream that were fetched together; they are written together or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Where they come from.
    pub connector: ConnectorId,
    /// What that connection is for.
    pub role: Role,
    /// In which run.
    pub run: SyncRunId,
    /// Of which stream.
    pub stream: String,
    /// Of which slice of it.
    pub slice: i64,
    /// The how manieth of the slice. The same run, stream, slice and number are written once.
    pub seq: i64,
    /// The records.
    pub records: Vec<Loaded>,
    /// When they were fetched: of two bodies of the same version the later one is believed.
    pub fetched_at: Timestamp,
}

/// A record with what it means.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// As the source sent it.
    pub record: Record,
    /// In our words: everything that it means, for what it does not mean any more is gone.
    pub meaning: Vec<Canonical>,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Records that were new or newer.
    pub written: u64,
    /// Records that were known as they are, or newer.
    pub unchanged: u64,
}
