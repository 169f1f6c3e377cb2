//! All of it on this node: the feeds of scopes, the connections, who is there; and the tasks that hear the bus, look
//! for what the bus lost, and keep time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use db::events::{Head, Scope};
use db::{Db, MessageId, ThreadId, UserId, WorkspaceId};
use identity::{Caller, Identity};
use kit::api::ApiError;
use kit::bus::Heard;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::connection::{Connection, Ephemeral, Frame};
use super::feed::{Feed, Work};
use super::frames::{Bye, Name, Seen, ServerFrame};
use super::outgoing::Waiting;
use super::presence::Presence;
use super::said::{self, Message, Said};
use crate::Chat;
use crate::generation::Generation;

/// The topic on which nodes say that they live.
const NODES: &str = "nodes";
/// How long a feed that nobody listens to is kept.
const LINGER: Duration = Duration::from_secs(30);
/// Above so many listeners nobody is told who writes.
const TYPING_CROWD: usize = 200;
/// How long a person counts as writing after the last word of it, in milliseconds.
const TYPING_MS: u32 = 6_000;

/// Live updates on this node; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    chat: Chat,
    identity: Identity,
    feeds: Mutex<HashMap<Scope, Arc<Feed>>>,
    connections: Mutex<HashMap<u64, Arc<Connection>>>,
    presence: Mutex<Presence>,
    count: AtomicU64,
    began: Instant,
}

impl Live {
    /// Nobody is connected yet.
    pub fn new(chat: Chat, identity: Identity) -> Self {
        Self(Arc::new(Inner {
            chat,
            identity,
            feeds: Mutex::default(),
            connections: Mutex::default(),
            presence: Mutex::default(),
            count: AtomicU64::new(0),
            began: Instant::now(),
        }))
    }

    /// Begins to hear the bus, to look for what it lost, and to keep time.
    pub fn start(&self) {
        let live = self.clone();
        self.spawn("live bus", async move { live.hear().await });
        let live = self.clone();
        self.spawn("live sweep", async move { super::sweep::run(&live).await });
        let live = self.clone();
        self.spawn("live clock", async move { super::clock::run(&live).await });
    }

    /// Runs a task until the program ends.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.chat().0.lifecycle.spawn(name, task);
    }

    /// Conversations.
    pub fn chat(&self) -> &Chat {
        &self.0.chat
    }

    /// People.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The store.
    pub fn db(&self) -> &Db {
        self.chat().db()
    }

    /// Milliseconds of this node's life.
    pub fn now_ms(&self) -> i64 {
        i64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether a client has been silent for long.
    pub fn is_silent(&self, connection: &Connection) -> bool {
        connection.silence(self.now_ms()) >= super::clock::SILENT
    }

    /// Whether nobody could be told anything: one process, and no connection.
    pub fn is_nobody_here(&self) -> bool {
        self.db().backend() == "sqlite" && self.0.connections.lock().is_empty()
    }

    /// Ends when the program stops.
    pub async fn stopping(&self) {
        self.chat().0.lifecycle.stopping().await;
    }

    /// How far a scope is, and which permissions are in force.
    pub async fn head(&self, scope: Scope, workspace: WorkspaceId) -> Result<Head, ApiError> {
        let heads = db::events::heads(self.db(), &[(scope, Some(workspace))]).await?;
        heads.first().copied().ok_or_else(|| ApiError::not_found("scope"))
    }

    /// Gives a scope a new epoch: what clients know of it is void.
    pub async fn rotate_epoch(&self, scope: Scope) -> Result<(), ApiError> {
        let tx = self.db().write().await?;
        tx.rotate_epoch(scope).await?;
        Ok(tx.commit().await?)
    }

    /// The running answer of a message, wherever it is written.
    pub async fn running(&self, workspace: WorkspaceId, message: MessageId) -> Option<Arc<Generation>> {
        crate::mirror::follow(self.chat(), workspace, message).await
    }

    /// A new connection.
    pub fn enter(&self, caller: Caller) -> Arc<Connection> {
        let number = self.0.count.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::new(number, caller, self.now_ms()));
        self.0.connections.lock().insert(number, connection.clone());
        let mut presence = self.0.presence.lock();
        presence.here(caller.workspace, caller.user, number, Seen::Online);
        connection
    }

    /// A connection is gone.
    pub fn gone(&self, connection: &Connection, was_silent: bool) {
        self.0.connections.lock().remove(&connection.number);
        for scope in connection.held() {
            if let Some(feed) = self.existing(scope) {
                feed.leave(connection.number);
            }
        }
        let caller = connection.caller();
        let mut presence = self.0.presence.lock();
        presence.gone(
            caller.workspace,
            caller.user,
            connection.number,
            Instant::now(),
            was_silent,
        );
    }

    /// Whether somebody sits there.
    pub fn here(&self, connection: &Connection, seen: Seen) {
        let caller = connection.caller();
        let mut presence = self.0.presence.lock();
        presence.here(caller.workspace, caller.user, connection.number, seen);
    }

    /// The feed of a scope, made if need be.
    pub fn feed(&self, scope: Scope) -> Arc<Feed> {
        let mut feeds = self.0.feeds.lock();
        feeds
            .entry(scope)
            .or_insert_with(|| Arc::new(Feed::new(scope)))
            .clone()
    }

    /// The feed of a scope, if somebody listened to it lately.
    pub fn existing(&self, scope: Scope) -> Option<Arc<Feed>> {
        self.0.feeds.lock().get(&scope).cloned()
    }

    /// Gives work to a scope that somebody listens to.
    pub fn tell(&self, scope: Scope, work: Work) {
        if let Some(feed) = self.existing(scope) {
            feed.push(self, work);
        }
    }

    /// All feeds.
    pub fn feeds(&self) -> Vec<Arc<Feed>> {
        self.0.feeds.lock().values().cloned().collect()
    }

    /// All connections.
    pub fn connections(&self) -> Vec<Arc<Connection>> {
        self.0.connections.lock().values().cloned().collect()
    }

    /// Drops feeds that nobody has listened to for a while.
    pub fn forget_idle_feeds(&self) {
        let Some(since) = Instant::now().checked_sub(LINGER) else {
            return;
        };
        let mut feeds = self.0.feeds.lock();
        // Somebody who is just being given one holds it.
        feeds.retain(|_, feed| Arc::strong_count(feed) > 1 || !feed.is_idle(since));
    }

    /// Somebody listens to a scope from now on.
    pub fn entered(&self, scope: Scope, connection: &Connection) {
        let Scope::Workspace(workspace) = scope else {
            return;
        };
        if connection.caller().role == db::kinds::Role::Guest {
            return;
        }
        let everybody = self.0.presence.lock().everybody(workspace, Instant::now());
        connection.tell(&ServerFrame::Pres {
            c: Name(scope),
            d: &everybody,
        });
        let node = self.db().bus().node();
        self.publish(scope, &Said::WhoIsThere { node });
    }

    /// Says something ephemeral about a scope, to all nodes.
    pub fn publish(&self, scope: Scope, said: &Said) {
        self.db().bus().publish(&scope.to_string(), said.encode());
    }

    async fn hear(&self) {
        let _joined = self.db().bus().join(NODES).await;
        let mut bus = self.db().bus().listen();
        let mut link = self.db().bus().link();
        let mut times = link.borrow_and_update().times;
        loop {
            let heard = tokio::select! {
                heard = bus.recv() => heard,
                _ = link.changed() => {
                    // What was said of who is there while the link was away was missed, both ways.
                    let now = link.borrow_and_update().times;
                    if std::mem::replace(&mut times, now) != now {
                        self.0.presence.lock().was_deaf(Instant::now());
                    }
                    continue;
                }
                () = self.stopping() => return,
            };
            match heard {
                Ok(heard) => self.heard(heard),
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the bus was too fast; every scope is looked at");
                    self.0.presence.lock().was_deaf(Instant::now());
                    for feed in self.feeds() {
                        feed.push(self, Work::Look);
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn heard(&self, heard: Heard) {
        if &*heard.topic == NODES {
            if let (Some(Message::Said(said)), false) = (said::read(&heard.body), heard.is_own) {
                self.heard_of_nodes(&said);
            }
            return;
        }
        let Ok(scope) = heard.topic.parse::<Scope>() else {
            return; // somebody else's topic
        };
        match said::read(&heard.body) {
            Some(Message::Event(hint)) => {
                if heard.is_own {
                    super::poke::consider(self, scope, &hint);
                }
                self.tell(scope, Work::Event(hint));
            }
            Some(Message::Said(said)) => self.was_said(scope, said, heard.is_own),
            None => {}
        }
    }

    fn heard_of_nodes(&self, said: &Said) {
        let (mut presence, now) = (self.0.presence.lock(), Instant::now());
        match *said {
            Said::Alive { node } if presence.alive(node, now) => {
                drop(presence);
                self.ask_all_nodes();
            }
            Said::Anew { node } => presence.forget(node, now),
            Said::WhoIsThere { .. } => presence.say_again(),
            _ => {}
        }
    }

    /// Whoever was believed dead, or is new, has people that nobody here knows of.
    fn ask_all_nodes(&self) {
        let node = self.db().bus().node();
        self.db().bus().publish(NODES, Said::WhoIsThere { node }.encode());
    }

    fn was_said(&self, scope: Scope, said: Said, is_own: bool) {
        match (scope, said) {
            (Scope::Thread(thread), Said::Typing { user, on }) => self.show_typing(thread, user, on),
            (_, Said::Poke(poke)) => {
                let Some(feed) = self.existing(scope) else { return };
                for connection in feed.connections() {
                    poke.show(scope, &connection);
                }
            }
            (Scope::Workspace(workspace), Said::Present { node, people }) if !is_own => {
                let mut presence = self.0.presence.lock();
                if presence.elsewhere(workspace, node, people, Instant::now()) {
                    drop(presence);
                    self.ask_all_nodes();
                }
            }
            (Scope::Workspace(workspace), Said::WhoIsThere { .. }) if !is_own => {
                let people = self.0.presence.lock().on_this_node(workspace);
                if !people.is_empty() {
                    let node = self.db().bus().node();
                    self.publish(scope, &Said::Present { node, people });
                }
            }
            _ => {}
        }
    }

    fn show_typing(&self, thread: ThreadId, user: UserId, on: bool) {
        let scope = Scope::Thread(thread);
        let Some(feed) = self.existing(scope) else { return };
        if feed.listeners() > TYPING_CROWD {
            return;
        }
        let ms = if on { TYPING_MS } else { 0 };
        let frame = ServerFrame::Typ {
            c: Name(scope),
            u: user,
            ms,
        };
        let kind = || Waiting::Ephemeral(Ephemeral::Typing(thread, user));
        feed.send(kind, &Frame(frame.encode()), Some(user));
    }

    /// Says that this node lives, and who came and went on it; tells those who listen who came and went anywhere.
    pub fn tell_presence(&self, is_beat: bool) {
        let node = self.db().bus().node();
        if is_beat {
            self.db().bus().publish(NODES, Said::Alive { node }.encode());
        }
        let (shown, told, is_anew) = {
            let mut presence = self.0.presence.lock();
            let (shown, told) = presence.look(Instant::now());
            (shown, told, presence.takes_anew())
        };
        if is_anew {
            self.db().bus().publish(NODES, Said::Anew { node }.encode());
        }
        for (workspace, people) in told {
            self.publish(Scope::Workspace(workspace), &Said::Present { node, people });
        }
        for (workspace, people) in shown {
            let scope = Scope::Workspace(workspace);
            let Some(feed) = self.existing(scope) else {
                continue;
            };
            let frame = Frame(
                ServerFrame::Pres {
                    c: Name(scope),
                    d: &people,
                }
                .encode(),
            );
            for connection in feed.connections() {
                if connection.caller().role != db::kinds::Role::Guest {
                    connection.send(Waiting::Control, frame.clone());
                }
            }
        }
    }

    /// Somebody's place in a workspace changed: asks the store what they are now.
    pub fn check_membership(&self, workspace: WorkspaceId, user: UserId) {
        let concerned: Vec<_> = self
            .connections()
            .into_iter()
            .filter(|c| c.user() == user && c.workspace() == workspace)
            .collect();
        if concerned.is_empty() {
            return;
        }
        let live = self.clone();
        self.spawn("live membership", async move {
            match identity::workspaces::role_of(live.db(), workspace, user).await {
                Ok(Some(role)) => {
                    for connection in concerned {
                        connection.set_caller(Caller {
                            role,
                            ..connection.caller()
                        });
                        for scope in connection.held() {
                            live.tell(scope, Work::Authorise);
                        }
                    }
                }
                Ok(None) => concerned.iter().for_each(|c| c.close(Bye::Membership)),
                // Whoever may have been shown out must not stay because the store is away.
                Err(_) => concerned.iter().for_each(|c| c.close(Bye::Internal)),
            }
        });
    }
}
