//! The room itself: what its functions work with.

use std::sync::{Arc, OnceLock};

use db::Db;
use db::kinds::IndexKind;
use files::Files;
use identity::Identity;
use kit::api::{ApiError, Code};
use kit::lifecycle::Lifecycle;
use kit::mail::{BadMailConfig, MailConfig, Mailer};

use crate::doors::ThreadPoster;
use crate::ingest::{Ingest, IngestConfig};

/// What can be set.
#[derive(Clone, Debug, Default)]
pub struct BusinessConfig {
    /// Whether connectors may reach private addresses: for shops in one's own network, and for tests.
    pub allow_private_hosts: bool,
    /// The mail server; without one outgoing mail is held.
    pub mail: Option<MailConfig>,
    /// How data come in.
    pub ingest: IngestConfig,
}

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Business(Arc<Inner>);

struct Inner {
    db: Db,
    warehouse: crate::warehouse::Kept,
    metrics: crate::metrics::Kept,
    files: Files,
    identity: Identity,
    ingest: Ingest,
    config: BusinessConfig,
    mailer: Option<Mailer>,
    threads: OnceLock<Arc<dyn ThreadPoster>>,
}

impl std::fmt::Debug for Business {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Business")
    }
}

impl Business {
    /// The room over the floors below it.
    pub fn new(files: &Files, identity: &Identity, config: BusinessConfig) -> Result<Self, BadMailConfig> {
        let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
        let records = crate::warehouse::Records(files.db().clone());
        files.index().set_source(IndexKind::Record, Arc::new(records));
        Ok(Self(Arc::new(Inner {
            db: files.db().clone(),
            warehouse: crate::warehouse::Kept::default(),
            metrics: crate::metrics::Kept::default(),
            files: files.clone(),
            identity: identity.clone(),
            ingest: Ingest::new(files),
            config,
            mailer,
            threads: OnceLock::new(),
        })))
    }

    /// The mail server, if there is one.
    pub fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }

    /// Threads, on the floor above; a sentence where there are none.
    pub(crate) fn threads(&self) -> Result<&dyn ThreadPoster, ApiError> {
        let none = || ApiError::new(Code::Conflict, "This installation has no threads.");
        self.0.threads.get().map(|threads| &**threads).ok_or_else(none)
    }

    /// Lets the floor above in, where threads are; once.
    pub fn set_threads(&self, threads: Arc<dyn ThreadPoster>) {
        let _ = self.0.threads.set(threads);
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The floor below.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// What is kept of the warehouse until its data change.
    pub(crate) fn warehouse(&self) -> &crate::warehouse::Kept {
        &self.0.warehouse
    }

    /// What is kept of answers until their data change.
    pub(crate) fn metrics(&self) -> &crate::metrics::Kept {
        &self.0.metrics
    }

    /// When the program stops.
    pub fn lifecycle(&self) -> &Lifecycle {
        self.0.files.lifecycle()
    }

    /// People and workspaces.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// What the parts that bring data in share.
    pub(crate) fn ingest(&self) -> &Ingest {
        &self.0.ingest
    }

    /// What can be set.
    pub fn config(&self) -> &BusinessConfig {
        &self.0.config
    }
}
