//! Letting people in: position first, then who may come in, then data, then everything as it happens.

use std::collections::HashSet;
use std::sync::Arc;

use db::WorkspaceId;
use db::events::{Head, Scope};
use identity::Caller;
use kit::api::ApiError;

use super::{Feed, Subscriber, Work};
use crate::live::connection::Connection;
use crate::live::frames::{Name, ServerFrame, Since, SnapWanted};
use crate::live::hub::Live;
use crate::live::position::Position;
use crate::live::{authority, snapshots};

/// People let in together.
const JOINING: usize = 256;

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

impl Request {
    fn refuse(&self, scope: Scope, code: &str, error: &str) {
        self.connection.release(scope);
        self.connection.tell(&ServerFrame::Err {
            i: self.i,
            c: Some(&scope.to_string()),
            code,
            error,
        });
    }
}

impl Feed {
    /// Lets people in. Those who wait together are asked about together: a storm of them costs one look at the store.
    pub(super) async fn join(&self, live: &Live, first: Request) {
        let workspace = first.connection.workspace();
        let mut requests = self.those_behind(first);
        requests.retain(|r| r.connection.closing().is_none() && r.connection.holds(self.scope));
        if requests.is_empty() {
            return;
        }
        if self.state.lock().joined.is_none() {
            let joined = live.db().bus().join(&self.scope.to_string()).await;
            self.state.lock().joined = Some(joined);
        }
        let mut entered = Vec::with_capacity(requests.len());
        match self.admit(live, workspace, &requests).await {
            Ok(admitted) => {
                for request in requests {
                    let is_admitted = admitted.contains(&request.connection.number);
                    let done = if is_admitted {
                        self.enter(live, &request).await
                    } else {
                        Ok(false)
                    };
                    match done {
                        Ok(true) => entered.push(request.connection),
                        Ok(false) => {
                            request.refuse(self.scope, "NOT_FOUND", "There is no such conversation.");
                        }
                        Err(error) => self.unavailable(&request, &error),
                    }
                }
            }
            Err(error) => requests
                .iter()
                .for_each(|request| self.unavailable(request, &error)),
        }
        self.show_running(live, workspace, &entered).await;
    }

    /// A request, with those of the same workspace that wait right behind it.
    pub(super) fn those_behind(&self, first: Request) -> Vec<Request> {
        let workspace = first.connection.workspace();
        let mut state = self.state.lock();
        let alike = |work: &&Work| matches!(work, Work::Join(r) if r.connection.workspace() == workspace);
        let behind = state.work.iter().take_while(alike).count().min(JOINING);
        let behind = state.work.drain(..behind).filter_map(|work| match work {
            Work::Join(request) => Some(request),
            _ => None,
        });
        std::iter::once(first).chain(behind).collect()
    }

    pub(super) fn unavailable(&self, request: &Request, error: &ApiError) {
        tracing::warn!(scope = %self.scope, error = %error.message, "a scope could not be entered");
        let words = "This cannot be followed at the moment. Please try again.";
        request.refuse(self.scope, "UNAVAILABLE", words);
    }

    /// Position first, then who may come in: whatever is taken away after that has a number after it.
    pub(super) async fn admit(
        &self,
        live: &Live,
        workspace: WorkspaceId,
        requests: &[Request],
    ) -> Result<HashSet<u64>, ApiError> {
        let (mut admitted, strangers) = self.known_among(requests);
        if !strangers.is_empty() {
            let head = live.head(self.scope, workspace).await?;
            let welcome = authority::admitted(live, self.scope, &strangers).await?;
            if !welcome.is_empty() {
                self.stand_at(live, head).await?;
            }
            admitted.extend(welcome);
        }
        Ok(admitted)
    }

    /// Those who need not be asked about, and the others. Whoever listens already on another device has everything up
    /// to the position, and is shown out in the same line of work; so another device may follow from the position or
    /// from before it. What is read afresh, or is said to be ahead, is asked of the store.
    pub(super) fn known_among(&self, requests: &[Request]) -> (HashSet<u64>, Vec<Arc<Connection>>) {
        let (mut known, mut strangers) = (HashSet::new(), Vec::new());
        let state = self.state.lock();
        let head = state.position.as_ref().map(|p| p.head);
        for request in requests {
            let (connection, caller) = (&request.connection, request.connection.caller());
            let follows = head.is_some_and(|head| {
                let since = request.since;
                request.snap.is_none() && since.is_none_or(|(e, s)| e == head.epoch && s <= head.seq)
            });
            let other_device = state.subscribers.iter().map(|s| s.connection.as_ref());
            let mut other_device = other_device
                .filter(|there| there.closing().is_none())
                .map(Connection::caller)
                .filter(|there| there.user == caller.user && there.workspace == caller.workspace);
            match other_device.next() {
                Some(there) if follows => {
                    if let Scope::Workspace(_) = self.scope {
                        // What they are in the workspace was learnt by that one.
                        connection.set_caller(Caller {
                            role: there.role,
                            ..caller
                        });
                    }
                    known.insert(connection.number);
                }
                _ => strangers.push(connection.clone()),
            }
        }
        (known, strangers)
    }

    /// Then data, then everything as it happens.
    pub(super) async fn enter(&self, live: &Live, request: &Request) -> Result<bool, ApiError> {
        let Request {
            connection,
            i,
            since,
            snap,
        } = request;
        // Whatever is committed from here on comes after what is read now.
        let Some(standing) = self.head() else {
            return Ok(false);
        };
        let replay = match since {
            Some((epoch, seq)) if *epoch == standing.epoch => self.replay(live, *seq).await?,
            _ => None,
        };
        let fresh = match (&replay, snap) {
            (None, Some(wanted)) => Some(snapshots::make(live, self.scope, connection, wanted.last).await?),
            _ => None,
        };
        let was_read = fresh.is_some() || replay.as_ref().is_some_and(|events| !events.is_empty());
        if was_read && !self.is_still_admitted(live, connection, standing).await? {
            return Ok(false);
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
                snapshot.send(self.scope, connection, *i, standing);
            }
            connection.tell(&ServerFrame::Live {
                i: *i,
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
        Ok(true)
    }

    /// What was read just now can be newer than the right to read it.
    async fn is_still_admitted(
        &self,
        live: &Live,
        connection: &Arc<Connection>,
        standing: Head,
    ) -> Result<bool, ApiError> {
        let head = live.head(self.scope, connection.workspace()).await?;
        if head.acl <= standing.acl {
            return Ok(true);
        }
        let admitted = authority::admitted(live, self.scope, std::slice::from_ref(connection)).await?;
        Ok(admitted.contains(&connection.number))
    }

    /// Brings the position up to a head, for those who listen already.
    pub(super) async fn stand_at(&self, live: &Live, head: Head) -> Result<(), ApiError> {
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
}
