//! Looking for what the bus lost. The last event of a scope has no successor that would reveal it, so the heads of
//! all scopes that somebody listens to are asked of the store: each within two seconds, all at once when the bus
//! comes back, five times a second while it is away.

use std::time::Duration;

use db::events::{self, Head, Scope};
use db::{ThreadId, UserId, WorkspaceId};

use super::feed::Work;
use super::hub::Live;

/// Between two slices.
const SLICE: Duration = Duration::from_millis(250);
/// Slices until every scope was looked at.
const SLICES: usize = 8;
/// Between two looks while other nodes are not heard.
const BLIND: Duration = Duration::from_millis(200);
/// Scopes in one question to the store.
const ASKED: usize = 500;

/// Looks until the program stops. The embedded store has one process, whose bus loses nothing that it does not know.
pub async fn run(live: &Live) {
    if live.db().backend() == "sqlite" {
        return;
    }
    let mut link = live.db().bus().link();
    let mut times = link.borrow().times;
    let mut slice = 0;
    loop {
        let state = *link.borrow_and_update();
        let pause = if state.is_up { SLICE } else { BLIND };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = link.changed() => {}
            () = live.stopping() => return,
        }
        let came_back = state.times != times;
        times = state.times;
        let all = came_back || !state.is_up;
        slice = (slice + 1) % SLICES;
        let mut wanted: Vec<(Scope, Option<WorkspaceId>, Head)> = Vec::new();
        for feed in live.feeds() {
            let turn = all || slice_of(feed.scope) == slice;
            if let (true, Some(head), Some(first)) = (turn, feed.head(), feed.connections().first()) {
                wanted.push((feed.scope, Some(first.workspace()), head));
            }
        }
        for scopes in wanted.chunks(ASKED) {
            look(live, scopes).await;
        }
    }
}

/// The slice of a scope, the same however many others come and go.
fn slice_of(scope: Scope) -> usize {
    let (Scope::Thread(ThreadId(id)) | Scope::Workspace(WorkspaceId(id)) | Scope::User(UserId(id))) = scope;
    usize::from(id.as_bytes()[15]) % SLICES
}

async fn look(live: &Live, scopes: &[(Scope, Option<WorkspaceId>, Head)]) {
    let names: Vec<_> = scopes
        .iter()
        .map(|(scope, workspace, ..)| (*scope, *workspace))
        .collect();
    match events::heads(live.db(), &names).await {
        Ok(heads) => {
            for ((scope, _, known), head) in scopes.iter().zip(heads) {
                if head != *known {
                    live.tell(*scope, Work::Look);
                }
            }
        }
        Err(error) => tracing::warn!(error = %error, "the heads of scopes could not be read"),
    }
}
