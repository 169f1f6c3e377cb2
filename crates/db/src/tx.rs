//! Write transactions.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use kit::bus::Bus;
use kit::measure::{Name, Recorder};
use parking_lot::Mutex;
use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::entity::audit;
use crate::trail::Trail;
use crate::{Db, DbError, dialect};

/// One write transaction. It is a connection (`&*tx`), notes the events that were written in it, and is undone
/// unless [`Tx::commit`] is called.
pub struct Tx {
    inner: DatabaseTransaction,
    pub(crate) now: kit::clock::Timestamp,
    /// What to tell after the commit: topics and bodies.
    pub(crate) hints: Mutex<Vec<(String, Vec<u8>)>>,
    pub(crate) has_jobs: std::sync::atomic::AtomicBool,
    has_texts: std::sync::atomic::AtomicBool,
    /// Rows of the audit trail, written right before the commit.
    trail_rows: Mutex<Vec<audit::Model>>,
    trail: Trail,
    bus: Bus,
    jobs_waiting: Arc<Notify>,
    texts_waiting: Arc<Notify>,
    recorder: Recorder,
    /// When its turn came.
    began: Instant,
    _writer: Option<OwnedMutexGuard<()>>,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

impl Db {
    /// Begins to write. On SQLite the transaction has the write lock from its first moment (`BEGIN IMMEDIATE`),
    /// so that reading and then writing in it cannot fail half way.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let asked = Instant::now();
        let writer = match &self.writer {
            Some(lock) => Some(lock.clone().lock_owned().await),
            None => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: writer.is_some().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.write.begin_with_options(options).await?;
        self.recorder.time(Name::StoreWait, &[], asked.elapsed());
        Ok(Tx {
            inner,
            now: self.clock.now(),
            hints: Mutex::default(),
            has_jobs: std::sync::atomic::AtomicBool::new(false),
            has_texts: std::sync::atomic::AtomicBool::new(false),
            trail_rows: Mutex::default(),
            trail: self.trail.clone(),
            bus: self.bus.clone(),
            jobs_waiting: self.jobs_waiting.clone(),
            texts_waiting: self.texts_waiting.clone(),
            recorder: self.recorder.clone(),
            began: Instant::now(),
            _writer: writer,
        })
    }
}

impl Tx {
    /// The moment that this transaction writes down.
    pub fn now(&self) -> kit::clock::Timestamp {
        self.now
    }

    /// Makes it so, then tells whoever listens.
    pub async fn commit(self) -> Result<(), DbError> {
        let rows = self.trail_rows.into_inner();
        if rows.is_empty() {
            self.inner.commit().await?;
        } else {
            let ends = self.trail.append(&self.inner, rows).await?;
            self.inner.commit().await?;
            self.trail.noted(ends);
        }
        self.recorder.time(Name::StoreWrite, &[], self.began.elapsed());
        for (topic, body) in self.hints.into_inner() {
            self.bus.publish(&topic, body);
        }
        if self.has_jobs.into_inner() {
            self.jobs_waiting.notify_one();
        }
        if self.has_texts.into_inner() {
            self.texts_waiting.notify_one();
        }
        Ok(())
    }

    /// Adds a row to the audit trail; its number and link are set when this transaction is committed.
    pub fn trail(&self, row: audit::Model) {
        self.trail_rows.lock().push(row);
    }

    /// Notes that this transaction queued something for the index, whose worker is woken by the commit.
    pub fn wake_index(&self) {
        self.has_texts.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Waits until no other transaction holds this name (for rules over several rows, such as "the first account").
    pub async fn alone(&self, name: i64) -> Result<(), DbError> {
        Ok(dialect::lock_alone(&self.inner, name).await?)
    }
}
