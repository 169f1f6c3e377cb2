//! Following an answer that another node writes: a copy with the same face, fed over the bus, and from the store when
//! the bus is silent.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use db::entity::messages;
use db::kinds::MessageStatus;
use db::{DbError, MessageId, WorkspaceId, leases};
use kit::bus::Bus;
use kit::vault::OwnerKeys;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::Chat;
use crate::generation::{Generation, Progress};
use crate::messages::{error_place, find, open_body};
use crate::relay::{Asked, Part, Said, What, open, topic_of, topic_of_node};

/// What may wait for a mirror before it has to ask for everything again.
const INBOX: usize = 256;
/// How often a mirror looks around.
const LOOK: Duration = Duration::from_secs(1);
/// How many looks pass until the owner is told that somebody still listens.
const STILL: u32 = 5;
/// After this long without a word the store is asked.
const SILENT: Duration = Duration::from_millis(1500);

/// The copies on this node, each shared by all who read it and gone with the last of them.
#[derive(Debug, Default)]
pub struct Mirrors(Mutex<HashMap<MessageId, Entry>>);

#[derive(Debug)]
struct Entry {
    copy: Weak<Generation>,
    inbox: mpsc::Sender<Bytes>,
}

impl Mirrors {
    /// Hands on what the owner of an answer said. One that is too slow sees the gap by the next offset.
    pub(crate) fn hear(&self, message: MessageId, body: Bytes) {
        if let Some(entry) = self.0.lock().get(&message) {
            let _ = entry.inbox.try_send(body);
        }
    }

    fn get(&self, message: MessageId) -> Option<Arc<Generation>> {
        let copy = self.0.lock().get(&message)?.copy.upgrade()?;
        copy.look(|p| p.ended.is_none()).then_some(copy)
    }

    fn remove(&self, message: MessageId, copy: &Weak<Generation>) {
        let mut all = self.0.lock();
        if all.get(&message).is_some_and(|entry| entry.copy.ptr_eq(copy)) {
            all.remove(&message);
        }
    }
}

/// The running answer of a message, wherever it is written: this node's own, or a copy that follows it.
pub(crate) async fn follow(
    chat: &Chat,
    workspace: WorkspaceId,
    message: MessageId,
) -> Option<Arc<Generation>> {
    if let Some(own) = chat.0.generations.get(message) {
        return (own.workspace == workspace).then_some(own);
    }
    if chat.is_alone() {
        return None;
    }
    if let Some(copy) = chat.0.mirrors.get(message) {
        return (copy.workspace == workspace).then_some(copy);
    }
    match begin(chat, workspace, message).await {
        Ok(copy) => copy,
        Err(error) => {
            tracing::warn!(message.id = %message, error = %error, "an answer on another node cannot be followed");
            None
        }
    }
}

async fn begin(
    chat: &Chat,
    workspace: WorkspaceId,
    message: MessageId,
) -> Result<Option<Arc<Generation>>, DbError> {
    let Some(owner) = leases::owner_of(chat.db(), workspace, message).await? else {
        return Ok(None);
    };
    if owner.node == chat.db().bus().node() {
        return Ok(chat.0.generations.get(message));
    }
    let keys = chat.db().keys(workspace.0).await?;
    let row = find(chat.db(), workspace, message).await?;
    let Some(row) = row.filter(|row| row.status == MessageStatus::Streaming) else {
        return Ok(None);
    };
    let body = open_body(&keys, &row).unwrap_or_default();
    let progress = Progress {
        text: body.text,
        reasoning: body.reasoning,
        model: row.provider.as_ref().and(row.model),
        provider: row.provider,
        ..Progress::default()
    };
    let (inbox, said) = mpsc::channel(INBOX);
    let copy = {
        let mut all = chat.0.mirrors.0.lock();
        if let Some(there) = all.get(&message).and_then(|entry| entry.copy.upgrade())
            && there.run == owner.run
        {
            return Ok(Some(there));
        }
        let copy = Arc::new(Generation::mirror(owner.lease(), owner.thread_id, progress));
        let weak = Arc::downgrade(&copy);
        all.insert(message, Entry { copy: weak, inbox });
        copy
    };
    let mirror = Mirror {
        chat: chat.clone(),
        copy: Arc::downgrade(&copy),
        workspace,
        message,
        run: owner.run,
        node: owner.node,
        keys,
        has_state: false,
    };
    let stop = copy.stop.clone();
    chat.0.lifecycle.serve("an answer of another node", async move {
        let (chat, copy) = (mirror.chat.clone(), mirror.copy.clone());
        mirror.run(said, stop).await;
        chat.0.mirrors.remove(message, &copy);
    });
    Ok(Some(copy))
}

struct Mirror {
    chat: Chat,
    copy: Weak<Generation>,
    workspace: WorkspaceId,
    message: MessageId,
    run: Uuid,
    node: Uuid,
    keys: OwnerKeys,
    has_state: bool,
}

/// What came of something that was heard.
#[derive(PartialEq, Eq)]
enum Heard {
    Fine,
    Gap,
    Ended,
}

impl Mirror {
    fn bus(&self) -> &Bus {
        self.chat.db().bus()
    }

    fn ask(&self, what: What) {
        let asked = Asked {
            what,
            w: self.workspace,
            m: self.message,
        };
        let body = serde_json::to_vec(&asked).unwrap_or_default();
        self.bus().publish(&topic_of_node(self.node), body);
    }

    async fn run(mut self, mut said: mpsc::Receiver<Bytes>, stop: tokio_util::sync::CancellationToken) {
        let _joined = self.bus().join(&topic_of(self.message)).await;
        self.ask(What::Want);
        let link = self.bus().link();
        let mut looks = tokio::time::interval_at(Instant::now() + LOOK, LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut count, mut heard_at, mut has_stopped) = (0_u32, Instant::now(), false);
        loop {
            tokio::select! {
                Some(body) = said.recv() => {
                    heard_at = Instant::now();
                    match self.hear(&body) {
                        Heard::Fine => {}
                        Heard::Gap => {
                            self.has_state = false;
                            self.ask(What::Want);
                        }
                        Heard::Ended => {
                            if self.look().await {
                                return;
                            }
                        }
                    }
                }
                _ = looks.tick() => {
                    if self.copy.strong_count() == 0 {
                        return;
                    }
                    count += 1;
                    if !self.has_state {
                        self.ask(What::Want);
                    } else if count.is_multiple_of(STILL) {
                        self.ask(What::Still);
                    }
                    let is_deaf = !link.borrow().is_up || !self.has_state;
                    if (is_deaf || heard_at.elapsed() > SILENT) && self.look().await {
                        return;
                    }
                }
                () = stop.cancelled(), if !has_stopped => {
                    has_stopped = true;
                    self.ask(What::Stop);
                    if let Err(error) = leases::request_stop(self.chat.db(), self.workspace, self.message).await {
                        tracing::warn!(message.id = %self.message, error = %error, "an answer could not be stopped in the store");
                    }
                }
            }
        }
    }

    fn hear(&mut self, body: &Bytes) -> Heard {
        let (Some(copy), Some(said)) = (self.copy.upgrade(), open(&self.keys, self.message, body)) else {
            return Heard::Fine;
        };
        match said {
            Said::State {
                g,
                text,
                reasoning,
                named,
            } if g == self.run => {
                self.has_state = true;
                copy.update(|p| {
                    grow(&mut p.text, &text);
                    grow(&mut p.reasoning, &reasoning);
                    (p.attempts, p.provider, p.model) = (named.attempts, named.provider, named.model);
                });
                Heard::Fine
            }
            Said::Set { g, named } if g == self.run => {
                copy.update(|p| {
                    (p.attempts, p.provider, p.model) = (named.attempts, named.provider, named.model);
                });
                Heard::Fine
            }
            Said::Add { g, p: part, o, x } if g == self.run => {
                let fits = copy.update(|p| match part {
                    Part::Text => append(&mut p.text, o, &x),
                    Part::Reasoning => append(&mut p.reasoning, o, &x),
                });
                if fits { Heard::Fine } else { Heard::Gap }
            }
            Said::End { g } if g == self.run => Heard::Ended,
            // Another writing of the same answer: the store says what became of ours.
            _ => Heard::Ended,
        }
    }

    /// Takes what the store has; answers whether it was the end.
    async fn look(&self) -> bool {
        let Some(copy) = self.copy.upgrade() else {
            return true;
        };
        let read = async {
            // The owner first: what it wrote before it ended is in the row that is read afterwards.
            let owner = leases::owner_of(self.chat.db(), self.workspace, self.message).await?;
            let row = find(self.chat.db(), self.workspace, self.message).await?;
            Ok::<_, DbError>((owner, row))
        };
        match read.await {
            Ok((owner, Some(row))) => {
                let is_ours = owner.is_none_or(|owner| owner.run == self.run);
                self.take(&copy, row, is_ours)
            }
            Ok((_, None)) => {
                copy.update(|p| p.ended = Some(MessageStatus::Interrupted));
                true
            }
            Err(_) => false,
        }
    }

    fn take(&self, copy: &Generation, row: messages::Model, is_ours: bool) -> bool {
        let body = open_body(&self.keys, &row).unwrap_or_default();
        let has_ended = row.status != MessageStatus::Streaming;
        copy.update(|p| {
            if is_ours {
                grow(&mut p.text, &body.text);
                grow(&mut p.reasoning, &body.reasoning);
            }
            if row.provider.is_some() {
                (p.provider, p.model) = (row.provider, row.model);
            }
            if has_ended {
                p.sources = body.sources;
                p.tools = body.tools;
                p.business = body.business;
                p.usage = row.usage.as_deref().and_then(|u| serde_json::from_str(u).ok());
                let error = row.error.as_ref();
                p.error = error.and_then(|e| e.open(&self.keys, error_place(row.id)).ok());
                p.ended = Some(row.status);
            } else if !is_ours {
                p.ended = Some(MessageStatus::Interrupted);
            }
        });
        has_ended || !is_ours
    }
}

/// Lets a text become a longer one that begins with it. What was shown is never taken back.
fn grow(text: &mut String, whole: &str) {
    if let Some(more) = whole.strip_prefix(text.as_str()) {
        text.push_str(more);
    }
}

/// Adds words at their offset; false when words before them are missing. What is there already is not added again.
fn append(text: &mut String, at: usize, words: &str) -> bool {
    let Some(known) = text.len().checked_sub(at) else {
        return false;
    };
    if known < words.len() {
        let Some(more) = words.get(known..) else {
            return false;
        };
        text.push_str(more);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_in_any_order_and_number_give_the_text_or_a_gap(text in "\\PC{1,30}", cuts in proptest::collection::vec((0usize..31, 0usize..31), 0..12)) {
            let ends: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            let mut copy = String::new();
            for (from, to) in cuts {
                let (from, to) = (ends[from % ends.len()], ends[to % ends.len()]);
                let (from, to) = (from.min(to), from.max(to));
                let before = copy.len();
                let fits = append(&mut copy, from, &text[from..to]);
                prop_assert_eq!(fits, from <= before);
                prop_assert!(text.starts_with(&copy));
                prop_assert!(copy.len() >= before);
            }
            prop_assert!(append(&mut copy, 0, &text));
            prop_assert_eq!(copy, text);
        }
    }
}
