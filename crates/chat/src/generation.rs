//! Answers that are being written, in memory. The writer appends; each reader has an offset of its own and is
//! woken when there is more. A reader that goes away changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use ai::Attempt;
use db::MessageId;
use db::kinds::MessageStatus;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::messages::{MessageError, MessageUsage};

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

/// One running answer.
#[derive(Debug)]
pub struct Generation {
    /// The message it becomes.
    pub id: MessageId,
    /// This run of it; another try or going on is another run.
    pub run: Uuid,
    /// Bytes of text that were there before it began (when an answer is continued).
    pub began_at: usize,
    progress: Mutex<Progress>,
    changed: watch::Sender<u64>,
    /// Ends it.
    pub stop: CancellationToken,
}

impl Generation {
    fn new(id: MessageId, text: String, reasoning: String) -> Self {
        Self {
            id,
            run: kit::ids::new_id(),
            began_at: text.len(),
            progress: Mutex::new(Progress {
                text,
                reasoning,
                ..Progress::default()
            }),
            changed: watch::Sender::new(0),
            stop: CancellationToken::new(),
        }
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
#[derive(Debug, Default)]
pub struct Generations(Mutex<HashMap<MessageId, Arc<Generation>>>);

impl Generations {
    /// Begins one; if that message is being written already, nothing.
    pub fn begin(&self, id: MessageId, text: String, reasoning: String) -> Option<Arc<Generation>> {
        match self.0.lock().entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => None,
            std::collections::hash_map::Entry::Vacant(slot) => Some(
                slot.insert(Arc::new(Generation::new(id, text, reasoning)))
                    .clone(),
            ),
        }
    }

    /// The running answer of this message.
    pub fn get(&self, id: MessageId) -> Option<Arc<Generation>> {
        self.0.lock().get(&id).cloned()
    }

    /// Forgets one that has ended. Readers that still hold it read it to its end.
    pub fn end(&self, id: MessageId) {
        self.0.lock().remove(&id);
    }
}
