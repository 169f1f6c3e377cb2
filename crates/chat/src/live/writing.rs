//! Passing a running answer on to those who watch its thread: the first words at once, then what has gathered every
//! forty milliseconds, encoded once for all.

use std::sync::Arc;
use std::time::Duration;

use db::MessageId;
use db::events::Scope;
use db::kinds::MessageStatus;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::{Connection, Frame};
use super::feed::Feed;
use super::frames::{GenOp, Name, ServerFrame};
use super::outgoing::Waiting;
use crate::generation::{Generation, Progress};

/// How long words gather.
const GATHER: Duration = Duration::from_millis(40);

/// How much of one text was passed on.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    bytes: usize,
    /// UTF-16 units.
    units: usize,
}

impl Passed {
    fn all_of(text: &str) -> Self {
        Self {
            bytes: text.len(),
            units: units(text),
        }
    }

    /// Goes on by a text; answers the offset before it.
    fn add(&mut self, text: &str) -> usize {
        let before = self.units;
        self.bytes += text.len();
        self.units += units(text);
        before
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[derive(Debug, Default)]
struct State {
    text: Passed,
    reasoning: Passed,
    /// How many attempts and whether the writer were told.
    attempts: usize,
    is_named: bool,
    /// Nothing more is passed on: everybody is told the whole message.
    is_closed: bool,
    /// Counts the frames.
    n: u64,
}

/// What was written since the last look.
struct New {
    text: String,
    reasoning: String,
    /// Provider, model and attempts, if they changed.
    named: Option<(Option<String>, Option<String>, Vec<ai::Attempt>)>,
    ended: Option<MessageStatus>,
}

impl New {
    fn since(state: &mut State, progress: &Progress) -> Self {
        let is_named = progress.model.is_some();
        let changed = progress.attempts.len() != state.attempts || is_named != state.is_named;
        (state.attempts, state.is_named) = (progress.attempts.len(), is_named);
        Self {
            text: progress.text.get(state.text.bytes..).unwrap_or("").to_owned(),
            reasoning: progress
                .reasoning
                .get(state.reasoning.bytes..)
                .unwrap_or("")
                .to_owned(),
            named: changed.then(|| {
                let (provider, model) = (progress.provider.clone(), progress.model.clone());
                (provider, model, progress.attempts.clone())
            }),
            ended: progress.ended,
        }
    }
}

/// One running answer that is passed on.
#[derive(Debug)]
pub struct Writing {
    /// The message it becomes.
    pub message: MessageId,
    /// The run; never used twice.
    pub run: Uuid,
    generation: Arc<Generation>,
    state: Mutex<State>,
}

impl Writing {
    /// Begins where the answer is now: whoever is there already gets its whole text apart.
    pub fn new(generation: Arc<Generation>) -> Self {
        let state = generation.look(|p| State {
            text: Passed::all_of(&p.text),
            reasoning: Passed::all_of(&p.reasoning),
            ..State::default()
        });
        Self {
            message: generation.id,
            run: generation.run,
            generation,
            state: Mutex::new(state),
        }
    }

    /// Passes on until the answer ends or nobody watches.
    pub async fn pass_on(&self, feed: &Arc<Feed>, is_new: bool) {
        let mut watch = self.generation.watch();
        if is_new {
            self.open(feed);
        }
        loop {
            watch.borrow_and_update();
            let ended = self.pass(feed);
            if ended || feed.listeners() == 0 {
                feed.unfollow(self);
                return;
            }
            let until = Instant::now() + GATHER;
            if watch.changed().await.is_err() {
                feed.unfollow(self);
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// From its beginning.
    fn open(&self, feed: &Feed) {
        let began = self
            .generation
            .look(|p| Passed::all_of(p.text.get(..self.generation.began_at).unwrap_or("")));
        let mut state = self.state.lock();
        state.text = began;
        state.reasoning = Passed::default();
        self.send(feed, &mut state, GenOp::Open { o: began.units });
    }

    /// Passes on what has gathered, and then no more: the event that the answer has ended comes next, and nothing of it
    /// may come after that.
    pub fn close(&self, feed: &Feed, status: Option<MessageStatus>) {
        if self.pass(feed) {
            return;
        }
        let state = &mut *self.state.lock();
        if let (false, Some(status)) = (state.is_closed, status) {
            let o = state.text.units;
            self.send(feed, state, GenOp::End { status, o });
        }
        state.is_closed = true;
    }

    /// Sends what is new; answers whether that was the end.
    fn pass(&self, feed: &Feed) -> bool {
        let state = &mut *self.state.lock();
        if state.is_closed {
            return true;
        }
        // Taken out first: the writer of the answer must not wait for those who watch.
        let new = self.generation.look(|progress| New::since(state, progress));
        if let Some((provider, model, attempts)) = &new.named {
            let op = GenOp::Set {
                provider: provider.as_deref(),
                model: model.as_deref(),
                attempts,
            };
            self.send(feed, state, op);
        }
        if !new.reasoning.is_empty() {
            let o = state.reasoning.add(&new.reasoning);
            let op = GenOp::Txt {
                o,
                x: &new.reasoning,
                p: Some("r"),
            };
            self.send(feed, state, op);
        }
        if !new.text.is_empty() {
            let o = state.text.add(&new.text);
            self.send(
                feed,
                state,
                GenOp::Txt {
                    o,
                    x: &new.text,
                    p: None,
                },
            );
        }
        let Some(status) = new.ended else {
            return false;
        };
        let o = state.text.units;
        self.send(feed, state, GenOp::End { status, o });
        state.is_closed = true;
        true
    }

    fn send(&self, feed: &Feed, state: &mut State, op: GenOp<'_>) {
        state.n += 1;
        let frame = ServerFrame::Gen {
            c: Name(feed.scope),
            g: self.run,
            m: self.message,
            n: state.n,
            op,
        };
        let run = self.run;
        feed.send(|| Waiting::Text(run), &Frame(frame.encode()), None);
    }

    /// Shows all of it to one who came late. What follows may overlap; offsets tell.
    pub fn show_whole(&self, scope: Scope, connection: &Connection) {
        let n = self.state.lock().n;
        let frame = self.generation.look(|progress| {
            let frame = ServerFrame::Gsnap {
                c: Name(scope),
                g: self.run,
                m: self.message,
                n,
                text: &progress.text,
                reasoning: &progress.reasoning,
                provider: progress.provider.as_deref(),
                model: progress.model.as_deref(),
                attempts: &progress.attempts,
            };
            Frame(frame.encode())
        });
        connection.send(Waiting::Whole(self.run), frame);
    }
}
