//! `[business]`.

use business::{BusinessConfig, IngestConfig};
use serde::Deserialize;

/// `[business]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessSection {
    /// Whether connectors may reach private addresses: shops in one's own network.
    pub allow_private_hosts: bool,
    /// How many sources are read at once on this node; 0: none are read here.
    pub readers: usize,
    /// How many batches are written at once on this node; 0: none are written here.
    pub writers: usize,
    /// How many webhooks of one source may wait.
    pub webhook_backlog: u32,
    /// Minutes between two runs of a source on the plan `free`.
    pub free_minutes: u32,
    /// The same on the plan `pro`.
    pub pro_minutes: u32,
    /// The same on the plan `business`.
    pub business_minutes: u32,
}

impl Default for BusinessSection {
    fn default() -> Self {
        let ingest = IngestConfig::default();
        Self {
            allow_private_hosts: false,
            readers: ingest.readers,
            writers: ingest.writers,
            webhook_backlog: ingest.inbox as u32,
            free_minutes: ingest.free_minutes,
            pro_minutes: ingest.pro_minutes,
            business_minutes: ingest.business_minutes,
        }
    }
}

impl BusinessSection {
    pub(super) fn config(&self) -> BusinessConfig {
        BusinessConfig {
            allow_private_hosts: self.allow_private_hosts,
            ingest: IngestConfig {
                readers: self.readers.min(32),
                writers: self.writers.min(32),
                inbox: i64::from(self.webhook_backlog.max(1)),
                free_minutes: self.free_minutes,
                pro_minutes: self.pro_minutes,
                business_minutes: self.business_minutes,
            },
        }
    }
}
