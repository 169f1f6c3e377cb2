//! One scope on this node: who listens to it, how far it is, and the work that waits for it. Work is done one piece
//! after the other, by a task that exists only while there is some; so nothing overtakes anything, and a scope in
//! which nothing happens costs no task.

mod answers;
mod joining;
mod passing;
mod replaying;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use db::events::{Head, Hint, Scope};
use db::{MessageId, UserId};
use kit::bus::Joined;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

pub use joining::Request;

use super::connection::{Connection, Frame, Kind};
use super::hub::Live;
use super::position::Position;
use super::showing::Sent;
use super::writing::Writing;

/// After which time a scope that could not be read is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// What waits for a scope.
#[derive(Debug)]
pub enum Work {
    /// The bus tells of an event.
    Event(Hint),
    /// The head may have moved: ask the store.
    Look,
    /// Somebody wants it.
    Join(Request),
    /// A slow reader has room again; the last number that it got.
    CatchUp(Arc<Connection>, i64),
    /// Somebody wants the whole text of a running answer.
    Whole(Arc<Connection>, Uuid),
    /// Somebody may have lost the right to be here.
    Authorise,
}

#[derive(Debug)]
struct Subscriber {
    connection: Arc<Connection>,
    /// The last number that was queued for it.
    seq: i64,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing while nobody listens.
    position: Option<Position<Sent>>,
    subscribers: Vec<Subscriber>,
    work: VecDeque<Work>,
    is_busy: bool,
    writing: HashMap<MessageId, Arc<Writing>>,
    joined: Option<Joined>,
    /// Since when nobody listens.
    idle_since: Option<Instant>,
    /// Its listeners are left alone until then.
    rests_until: Option<Instant>,
}

/// One scope on this node.
#[derive(Debug)]
pub struct Feed {
    /// Which.
    pub scope: Scope,
    state: Mutex<State>,
}

impl Feed {
    /// Nobody listens yet.
    pub fn new(scope: Scope) -> Self {
        let state = State {
            idle_since: Some(Instant::now()),
            ..State::default()
        };
        Self {
            scope,
            state: Mutex::new(state),
        }
    }

    /// Adds work, and somebody to do it.
    pub fn push(self: &Arc<Self>, live: &Live, work: Work) {
        {
            let mut state = self.state.lock();
            if state.subscribers.is_empty() && !state.is_busy && !matches!(work, Work::Join(_)) {
                // Nobody would see it; whoever comes next reads the store.
                state.position = None;
                return;
            }
            state.work.push_back(work);
            if std::mem::replace(&mut state.is_busy, true) {
                return;
            }
        }
        let (feed, live) = (self.clone(), live.clone());
        live.clone().spawn("feed", async move { feed.run(&live).await });
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.state.lock();
        let work = state.work.pop_front();
        if work.is_none() {
            state.is_busy = false;
            state.work.shrink_to(4);
        }
        work
    }

    async fn run(self: Arc<Self>, live: &Live) {
        while let Some(work) = self.next() {
            let done = match work {
                Work::Event(hint) => {
                    let hints = self.gather(hint).await;
                    self.events(live, hints).await
                }
                Work::Look => self.look(live).await,
                Work::Join(request) => {
                    self.join(live, request).await;
                    Ok(())
                }
                Work::CatchUp(connection, from) => self.catch_up(live, &connection, from).await,
                Work::Whole(connection, run) => {
                    self.whole(&connection, run);
                    Ok(())
                }
                Work::Authorise => self.authorise(live).await,
            };
            if let Err(error) = done {
                tracing::warn!(scope = %self.scope, error = %error.message, "a scope could not be followed; it is tried again");
                tokio::time::sleep(AGAIN).await;
                // Whoever may no longer be here must not be served before that is known.
                let mut state = self.state.lock();
                if !state.subscribers.is_empty() {
                    state.work.push_front(Work::Look);
                    state.work.push_front(Work::Authorise);
                }
            }
        }
    }

    /// How far it is; nothing while nobody listens.
    pub fn head(&self) -> Option<Head> {
        self.state.lock().position.as_ref().map(|p| p.head)
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.state.lock().subscribers.len()
    }

    /// Those who listen.
    pub fn connections(&self) -> Vec<Arc<Connection>> {
        let state = self.state.lock();
        state.subscribers.iter().map(|s| s.connection.clone()).collect()
    }

    /// Whether nobody has listened for a while and nothing waits.
    pub fn is_idle(&self, since: Instant) -> bool {
        let state = self.state.lock();
        state.idle_since.is_some_and(|at| at < since) && !state.is_busy && state.work.is_empty()
    }

    /// Sends something that everybody may see, except to one person.
    pub fn send(&self, kind: impl Fn() -> Kind, frame: &Frame, except: Option<UserId>) {
        for subscriber in &self.state.lock().subscribers {
            if except.is_none_or(|user| subscriber.connection.user() != user) {
                subscriber.connection.send(kind(), frame.clone());
            }
        }
    }

    /// Somebody listens no more.
    pub fn leave(&self, number: u64) {
        let mut state = self.state.lock();
        state.subscribers.retain(|s| s.connection.number != number);
        if state.subscribers.is_empty() {
            state.subscribers.shrink_to(0);
            state.idle_since = Some(Instant::now());
        }
    }
}
