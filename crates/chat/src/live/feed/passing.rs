//! Passing events on: in order, to those who may see them, several at once where a crowd listens.

use std::collections::HashSet;
use std::time::Duration;

use db::WorkspaceId;
use db::events::{Head, Hint, Scope};
use kit::api::ApiError;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Feed, Work};
use crate::live::authority;
use crate::live::connection::Frame;
use crate::live::frames::{Bye, Name, ServerFrame};
use crate::live::hub::Live;
use crate::live::outgoing::Waiting;
use crate::live::position::{Arrival, Position};
use crate::live::showing::{self, Logged, Sent, Together};

/// Events read from the log at once.
const BATCH: u64 = 200;
/// Events passed on together.
const TOGETHER: usize = 64;
/// A scope rests so long for each of its listeners after it told them something, at most [`REST`]; what happens
/// meanwhile is told together. To tell one costs a few microseconds however much it is, so a crowd takes a fraction of
/// a core and no more, and a few people are told at once.
const REST_FOR_EACH: Duration = Duration::from_micros(25);
/// The longest rest.
const REST: Duration = Duration::from_millis(40);

impl Feed {
    /// An event, with those that wait right behind it.
    pub(super) async fn gather(&self, first: Hint) -> Vec<Hint> {
        let rests_until = self.state.lock().rests_until;
        if let Some(until) = rests_until {
            tokio::time::sleep_until(until).await;
        }
        let state = &mut *self.state.lock();
        let events = state
            .work
            .iter()
            .take_while(|work| matches!(work, Work::Event(_)));
        let behind = events.count().min(TOGETHER - 1);
        let behind = state.work.drain(..behind).filter_map(|work| match work {
            Work::Event(hint) => Some(hint),
            _ => None,
        });
        let hints = std::iter::once(first).chain(behind).collect();
        let listeners = u32::try_from(state.subscribers.len()).unwrap_or(u32::MAX);
        let rest = REST_FOR_EACH.saturating_mul(listeners).min(REST);
        // The clock of the runtime counts milliseconds.
        state.rests_until = (rest.as_millis() > 0).then(|| Instant::now() + rest);
        hints
    }

    pub(super) async fn events(&self, live: &Live, hints: Vec<Hint>) -> Result<(), ApiError> {
        let Some(head) = self.head() else {
            return Ok(());
        };
        let mut next = head.seq + 1;
        let mut events = Vec::with_capacity(hints.len());
        for hint in hints {
            if hint.s < next {
                continue;
            }
            let event = (hint.s == next).then(|| Logged::from_hint(hint)).flatten();
            let Some(event) = event else {
                // Numbers or words are missing: the log has them, and all that comes after.
                self.pass(live, events).await?;
                return self.look(live).await;
            };
            next += 1;
            events.push(event);
        }
        self.pass(live, events).await
    }

    /// Reads what is missing from the log.
    pub(super) async fn look(&self, live: &Live) -> Result<(), ApiError> {
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
    pub(super) fn standing(&self) -> Option<(WorkspaceId, Head)> {
        let mut state = self.state.lock();
        let Some(first) = state.subscribers.first() else {
            state.position = None;
            return None;
        };
        let workspace = first.connection.workspace();
        Some((workspace, state.position.as_ref()?.head))
    }

    /// What everybody knows of this scope is void.
    pub(super) fn begin_anew(&self, head: Head, why: &str) {
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
    pub(super) async fn pass(&self, live: &Live, events: Vec<Logged>) -> Result<(), ApiError> {
        let mut sent = showing::events(live, self.scope, events).await?;
        self.authorise_anew(live).await?;
        for ended in sent.iter().filter(|sent| &*sent.kind == "message.ended") {
            if let Some(message) = ended.payload.message_id {
                self.close(message, ended.payload.status);
            }
        }
        {
            let state = &mut *self.state.lock();
            let Some(position) = &mut state.position else {
                return Ok(());
            };
            sent.retain(|sent| {
                let is_next = position.judge(sent.seq) == Arrival::Next;
                if is_next {
                    position.advance(sent.acl, sent.len(), sent.clone());
                }
                is_next
            });
            let together = Together::of(&sent);
            for subscriber in &mut state.subscribers {
                let from = subscriber.seq;
                subscriber.seq = position.head.seq.max(from);
                match &together {
                    Some(together) if together.first > from => {
                        together.send_to(self.scope, &subscriber.connection);
                    }
                    _ => {
                        for sent in sent.iter().filter(|sent| sent.seq > from) {
                            sent.send_to(self.scope, &subscriber.connection);
                        }
                    }
                }
            }
        }
        for sent in &sent {
            self.act(live, sent).await;
        }
        Ok(())
    }

    /// What an event means for this node.
    pub(super) async fn act(&self, live: &Live, sent: &Sent) {
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
                        connection.close(Bye::SignIn);
                    }
                }
            }
            (Scope::User(_), "token.revoked") => {
                for connection in self.connections() {
                    let token = connection.caller().token;
                    if token.is_some() && token == sent.payload.token_id {
                        connection.close(Bye::SignIn);
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
    pub(super) async fn authorise_anew(&self, live: &Live) -> Result<(), ApiError> {
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
    pub(super) async fn authorise(&self, live: &Live) -> Result<(), ApiError> {
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
}
