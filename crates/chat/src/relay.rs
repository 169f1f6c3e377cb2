//! Between nodes: the owner of an answer tells whoever mirrors it what it writes, and hears what they want.
//!
//! Nothing is said before somebody wants it. What is said is sealed like the message itself: the bus is a server of
//! its own.

use std::sync::Arc;
use std::time::Duration;

use ai::Attempt;
use bytes::Bytes;
use db::{MessageId, WorkspaceId};
use kit::vault::{OwnerKeys, Place};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;
use uuid::Uuid;

use crate::Chat;
use crate::generation::{Generation, Progress};

/// What is said within this time is said at once.
const MERGE: Duration = Duration::from_millis(40);
/// How long somebody is believed to listen who has not said so again.
const LISTENS: Duration = Duration::from_secs(15);

/// What the owner of an answer says on `g:<message>`. Offsets count bytes of UTF-8.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub(crate) enum Said {
    /// Everything.
    State {
        g: Uuid,
        text: String,
        reasoning: String,
        named: Named,
    },
    /// More words.
    Add { g: Uuid, p: Part, o: usize, x: String },
    /// Who was tried, and who answers.
    Set { g: Uuid, named: Named },
    /// It has ended, and the store has it.
    End { g: Uuid },
}

/// Which of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Part {
    #[serde(rename = "t")]
    Text,
    #[serde(rename = "r")]
    Reasoning,
}

/// Who was tried, and who answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Named {
    pub attempts: Vec<Attempt>,
    pub provider: Option<String>,
    pub model: Option<String>,
}

/// What a mirror says to the owner's node, on `n:<node>`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub what: What,
    pub w: WorkspaceId,
    pub m: MessageId,
}

/// What it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// Everything, and what comes from then on.
    Want,
    /// To go on telling.
    Still,
    /// To end the answer.
    Stop,
}

/// What other nodes want of an answer that is written here.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    state: Mutex<Wants>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Wants {
    is_told: bool,
    everything: bool,
    last: Option<Instant>,
}

pub(crate) fn topic_of(message: MessageId) -> String {
    format!("g:{message}")
}

pub(crate) fn topic_of_node(node: Uuid) -> String {
    format!("n:{node}")
}

fn place(message: MessageId) -> Place<'static> {
    Place {
        column: "bus.generation",
        row: message.0,
    }
}

/// Opens what an owner said; none when it is not what it claims to be.
pub(crate) fn open(keys: &OwnerKeys, message: MessageId, body: &[u8]) -> Option<Said> {
    let plain = keys.open(place(message), body).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// Hears what other nodes say, until the very end.
pub(crate) fn start(chat: &Chat) {
    let inner = chat.clone();
    chat.0.lifecycle.serve("answers between nodes", async move {
        let bus = inner.db().bus().clone();
        let mut heard = bus.listen();
        let own = topic_of_node(bus.node());
        let _joined = bus.join(&own).await;
        loop {
            match heard.recv().await {
                Ok(said) if said.is_own => {}
                Ok(said) if *said.topic == *own => asked(&inner, &said.body),
                Ok(said) => {
                    if let Some(id) = said.topic.strip_prefix("g:").and_then(|id| id.parse().ok()) {
                        inner.0.mirrors.hear(MessageId(id), said.body);
                    }
                }
                // The mirrors see the gap by its offset.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}

fn asked(chat: &Chat, body: &Bytes) {
    let Ok(asked) = serde_json::from_slice::<Asked>(body) else {
        return;
    };
    let Some(generation) = chat.0.generations.get(asked.m).filter(|g| g.workspace == asked.w) else {
        return;
    };
    if asked.what == What::Stop {
        generation.stop.cancel();
        return;
    }
    let begins = {
        let mut wants = generation.wanted.state.lock();
        wants.last = Some(Instant::now());
        wants.everything |= asked.what == What::Want;
        !std::mem::replace(&mut wants.is_told, true)
    };
    generation.wanted.news.notify_one();
    if begins {
        let inner = chat.clone();
        chat.0.lifecycle.serve("an answer for other nodes", async move {
            tell(&inner, &generation).await;
        });
    }
}

/// Tells mirrors that the store has the end of an answer whose owner cannot say so any more.
pub(crate) async fn say_ended(chat: &Chat, row: &db::entity::generations::Model) {
    let Ok(keys) = chat.db().keys(row.workspace_id.0).await else {
        return;
    };
    let plain = serde_json::to_vec(&Said::End { g: row.run }).unwrap_or_default();
    if let Ok(sealed) = keys.seal(place(row.message_id), &plain) {
        chat.0.mirrors.hear(row.message_id, Bytes::from(sealed.clone()));
        chat.db().bus().publish(&topic_of(row.message_id), sealed);
    }
}

/// Tells what is written for as long as somebody wants it.
async fn tell(chat: &Chat, generation: &Arc<Generation>) {
    let keys = match chat.db().keys(generation.workspace.0).await {
        Ok(keys) => keys,
        Err(error) => {
            generation.wanted.state.lock().is_told = false;
            return tracing::warn!(error = %error, "an answer cannot be told to other nodes");
        }
    };
    let topic = topic_of(generation.id);
    let say = |said: &Said| {
        let plain = serde_json::to_vec(said).unwrap_or_default();
        if let Ok(sealed) = keys.seal(place(generation.id), &plain) {
            chat.db().bus().publish(&topic, sealed);
        }
    };
    let mut watch = generation.watch();
    let mut told = Told::default();
    loop {
        watch.borrow_and_update();
        {
            let mut wants = generation.wanted.state.lock();
            if wants.last.is_none_or(|last| last.elapsed() > LISTENS) {
                wants.is_told = false;
                return;
            }
            if std::mem::take(&mut wants.everything) {
                told.something = false;
            }
        }
        let (news, ended) = generation.look(|p| (told.news(generation.run, p), p.ended.is_some()));
        news.iter().for_each(say);
        if ended {
            return say(&Said::End { g: generation.run });
        }
        tokio::time::sleep(MERGE).await;
        tokio::select! {
            _ = watch.changed() => {}
            () = generation.wanted.news.notified() => {}
            () = tokio::time::sleep(LISTENS) => {}
        }
    }
}

/// What has been told.
#[derive(Default)]
struct Told {
    something: bool,
    text: usize,
    reasoning: usize,
    named: Named,
}

impl Told {
    fn news(&mut self, g: Uuid, p: &Progress) -> Vec<Said> {
        let mut news = Vec::new();
        let is_named_so = self.named.attempts.len() == p.attempts.len() && self.named.model == p.model;
        if !is_named_so || !self.something {
            self.named = Named {
                attempts: p.attempts.clone(),
                provider: p.provider.clone(),
                model: p.model.clone(),
            };
        }
        if !std::mem::replace(&mut self.something, true) {
            news.push(Said::State {
                g,
                text: p.text.clone(),
                reasoning: p.reasoning.clone(),
                named: self.named.clone(),
            });
            (self.text, self.reasoning) = (p.text.len(), p.reasoning.len());
            return news;
        }
        if !is_named_so {
            let named = self.named.clone();
            news.push(Said::Set { g, named });
        }
        for (p, all, o) in [
            (Part::Reasoning, &p.reasoning, self.reasoning),
            (Part::Text, &p.text, self.text),
        ] {
            if let Some(x) = all.get(o..).filter(|x| !x.is_empty()) {
                let x = x.to_owned();
                news.push(Said::Add { g, p, o, x });
            }
        }
        (self.text, self.reasoning) = (p.text.len(), p.reasoning.len());
        news
    }
}
