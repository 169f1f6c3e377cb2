//! One connection, as the rest of the node sees it: who is there, what it holds, and what waits to be sent.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use db::events::Scope;
use db::{ThreadId, UserId, WorkspaceId};
use identity::Caller;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

use super::frames::{Bye, MOST_SCOPES, Name, ServerFrame};
use super::outgoing::{Outgoing, Owed, Waiting};

/// What may give way to a newer one of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ephemeral {
    /// Somebody writes in a thread.
    Typing(ThreadId, UserId),
    /// Something new in a thread.
    Poke(ThreadId),
}

/// The text of a frame, shared by all that it is sent to.
#[derive(Clone, Debug)]
pub struct Frame(pub Utf8Bytes);

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// How a frame waits.
pub type Kind = Waiting<Scope, Uuid, Ephemeral>;

/// One connection.
#[derive(Debug)]
pub struct Connection {
    /// Its name on the wire.
    pub id: Uuid,
    /// Its number on this node.
    pub number: u64,
    /// Who, in which workspace; the role may change.
    caller: Mutex<Caller>,
    outgoing: Mutex<Outgoing<Scope, Uuid, Ephemeral, Frame>>,
    scopes: Mutex<Vec<Scope>>,
    closing: Mutex<Option<Bye>>,
    /// Is told that something waits.
    pub wake: Notify,
    /// When the client was last heard, in milliseconds of the node's life.
    pub heard_at: AtomicI64,
    /// Whether it is to be asked for a sign of life.
    pub wants_ping: AtomicBool,
    /// Bytes that were sent.
    pub sent: AtomicU64,
    /// Bytes that the client says it has, once it says so at all.
    pub received: AtomicU64,
}

/// Bytes on the way to a client that counts them, at most; what is above hides in the buffers of the network.
const MOST_UNSEEN: u64 = 2 * 1024 * 1024;

impl Connection {
    /// A connection of a caller.
    pub fn new(number: u64, caller: Caller, now_ms: i64) -> Self {
        Self {
            id: kit::ids::new_id(),
            number,
            caller: Mutex::new(caller),
            outgoing: Mutex::default(),
            scopes: Mutex::default(),
            closing: Mutex::default(),
            wake: Notify::new(),
            heard_at: AtomicI64::new(now_ms),
            wants_ping: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }
    }

    /// Who.
    pub fn caller(&self) -> Caller {
        *self.caller.lock()
    }

    /// The person.
    pub fn user(&self) -> UserId {
        self.caller.lock().user
    }

    /// The tenant.
    pub fn workspace(&self) -> WorkspaceId {
        self.caller.lock().workspace
    }

    /// Notes what the person is now.
    pub fn set_caller(&self, caller: Caller) {
        *self.caller.lock() = caller;
    }

    /// Sends a frame, as soon as the client takes it.
    pub fn send(&self, kind: Kind, frame: Frame) {
        let pushed = self.outgoing.lock().push(kind, frame);
        match pushed {
            Ok(true) => self.wake.notify_one(),
            Ok(false) => {}
            Err(_) => self.close(Bye::Slow),
        }
    }

    /// Sends a frame that must go out.
    pub fn tell(&self, frame: &ServerFrame<'_>) {
        self.send(Waiting::Control, Frame(frame.encode()));
    }

    /// There is more of this scope than was queued.
    pub fn owe(&self, scope: Scope, from: i64) {
        self.outgoing.lock().owe(scope, from);
        self.wake.notify_one();
    }

    /// Whether events of a scope are still to be queued.
    pub fn owes(&self, scope: Scope) -> bool {
        self.outgoing.lock().owes(&scope)
    }

    /// Events of this scope come again.
    pub fn clean(&self, scope: Scope) {
        self.outgoing.lock().clean(&scope);
    }

    /// Takes the next frames out.
    pub fn take(&self, most: usize, into: &mut Vec<Frame>) {
        let mut outgoing = self.outgoing.lock();
        into.extend(std::iter::from_fn(|| outgoing.pop()).take(most));
    }

    /// What is to be made good.
    pub fn owed(&self) -> Option<Owed<Scope, Uuid>> {
        self.outgoing.lock().owed()
    }

    /// Ends it; the first reason counts.
    pub fn close(&self, why: Bye) {
        self.closing.lock().get_or_insert(why);
        self.wake.notify_one();
    }

    /// How long the client has been silent.
    pub fn silence(&self, now_ms: i64) -> Duration {
        let silent = now_ms - self.heard_at.load(Ordering::Relaxed);
        Duration::from_millis(u64::try_from(silent).unwrap_or(0))
    }

    /// Asks the client for a sign of life.
    pub fn ping(&self) {
        self.wants_ping.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// Why it ends, if it does.
    pub fn closing(&self) -> Option<Bye> {
        *self.closing.lock()
    }

    /// Whether too much is on its way to a client that counts.
    pub fn is_choked(&self) -> bool {
        let received = self.received.load(Ordering::Relaxed);
        received > 0 && self.sent.load(Ordering::Relaxed).saturating_sub(received) > MOST_UNSEEN
    }

    /// Notes a scope; false when it holds too many.
    pub fn hold(&self, scope: Scope) -> bool {
        let mut scopes = self.scopes.lock();
        if scopes.contains(&scope) {
            return true;
        }
        if scopes.len() >= MOST_SCOPES {
            return false;
        }
        if scopes.capacity() == 0 {
            scopes.reserve_exact(3);
        }
        scopes.push(scope);
        true
    }

    /// Whether it holds a scope.
    pub fn holds(&self, scope: Scope) -> bool {
        self.scopes.lock().contains(&scope)
    }

    /// Gives a scope up.
    pub fn release(&self, scope: Scope) {
        self.scopes.lock().retain(|held| *held != scope);
    }

    /// All scopes that it holds.
    pub fn held(&self) -> Vec<Scope> {
        self.scopes.lock().clone()
    }

    /// Closes a scope to it: what waits of it is not sent.
    pub fn kick(&self, scope: Scope, runs: &[Uuid], why: &str) {
        self.release(scope);
        self.outgoing.lock().forget(scope, |kind| match (kind, scope) {
            (Waiting::Event(of, _), _) => *of == scope,
            (Waiting::Text(run) | Waiting::Whole(run), _) => runs.contains(run),
            (
                Waiting::Ephemeral(Ephemeral::Typing(thread, _) | Ephemeral::Poke(thread)),
                Scope::Thread(id),
            ) => *thread == id,
            _ => false,
        });
        self.tell(&ServerFrame::Kick { c: Name(scope), why });
    }
}
