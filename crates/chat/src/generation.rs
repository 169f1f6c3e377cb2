//! Answers that are being written, in memory. The writer appends; each reader has an offset of its own and is
//! woken when there is more. A reader that goes away changes nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ai::Attempt;
use db::kinds::MessageStatus;
use db::leases::{LEASE, Lease};
use db::{MessageId, ThreadId, WorkspaceId};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::messages::{Body, MessageError, MessageUsage};
use crate::relay::Wanted;

/// What has been written so far.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The words.
    pub text: String,
    /// The thinking before them.
    pub reasoning: String,
    /// Who was tried.
    pub attempts: Vec<Attempt>,
    /// Who answers.
    pub provider: Option<String>,
    /// With what.
    pub model: Option<String>,
    /// Tokens, cost and times, at the end.
    pub usage: Option<MessageUsage>,
    /// Why it is not whole.
    pub error: Option<MessageError>,
    /// Set at the end, when the store has it.
    pub ended: Option<MessageStatus>,
}

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
    /// Bytes of text that were there before it began (when an answer is continued).
    pub began_at: usize,
    progress: Mutex<Progress>,
    changed: watch::Sender<u64>,
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
            began_at: written.text.len(),
            progress: Mutex::new(Progress {
                text: written.text,
                reasoning: written.reasoning,
                ..Progress::default()
            }),
            changed: watch::Sender::new(0),
            stop: CancellationToken::new(),
            lost: CancellationToken::new(),
            has_begun: AtomicBool::new(false),
            wanted: Wanted::default(),
        }
    }

    /// The copy of one that is written on another node.
    pub(crate) fn mirror(lease: Lease, thread: ThreadId, progress: Progress) -> Self {
        let mut mirror = Self::new(lease, thread, Body::default());
        mirror.progress = Mutex::new(progress);
        mirror
    }

    /// Changes what has been written and wakes the readers.
    pub fn update<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let result = change(&mut self.progress.lock());
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    /// Looks at what has been written.
    pub fn look<T>(&self, look: impl FnOnce(&Progress) -> T) -> T {
        look(&self.progress.lock())
    }

    /// Is woken by every change from now on.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Waits until `look` answers something.
    pub async fn wait_for<T>(&self, mut look: impl FnMut(&Progress) -> Option<T>) -> T {
        let mut watch = self.watch();
        loop {
            watch.borrow_and_update();
            if let Some(found) = self.look(&mut look) {
                return found;
            }
            // The sender lives as long as `self`, so this cannot end with an error.
            let _ = watch.changed().await;
        }
    }

    /// Waits until a person can see something of it, or it has ended without.
    pub async fn first_content(&self) {
        let began = self.began_at;
        self.wait_for(|p| {
            (p.text.len() > began || !p.reasoning.is_empty() || p.ended.is_some()).then_some(())
        })
        .await;
    }

    /// Waits until it has ended and the store has it.
    pub async fn ended(&self) -> MessageStatus {
        self.wait_for(|p| p.ended).await
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
