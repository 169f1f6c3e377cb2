//! How an installation is kept alive: looked over, copied, put back, and moved to a larger place.

mod backup;
pub mod command;
mod doctor;
mod envelope;
mod frames;
mod grow;
mod manifest;
mod place;
mod restore;
mod routes;
mod schedule;
mod system;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use db::Db;
use files::Files;
use kit::blobs::S3Config;
use kit::clock::Timestamp;
use kit::lifecycle::Lifecycle;
use kit::vault::OwnerKeys;

pub(crate) use place::bucket;
pub use routes::routes;

use crate::Config;

/// The handle of this part; cheap to clone.
#[derive(Clone, Debug)]
pub struct Keeping(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    files: Files,
    lifecycle: Lifecycle,
    /// What seals backups.
    keys: OwnerKeys,
    settings: Settings,
    started: Timestamp,
}

/// What was configured, as far as this part needs it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    data: PathBuf,
    key_file: Option<PathBuf>,
    s3: Option<S3Config>,
    /// Names and addresses of what is connected to.
    reach: doctor::Reached,
    /// Where backups go; none: nobody said.
    to: Option<String>,
    every: Duration,
    keep: usize,
    incremental: bool,
}

impl Settings {
    pub(crate) fn of(config: &Config) -> Self {
        let has_file = config.vault.key.is_none() && config.vault.key_command.is_none();
        Self {
            data: config.data.clone(),
            key_file: has_file.then(|| config.key_file()),
            s3: config.s3.config(),
            reach: doctor::Reached::of(config),
            to: config.backup.to.clone(),
            every: Duration::from_secs_f64(config.backup.every * 3600.0),
            keep: config.backup.keep,
            incremental: config.backup.incremental,
        }
    }
}

impl Keeping {
    /// Over the rooms that it keeps.
    pub(crate) fn new(config: &Config, keys: OwnerKeys, files: Files, lifecycle: Lifecycle) -> Self {
        let db = files.db().clone();
        Self(Arc::new(Inner {
            started: db.now(),
            db,
            files,
            lifecycle,
            keys,
            settings: Settings::of(config),
        }))
    }

    /// Begins to make backups when they are due.
    pub(crate) fn start(&self) {
        schedule::start(self);
    }
}
