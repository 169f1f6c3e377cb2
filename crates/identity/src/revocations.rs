//! Taking back what other nodes believe: told over the bus after the commit, and read from the store every second, so
//! that a lost word makes nobody believe for longer.

use std::collections::HashSet;
use std::time::Duration;

use db::{SessionId, Tx, UserId, WorkspaceId, revocations};
use serde::{Deserialize, Serialize};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::Result;
use crate::identity::Identity;

/// How often the store is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How long the store may take for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// What must not be believed any more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Revoked {
    /// Sessions that have ended.
    Sessions(Vec<SessionId>),
    /// What somebody is in a workspace.
    Role(WorkspaceId, UserId),
    /// The hashes of API tokens.
    Tokens(Vec<Vec<u8>>),
    /// The data keys of an owner that is no more.
    Keys(Uuid),
}

/// Writes down what other nodes have to forget.
pub(crate) async fn revoke(tx: &Tx, what: &Revoked) -> Result<()> {
    let text = serde_json::to_string(what).map_err(db::DbError::from)?;
    Ok(tx.revoke(&text).await?)
}

fn apply(identity: &Identity, what: &str) {
    let known = identity.known();
    match serde_json::from_str(what) {
        Ok(Revoked::Sessions(ids)) => known.forget_sessions(&ids),
        Ok(Revoked::Role(workspace, user)) => known.forget_role(workspace, user),
        Ok(Revoked::Tokens(hashes)) => known.forget_tokens(&hashes),
        Ok(Revoked::Keys(owner)) => identity.db().forget_keys(owner),
        // A newer version knows something that this one does not keep.
        Err(_) => {}
    }
}

/// Hears and reads what other nodes took back, until the very end.
pub(crate) async fn listen(identity: Identity) {
    let known = identity.known();
    if known.is_alone() {
        return;
    }
    let bus = identity.db().bus();
    let mut heard = bus.listen();
    let _joined = bus.join(revocations::TOPIC).await;
    let mut looks = tokio::time::interval(EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = HashSet::new();
    loop {
        tokio::select! {
            said = heard.recv() => match said {
                Ok(said) if !said.is_own && &*said.topic == revocations::TOPIC => {
                    apply(&identity, &String::from_utf8_lossy(&said.body));
                }
                // What was missed is read within a second.
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            },
            _ = looks.tick() => {
                let began = tokio::time::Instant::now();
                match tokio::time::timeout(PATIENCE, revocations::recent(identity.db())).await {
                    Ok(Ok(rows)) => {
                        rows.iter().filter(|(id, _)| !seen.contains(id)).for_each(|(_, what)| apply(&identity, what));
                        seen = rows.into_iter().map(|(id, _)| id).collect();
                        known.looked(began);
                    }
                    Ok(Err(error)) => tracing::debug!(error = %error, "what was taken back could not be read"),
                    Err(_) => tracing::debug!("the store is too slow to say what was taken back"),
                }
            }
        }
    }
}
