//! What is held back at present: read from the store every few seconds on every node, and asked on the hot paths without
//! a question to the store.

use std::collections::HashSet;
use std::sync::Arc;

use db::entity::alert_responses::{Column as C, Entity};
use db::{DbError, WorkspaceId};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Target;
use crate::Ops;

/// Requests a minute that are left to who is held back.
const FEW: u32 = 10;

#[derive(Debug, Default)]
struct Now {
    paused: HashSet<(Uuid, String)>,
    opened: HashSet<(WorkspaceId, String)>,
}

/// What is held back of models; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<RwLock<Now>>);

impl Held {
    /// Whether the key of this owner to this provider is paused.
    pub fn is_paused(&self, owner: Uuid, provider: &str) -> bool {
        let now = self.0.read();
        !now.paused.is_empty() && now.paused.contains(&(owner, provider.to_owned()))
    }

    /// Whether this provider is not to be asked for this workspace.
    pub fn is_open(&self, workspace: WorkspaceId, provider: &str) -> bool {
        let now = self.0.read();
        !now.opened.is_empty() && now.opened.contains(&(workspace, provider.to_owned()))
    }
}

/// Reads what is held back, and obeys it from here on.
pub async fn obey(ops: &Ops) -> Result<(), DbError> {
    let rows = Entity::find()
        .filter(C::State.eq("active"))
        .all(ops.db().read())
        .await?;
    let mut now = Now::default();
    let mut throttles = identity::restraint::Throttles::new();
    for row in rows {
        match serde_json::from_str(&row.target) {
            Ok(Target::User(user)) => {
                throttles.insert(user.0, FEW);
            }
            Ok(Target::Token(token)) => {
                throttles.insert(token, FEW);
            }
            Ok(Target::Key(owner, provider)) => {
                now.paused.insert((owner, provider));
            }
            Ok(Target::Breaker(workspace, provider)) => {
                now.opened.insert((workspace, provider));
            }
            // A session is ended where sessions are kept. A newer version may know more.
            Ok(Target::Session(_)) | Err(_) => {}
        }
    }
    *ops.held().0.write() = now;
    ops.identity().set_throttles(throttles);
    Ok(())
}
