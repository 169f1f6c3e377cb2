//! What the parts that bring data in share: the queue, the way out, and who is woken when there is something to do.

use std::sync::OnceLock;
use std::time::Duration;

use kit::api::ApiError;
use kit::http::Reach;
use tokio::sync::Notify;

use crate::queue::StoreQueue;
use crate::webhooks::{Collector, Doors};

/// What can be set about how data come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestConfig {
    /// How many runs are read at once on this node; 0: this node reads none.
    pub readers: usize,
    /// How many batches are written at once on this node; 0: this node writes none.
    pub writers: usize,
    /// How many webhooks of one source may wait before more are put off.
    pub inbox: i64,
    /// Minutes between two runs of a source, without paying.
    pub free_minutes: u32,
    /// The same for teams.
    pub pro_minutes: u32,
    /// The same for companies.
    pub business_minutes: u32,
}

impl Default for IngestConfig {
    fn default() -> Self {
        Self {
            readers: 2,
            writers: 2,
            inbox: 10_000,
            free_minutes: 24 * 60,
            pro_minutes: 60,
            business_minutes: 15,
        }
    }
}

/// The shared things.
#[derive(Debug)]
pub(crate) struct Ingest {
    pub queue: StoreQueue,
    http: OnceLock<kit::http::Client>,
    /// Something was queued to be read.
    pub runs: Notify,
    /// Something was queued to be written.
    pub lanes: Notify,
    /// Something was written.
    pub written: Notify,
    pub doors: Doors,
    pub collector: Collector,
}

impl Ingest {
    pub fn new(files: &files::Files) -> Self {
        Self {
            queue: StoreQueue::new(files.db().clone(), files.blobs().clone()),
            http: OnceLock::new(),
            runs: Notify::new(),
            lanes: Notify::new(),
            written: Notify::new(),
            doors: Doors::default(),
            collector: Collector::default(),
        }
    }

    /// The client that sources are asked with.
    pub fn http(&self) -> Result<kit::http::Client, ApiError> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = kit::http::Client::new().map_err(ApiError::internal)?;
        Ok(self.http.get_or_init(|| client).clone())
    }
}

impl crate::Business {
    /// Which addresses sources may have.
    pub(crate) fn reach(&self) -> Reach {
        if self.config().allow_private_hosts {
            Reach::AllowPrivate
        } else {
            Reach::PublicOnly
        }
    }
}

/// Waits for a word or a while, whichever comes first.
pub(crate) async fn word_or(notify: &Notify, wait: Duration) {
    tokio::select! {
        () = notify.notified() => {}
        () = tokio::time::sleep(wait) => {}
    }
}
