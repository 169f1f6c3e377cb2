//! Answers that are being written by this process: which they are, and its right to write them. What has been written
//! stands in their buffers (`ai::answer`).

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

pub use ai::answer::Progress;
use ai::answer::{Buffer, Citation};
use db::leases::{LEASE, Lease};
use db::{MessageId, ThreadId, WorkspaceId};
use files::prompt::cited;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::messages::Body;
use crate::relay::Wanted;

/// One running answer: written here, or the mirror of one that another node writes.
#[derive(Debug)]
pub struct Generation {
    /// The message it becomes.
    pub id: MessageId,
    /// This writing of it, never used again: going on with an answer is another one.
    pub run: Uuid,
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Its thread.
    pub thread: ThreadId,
    /// The right to write it.
    pub(crate) lease: Lease,
    buffer: Buffer,
    /// What it may cite.
    offered: OnceLock<Vec<Citation>>,
    /// Ends it, wherever it is written.
    pub stop: CancellationToken,
    /// Another node has it now: nothing more may be written.
    pub(crate) lost: CancellationToken,
    /// Whether the store has it, so that its lease can be renewed.
    pub(crate) has_begun: AtomicBool,
    /// What other nodes want of it.
    pub(crate) wanted: Wanted,
}

impl Generation {
    pub(crate) fn new(lease: Lease, thread: ThreadId, written: Body) -> Self {
        Self {
            id: lease.message,
            run: lease.run,
            workspace: lease.workspace,
            thread,
            lease,
            buffer: Buffer::after(Progress {
                text: written.text,
                reasoning: written.reasoning,
                sources: written.sources,
                tools: written.tools,
                business: written.business,
                ..Progress::default()
            }),
            offered: OnceLock::new(),
            stop: CancellationToken::new(),
            lost: CancellationToken::new(),
            has_begun: AtomicBool::new(false),
            wanted: Wanted::default(),
        }
    }

    /// The copy of one that is written on another node.
    pub(crate) fn mirror(lease: Lease, thread: ThreadId, progress: Progress) -> Self {
        let mut mirror = Self::new(lease, thread, Body::default());
        mirror.buffer = Buffer::copy_of(progress);
        mirror
    }
}

impl Generation {
    /// Notes what it may cite.
    pub(crate) fn offer(&self, sources: Vec<Citation>) {
        let _ = self.offered.set(sources);
    }

    /// What is cited by what was written so far.
    pub(crate) fn cited(&self, progress: &Progress) -> Vec<Citation> {
        match self.offered.get() {
            Some(offered) => cited(&progress.text, offered),
            // It did not come to be asked: what was cited before it broke off.
            None => progress.sources.clone(),
        }
    }
}

impl AsRef<Buffer> for Generation {
    fn as_ref(&self) -> &Buffer {
        &self.buffer
    }
}

/// What has been written of it is read and changed as if it were its own.
impl Deref for Generation {
    type Target = Buffer;
    fn deref(&self) -> &Buffer {
        &self.buffer
    }
}

/// All answers that this process is writing.
#[derive(Debug)]
pub struct Generations {
    running: Mutex<HashMap<MessageId, Arc<Generation>>>,
    /// Until when this node's leases hold for certain.
    held_until: watch::Sender<Instant>,
    /// Wakes whoever renews the leases.
    pub(crate) renew_now: Notify,
}

impl Default for Generations {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            held_until: watch::Sender::new(Instant::now() + LEASE),
            renew_now: Notify::new(),
        }
    }
}

impl Generations {
    /// Begins one; if that message is being written already, nothing.
    pub(crate) fn begin(&self, lease: Lease, thread: ThreadId, written: Body) -> Option<Arc<Generation>> {
        match self.running.lock().entry(lease.message) {
            std::collections::hash_map::Entry::Occupied(_) => None,
            std::collections::hash_map::Entry::Vacant(slot) => Some(
                slot.insert(Arc::new(Generation::new(lease, thread, written)))
                    .clone(),
            ),
        }
    }

    /// Whether none runs here.
    pub fn is_empty(&self) -> bool {
        self.running.lock().is_empty()
    }

    /// The answer of this message that is being written here.
    pub fn get(&self, id: MessageId) -> Option<Arc<Generation>> {
        self.running.lock().get(&id).cloned()
    }

    /// The answers of a thread that are being written here.
    pub fn in_thread(&self, thread: ThreadId) -> Vec<Arc<Generation>> {
        let running = self.running.lock();
        running.values().filter(|g| g.thread == thread).cloned().collect()
    }

    /// Those whose leases have to be renewed.
    pub(crate) fn leased(&self) -> Vec<Arc<Generation>> {
        let running = self.running.lock();
        running
            .values()
            .filter(|g| g.has_begun.load(Ordering::Acquire))
            .cloned()
            .collect()
    }

    /// Forgets one that has ended. Readers that still hold it read it to its end.
    pub(crate) fn end(&self, ended: &Generation) {
        let mut running = self.running.lock();
        if running.get(&ended.id).is_some_and(|g| g.run == ended.run) {
            running.remove(&ended.id);
        }
    }

    /// Notes that every lease was good at that moment.
    pub(crate) fn held(&self, at: Instant) {
        self.held_until.send_replace(at + LEASE);
    }

    /// Waits until the leases hold for certain; false when this one is lost. A node that was paused asks before it
    /// goes on.
    pub(crate) async fn holds(&self, generation: &Generation) -> bool {
        let mut held = self.held_until.subscribe();
        loop {
            if generation.lost.is_cancelled() {
                return false;
            }
            if Instant::now() < *held.borrow_and_update() {
                return true;
            }
            self.renew_now.notify_one();
            tokio::select! {
                _ = held.changed() => {}
                () = generation.lost.cancelled() => return false,
            }
        }
    }
}
