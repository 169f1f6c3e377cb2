//! Keeping the leases of the answers that this node writes.

use std::collections::HashMap;
use std::time::Duration;

use db::leases;
use tokio::time::Instant;

use crate::Chat;

/// How often all of them are renewed, in one statement.
const EVERY: Duration = Duration::from_secs(3);
/// How long the store may take for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Renews until the very end: answers are written while the program stops, too.
pub(crate) fn start(chat: &Chat) {
    let inner = chat.clone();
    chat.0.lifecycle.serve("leases", async move {
        loop {
            renew(&inner).await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = inner.0.generations.renew_now.notified() => {}
            }
        }
    });
}

async fn renew(chat: &Chat) {
    let generations = &chat.0.generations;
    let began = Instant::now();
    let running = generations.leased();
    if running.is_empty() || chat.is_alone() {
        generations.held(began);
        return;
    }
    let runs: Vec<_> = running.iter().map(|g| g.run).collect();
    let renewing = leases::renew(chat.db(), chat.db().bus().node(), &runs);
    let renewed: HashMap<_, _> = match tokio::time::timeout(PATIENCE, renewing).await {
        Ok(Ok(renewed)) => renewed.into_iter().map(|r| (r.run, r.stop_requested)).collect(),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "the leases of running answers could not be renewed");
            return tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(_) => return tracing::warn!("the store is too slow to renew the leases of running answers"),
    };
    for generation in running {
        match renewed.get(&generation.run) {
            Some(true) => generation.stop.cancel(),
            Some(false) => {}
            None => generation.lost.cancel(),
        }
    }
    generations.held(began);
}
