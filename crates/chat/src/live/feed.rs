//! One scope on this node: who listens to it, how far it is, and the work that waits for it. Work is done one piece
//! after the other, by a task that exists only while there is some; so nothing overtakes anything, and a scope in
//! which nothing happens costs no task.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use db::events::{Head, Hint, Scope};
use db::{MessageId, UserId, WorkspaceId};
use kit::api::ApiError;
use kit::bus::Joined;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::{Connection, Frame};
use super::frames::{Name, ServerFrame, Since, SnapWanted};
use super::hub::Live;
use super::outgoing::Waiting;
use super::position::{Arrival, Position};
use super::showing::{self, Logged, Sent};
use super::writing::Writing;
use super::{authority, snapshots};

/// Events that a client which comes back is sent one by one; beyond, it is told to begin anew.
const REPLAYED: i64 = 500;
/// Events read from the log at once.
const BATCH: u64 = 200;
/// After which time a scope that could not be read is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// Somebody who wants a scope.
#[derive(Debug)]
pub struct Request {
    /// Who.
    pub connection: Arc<Connection>,
    /// Comes back in the answers.
    pub i: Option<u64>,
    /// Where they stand.
    pub since: Option<Since>,
    /// What they want when they stand nowhere.
    pub snap: Option<SnapWanted>,
}

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
                Work::Event(hint) => self.event(live, hint).await,
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
    pub fn send(&self, kind: impl Fn() -> super::connection::Kind, frame: &Frame, except: Option<UserId>) {
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

    async fn event(&self, live: &Live, hint: Hint) -> Result<(), ApiError> {
        let judged = self.state.lock().position.as_ref().map(|p| p.judge(hint.s));
        match judged {
            None | Some(Arrival::Old) => Ok(()),
            Some(Arrival::Gap) => self.look(live).await,
            Some(Arrival::Next) => match Logged::from_hint(hint) {
                Some(event) => self.pass(live, vec![event]).await,
                None => self.look(live).await,
            },
        }
    }

    /// Reads what is missing from the log.
    async fn look(&self, live: &Live) -> Result<(), ApiError> {
        let Some((workspace, before)) = self.standing() else {
            return Ok(());
        };
        let head = live.head(self.scope, workspace).await?;
        if head.epoch != before.epoch || head.seq < before.seq {
            self.begin_anew(head, "epoch");
            return Ok(());
        }
        let mut at = before.seq;
        while at < head.seq {
            let rows = db::events::events_since(live.db(), self.scope, at, BATCH).await?;
            if rows.first().is_none_or(|row| row.seq != at + 1) {
                self.begin_anew(head, "log");
                return Ok(());
            }
            at = rows.last().map_or(at, |row| row.seq);
            self.pass(live, rows.into_iter().map(Logged::from).collect())
                .await?;
        }
        self.authorise_anew(live).await
    }

    /// The workspace of those who listen, and the position; nothing while nobody listens.
    fn standing(&self) -> Option<(WorkspaceId, Head)> {
        let mut state = self.state.lock();
        let Some(first) = state.subscribers.first() else {
            state.position = None;
            return None;
        };
        let workspace = first.connection.workspace();
        Some((workspace, state.position.as_ref()?.head))
    }

    /// What everybody knows of this scope is void.
    fn begin_anew(&self, head: Head, why: &str) {
        let frame = Frame(
            ServerFrame::Reset {
                c: Name(self.scope),
                e: head.epoch,
                why,
            }
            .encode(),
        );
        let mut state = self.state.lock();
        state.position = Some(Position::at(head));
        for subscriber in &mut state.subscribers {
            subscriber.seq = head.seq;
            subscriber.connection.clean(self.scope);
            subscriber.connection.send(Waiting::Control, frame.clone());
        }
        tracing::warn!(scope = %self.scope, why, "a scope begins anew for all who listen");
    }

    /// Shows events to all who may see them, in order.
    async fn pass(&self, live: &Live, events: Vec<Logged>) -> Result<(), ApiError> {
        let sent = showing::events(live, self.scope, events).await?;
        self.authorise_anew(live).await?;
        let mut acts = Vec::new();
        {
            let state = &mut *self.state.lock();
            let Some(position) = &mut state.position else {
                return Ok(());
            };
            for sent in sent {
                if position.judge(sent.seq) != Arrival::Next {
                    continue;
                }
                for subscriber in &mut state.subscribers {
                    if sent.seq > subscriber.seq {
                        subscriber.seq = sent.seq;
                        sent.send_to(self.scope, &subscriber.connection);
                    }
                }
                position.advance(sent.acl, sent.len(), sent.clone());
                acts.push(sent);
            }
        }
        for sent in acts {
            self.act(live, &sent).await;
        }
        Ok(())
    }

    /// What an event means for this node.
    async fn act(&self, live: &Live, sent: &Sent) {
        match (self.scope, &*sent.kind) {
            (Scope::Thread(_), "message.created" | "message.resumed") => {
                if let (Some(message), Some(workspace)) = (sent.payload.message_id, sent.workspace) {
                    self.follow(live, workspace, message, true).await;
                }
            }
            (Scope::User(_), "session.ended") => {
                for connection in self.connections() {
                    let session = connection.caller().session;
                    if session.is_some() && session == sent.payload.session_id {
                        connection.close(super::frames::Bye::SignIn);
                    }
                }
            }
            (Scope::User(_) | Scope::Workspace(_), "thread.removed") => {
                if let Some(thread) = sent.payload.thread_id {
                    live.tell(Scope::Thread(thread), Work::Authorise);
                }
            }
            (Scope::Workspace(workspace), kind) if kind.starts_with("member.") => {
                if let Some(user) = sent.payload.user_id {
                    live.check_membership(workspace, user);
                }
            }
            _ => {}
        }
    }

    /// Looks whether permissions changed. What is shown is read when it is shown and can be newer than the event that it
    /// belongs to; so this is asked after it was read, and before it is sent.
    async fn authorise_anew(&self, live: &Live) -> Result<(), ApiError> {
        let Some((workspace, before)) = self.standing() else {
            return Ok(());
        };
        let head = live.head(self.scope, workspace).await?;
        if head.acl > before.acl {
            self.authorise(live).await?;
        }
        Ok(())
    }

    /// Asks the store who of those who listen may still be here; the others are shown out.
    async fn authorise(&self, live: &Live) -> Result<(), ApiError> {
        let Some((workspace, before)) = self.standing() else {
            return Ok(());
        };
        let head = live.head(self.scope, workspace).await?;
        let everybody = self.connections();
        let admitted = authority::admitted(live, self.scope, &everybody).await?;
        let mut state = self.state.lock();
        let runs: Vec<Uuid> = state.writing.values().map(|w| w.run).collect();
        let known: HashSet<u64> = everybody.iter().map(|c| c.number).collect();
        state.subscribers.retain(|subscriber| {
            let connection = &subscriber.connection;
            let stays = admitted.contains(&connection.number) || !known.contains(&connection.number);
            if !stays {
                connection.kick(self.scope, &runs, "You are no longer part of this conversation.");
            }
            stays
        });
        if state.subscribers.is_empty() {
            state.idle_since = Some(Instant::now());
        }
        if let Some(position) = &mut state.position {
            position.head.acl = position.head.acl.max(head.acl.max(before.acl));
        }
        Ok(())
    }

    /// Lets somebody in: position first, then data, then everything as it happens.
    async fn join(&self, live: &Live, request: Request) {
        let Request {
            connection,
            i,
            since,
            snap,
        } = request;
        let refuse = |code: &str, error: &str| {
            connection.release(self.scope);
            let c = self.scope.to_string();
            connection.tell(&ServerFrame::Err {
                i,
                c: Some(&c),
                code,
                error,
            });
        };
        if connection.closing().is_some() || !connection.holds(self.scope) {
            return;
        }
        if self.state.lock().joined.is_none() {
            let joined = live.db().bus().join(&self.scope.to_string()).await;
            self.state.lock().joined = Some(joined);
        }
        match self.enter(live, &connection, i, since, snap).await {
            Ok(true) => {}
            Ok(false) => refuse("NOT_FOUND", "There is no such conversation."),
            Err(error) => {
                tracing::warn!(scope = %self.scope, error = %error.message, "a scope could not be entered");
                refuse(
                    "UNAVAILABLE",
                    "This cannot be followed at the moment. Please try again.",
                );
            }
        }
    }

    async fn enter(
        &self,
        live: &Live,
        connection: &Arc<Connection>,
        i: Option<u64>,
        since: Option<Since>,
        snap: Option<SnapWanted>,
    ) -> Result<bool, ApiError> {
        let workspace = connection.workspace();
        let head = live.head(self.scope, workspace).await?;
        let admitted = authority::admitted(live, self.scope, std::slice::from_ref(connection)).await?;
        if !admitted.contains(&connection.number) {
            return Ok(false);
        }
        self.stand_at(live, head).await?;
        // Whatever is committed from here on comes after what is read now.
        let Some(standing) = self.head() else {
            return Ok(false);
        };
        let replay = match since {
            Some((epoch, seq)) if epoch == standing.epoch => self.replay(live, seq).await?,
            _ => None,
        };
        let fresh = match (&replay, since, snap) {
            (None, _, Some(wanted)) => {
                Some(snapshots::make(live, self.scope, connection, wanted.last).await?)
            }
            _ => None,
        };
        let was_read = fresh.is_some() || replay.as_ref().is_some_and(|events| !events.is_empty());
        if was_read && live.head(self.scope, workspace).await?.acl > head.acl {
            // Somebody's right changed while it was read.
            let admitted = authority::admitted(live, self.scope, std::slice::from_ref(connection)).await?;
            if !admitted.contains(&connection.number) {
                return Ok(false);
            }
        }
        {
            let mut state = self.state.lock();
            if connection.closing().is_some() {
                return Ok(true);
            }
            state
                .subscribers
                .retain(|s| s.connection.number != connection.number);
            connection.clean(self.scope);
            let c = Name(self.scope);
            if replay.is_none() && since.is_some() {
                connection.tell(&ServerFrame::Reset {
                    c,
                    e: standing.epoch,
                    why: "old",
                });
            }
            for sent in replay.iter().flatten() {
                sent.send_to(self.scope, connection);
            }
            if let Some(snapshot) = &fresh {
                snapshot.send(self.scope, connection, i, standing);
            }
            connection.tell(&ServerFrame::Live {
                i,
                c,
                e: standing.epoch,
                s: standing.seq,
            });
            state.idle_since = None;
            state.subscribers.push(Subscriber {
                connection: connection.clone(),
                seq: standing.seq,
            });
        }
        live.entered(self.scope, connection);
        self.show_running(live, workspace, connection).await;
        Ok(true)
    }

    /// Brings the position up to a head, for those who listen already.
    async fn stand_at(&self, live: &Live, head: Head) -> Result<(), ApiError> {
        let behind = {
            let mut state = self.state.lock();
            let nobody = state.subscribers.is_empty();
            match &state.position {
                Some(position) if position.head.epoch == head.epoch && position.head.seq >= head.seq => false,
                Some(_) if !nobody => true,
                _ => {
                    state.position = Some(Position::at(head));
                    false
                }
            }
        };
        if behind { self.look(live).await } else { Ok(()) }
    }

    /// The events after a number; nothing if they cannot all be had.
    async fn replay(&self, live: &Live, seq: i64) -> Result<Option<Vec<Sent>>, ApiError> {
        let head = {
            let state = self.state.lock();
            let Some(position) = &state.position else {
                return Ok(None);
            };
            if let Some(recent) = position.since(seq) {
                return Ok(Some(recent.cloned().collect()));
            }
            position.head
        };
        if seq > head.seq {
            // The client has seen what this store has not: the store went back in time.
            tracing::error!(scope = %self.scope, client = seq, store = head.seq, "a client is ahead of the store");
            live.rotate_epoch(self.scope).await?;
            self.look(live).await?;
            return Ok(None);
        }
        if head.seq - seq > REPLAYED || seq < 0 {
            return Ok(None);
        }
        let rows = db::events::events_since(live.db(), self.scope, seq, REPLAYED as u64).await?;
        let rows: Vec<Logged> = rows
            .into_iter()
            .filter(|row| row.seq <= head.seq)
            .map(Logged::from)
            .collect();
        let is_whole = rows.first().is_some_and(|row| row.seq == seq + 1)
            && rows.last().is_some_and(|row| row.seq == head.seq);
        if !is_whole {
            return Ok(None);
        }
        Ok(Some(showing::events(live, self.scope, rows).await?))
    }

    /// Fills the hole of a slow reader that has room again.
    async fn catch_up(&self, live: &Live, connection: &Arc<Connection>, from: i64) -> Result<(), ApiError> {
        if !connection.holds(self.scope) {
            return Ok(());
        }
        let replay = self.replay(live, from).await?;
        self.authorise_anew(live).await?;
        let state = self.state.lock();
        let Some(position) = state.position.as_ref().filter(|_| connection.holds(self.scope)) else {
            return Ok(());
        };
        connection.clean(self.scope);
        match replay {
            Some(events) => {
                for sent in events {
                    sent.send_to(self.scope, connection);
                }
            }
            None => {
                let (c, e) = (Name(self.scope), position.head.epoch);
                connection.tell(&ServerFrame::Reset { c, e, why: "slow" });
            }
        }
        Ok(())
    }

    /// Shows the running answers of a thread to somebody who came late.
    async fn show_running(&self, live: &Live, workspace: WorkspaceId, connection: &Arc<Connection>) {
        let Scope::Thread(thread) = self.scope else {
            return;
        };
        match authority::running(live, workspace, thread).await {
            Ok(messages) => {
                for message in messages {
                    self.follow(live, workspace, message, false).await;
                }
            }
            Err(error) => {
                tracing::warn!(scope = %self.scope, error = %error.message, "running answers were not found");
            }
        }
        let writing: Vec<_> = self.state.lock().writing.values().cloned().collect();
        for writing in writing {
            writing.show_whole(self.scope, connection);
        }
    }

    fn whole(&self, connection: &Connection, run: Uuid) {
        let writing = self.state.lock().writing.values().find(|w| w.run == run).cloned();
        if let Some(writing) = writing
            && connection.holds(self.scope)
        {
            writing.show_whole(self.scope, connection);
        }
    }

    /// Begins to pass a running answer on. One that has just begun is passed on from its beginning.
    async fn follow(&self, live: &Live, workspace: WorkspaceId, message: MessageId, is_new: bool) {
        let Some(generation) = live.running(workspace, message).await else {
            return;
        };
        let writing = Arc::new(Writing::new(generation));
        {
            let mut state = self.state.lock();
            if state.writing.get(&message).is_some_and(|w| w.run == writing.run) {
                return;
            }
            state.writing.insert(message, writing.clone());
        }
        let Some(feed) = live.existing(self.scope) else {
            return;
        };
        live.spawn("live answer", async move { writing.pass_on(&feed, is_new).await });
    }

    /// An answer has ended, or nobody watches it any more.
    pub fn unfollow(&self, writing: &Writing) {
        let mut state = self.state.lock();
        if state
            .writing
            .get(&writing.message)
            .is_some_and(|w| w.run == writing.run)
        {
            state.writing.remove(&writing.message);
        }
    }
}
