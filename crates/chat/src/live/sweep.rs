//! Looking for what the bus lost. The last event of a scope has no successor that would reveal it, so the heads of
//! all scopes that somebody listens to are asked of the store: each within two seconds, all at once when the bus
//! comes back, five times a second while it is away.

use std::time::Duration;

use db::WorkspaceId;
use db::events::{self, Scope};

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
        let mut wanted: Vec<(Scope, Option<WorkspaceId>, i64, i64)> = Vec::new();
        for (at, feed) in live.feeds().iter().enumerate() {
            let turn = all || at % SLICES == slice;
            if let (true, Some(head), Some(first)) = (turn, feed.head(), feed.connections().first()) {
                wanted.push((feed.scope, Some(first.workspace()), head.seq, head.acl));
            }
        }
        for scopes in wanted.chunks(ASKED) {
            look(live, scopes).await;
        }
    }
}

async fn look(live: &Live, scopes: &[(Scope, Option<WorkspaceId>, i64, i64)]) {
    let names: Vec<_> = scopes
        .iter()
        .map(|(scope, workspace, ..)| (*scope, *workspace))
        .collect();
    match events::heads(live.db(), &names).await {
        Ok(heads) => {
            for ((scope, _, seq, acl), head) in scopes.iter().zip(heads) {
                if head.seq != *seq || head.acl != *acl {
                    live.tell(*scope, Work::Look);
                }
            }
        }
        Err(error) => tracing::warn!(error = %error, "the heads of scopes could not be read"),
    }
}
