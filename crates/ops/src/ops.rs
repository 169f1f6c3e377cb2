//! The state of this floor, and what happens each minute.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use db::{Db, DbError};
use identity::Identity;
use kit::clock::Timestamp;
use kit::lifecycle::Lifecycle;
use kit::measure::Name;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::alerts::Post;
use crate::monitor::Parts;
use crate::responses::Held;
use crate::series::{self, Minute};
use crate::{duties, responses, rules};

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct MonitorConfig {
    /// How long minutes are kept.
    pub minutes: Duration,
    /// How long hours are kept.
    pub hours: Duration,
    /// How long days are kept.
    pub days: Duration,
    /// Whether webhooks of alerts may go to private addresses.
    pub allow_private_hosts: bool,
    /// The folder whose disk must not fill up.
    pub folder: PathBuf,
    /// What this node is called.
    pub node_name: String,
    /// Of the program.
    pub version: String,
}

/// The floor's handle; cheap to clone.
#[derive(Clone)]
pub struct Ops(Arc<Inner>);

struct Inner {
    db: Db,
    identity: Identity,
    http: kit::http::Client,
    config: MonitorConfig,
    lifecycle: Lifecycle,
    node: Uuid,
    started_at: Timestamp,
    /// Minutes that could not be written yet.
    unsaved: Mutex<Vec<Minute>>,
    held: Held,
    post: OnceLock<Arc<dyn Post>>,
    parts: Parts,
}

impl std::fmt::Debug for Ops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ops")
    }
}

/// What one node does for all.
const DUTY: &str = "watch";
/// Minutes that wait for the store at most.
const MOST_UNSAVED: usize = 60;
/// How often a node looks at what other nodes held back.
const OBEY_EVERY: Duration = Duration::from_secs(5);

impl Ops {
    /// The floor over the ones below.
    pub fn new(
        db: Db,
        identity: Identity,
        http: kit::http::Client,
        lifecycle: Lifecycle,
        config: MonitorConfig,
    ) -> Self {
        let started_at = db.now();
        Self(Arc::new(Inner {
            parts: Parts::new(&db, config.folder.clone()),
            db,
            identity,
            http,
            config,
            lifecycle,
            node: kit::ids::new_id(),
            started_at,
            unsaved: Mutex::default(),
            held: Held::default(),
            post: OnceLock::new(),
        }))
    }

    /// Who carries letters about alerts; once.
    pub fn set_post(&self, post: Arc<dyn Post>) {
        let _ = self.0.post.set(post);
    }

    /// Begins what goes on beside the requests: the minutes, the look at the parts, and obeying.
    pub fn start(&self) {
        let ops = self.clone();
        self.0.lifecycle.spawn("minutes", async move {
            loop {
                let into = ops.now().seconds().rem_euclid(60);
                let wait = Duration::from_secs(u64::try_from(60 - into).unwrap_or(60));
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = ops.0.lifecycle.stopping() => break,
                }
                ops.minute().await;
            }
            ops.last_words().await;
        });
        let ops = self.clone();
        self.0.lifecycle.spawn("held back", async move {
            while !ops.0.lifecycle.is_stopping() {
                if let Err(error) = responses::obey(&ops).await {
                    tracing::debug!(error = %error, "what is held back could not be read");
                }
                tokio::select! {
                    () = tokio::time::sleep(OBEY_EVERY) => {}
                    () = ops.0.lifecycle.stopping() => break,
                }
            }
        });
        let ops = self.clone();
        self.0.lifecycle.spawn("parts", async move {
            ops.0.parts.watch(&ops.0.lifecycle).await;
        });
    }

    /// Writes what was measured since the last time, and does what one node does for all, if it is this one.
    pub async fn minute(&self) {
        if let Err(error) = self.keep().await {
            tracing::warn!(error = %error, "a minute's figures were not written; they will be with the next");
        }
        match duties::take(&self.0.db, DUTY, self.0.node).await {
            Ok(true) => self.serve().await,
            Ok(false) => {}
            Err(error) => tracing::warn!(error = %error, "the duty to watch could not be taken"),
        }
    }

    async fn keep(&self) -> Result<(), DbError> {
        self.note_levels();
        let taken = self.0.db.recorder().take();
        // What is taken at the full minute belongs to the one that ends.
        let at = (self.now().seconds() - 1).div_euclid(60) * 60;
        let minutes = {
            let mut unsaved = self.0.unsaved.lock();
            unsaved.push(Minute::new(at, taken));
            let excess = unsaved.len().saturating_sub(MOST_UNSAVED);
            unsaved.drain(..excess);
            std::mem::take(&mut *unsaved)
        };
        let written = series::write(self, &minutes).await;
        if written.is_err() {
            let mut unsaved = self.0.unsaved.lock();
            let newer = std::mem::replace(&mut *unsaved, minutes);
            unsaved.extend(newer);
        }
        written
    }

    fn note_levels(&self) {
        let recorder = self.0.db.recorder();
        for (pool, busy) in self.0.db.connections_in_use() {
            recorder.note(Name::StorePool, &[pool], busy);
        }
        if let Some(bytes) = crate::monitor::memory() {
            recorder.note(Name::Memory, &[], bytes);
        }
    }

    async fn serve(&self) {
        if let Err(error) = series::roll_up(self).await {
            tracing::warn!(error = %error, "minutes were not rolled up");
        }
        if let Err(error) = rules::judge(self).await {
            tracing::warn!(error = %error, "the rules of alerts were not applied");
        }
    }

    async fn last_words(&self) {
        if let Err(error) = self.keep().await {
            tracing::debug!(error = %error, "the last figures were not written");
        }
        let _ = duties::give_back(&self.0.db, DUTY, self.0.node).await;
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.db.now()
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// What is paused or taken out of use at present.
    pub fn held(&self) -> &Held {
        &self.0.held
    }

    /// The parts that are looked at; the floors above add theirs.
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    pub(crate) fn http(&self) -> &kit::http::Client {
        &self.0.http
    }

    pub(crate) fn config(&self) -> &MonitorConfig {
        &self.0.config
    }

    pub(crate) fn node(&self) -> Uuid {
        self.0.node
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    pub(crate) fn post(&self) -> Option<&Arc<dyn Post>> {
        self.0.post.get()
    }
}
