//! What holds somebody back for a while: fewer requests for a person or a token, a session that has to sign in anew.
//! The floor of operation decides it and takes it back; here it is obeyed.

use std::collections::HashMap;

use db::entity::sessions;
use db::{SessionId, Tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::Result;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::revocations::{Revoked, revoke};
use crate::sessions::end;

/// People and API tokens by id, each with the requests a minute that are left to it.
pub type Throttles = HashMap<Uuid, u32>;

impl Identity {
    /// Holds these people and tokens back, and nobody else.
    pub fn set_throttles(&self, throttles: Throttles) {
        *self.throttles().write() = throttles;
    }

    /// Whether a caller is held back: by what, and to how many requests a minute.
    pub(crate) fn throttle_of(&self, caller: &Caller) -> Option<(Uuid, u32)> {
        let throttles = self.throttles().read();
        if throttles.is_empty() {
            return None;
        }
        [caller.token, Some(caller.user.0)]
            .into_iter()
            .flatten()
            .find_map(|id| Some((id, *throttles.get(&id)?)))
    }

    /// Forgets what is believed of sessions that were locked or let in again. Call it after the commit.
    pub fn forget_sessions(&self, ids: &[SessionId]) {
        self.known().forget_sessions(ids);
    }
}

/// Ends sessions so that they can be let in again; answers those that were not ended before.
pub async fn lock_sessions(tx: &Tx, ids: &[SessionId]) -> Result<Vec<SessionId>> {
    let running = sessions::Entity::find()
        .filter(sessions::Column::Id.is_in(ids.iter().copied()))
        .filter(sessions::Column::EndedAt.is_null())
        .all(&**tx)
        .await?;
    for session in &running {
        end(tx, session.user_id, &[session.id]).await?;
    }
    Ok(running.into_iter().map(|session| session.id).collect())
}

/// Lets a locked session in again, if it would still go on.
pub async fn unlock_session(tx: &Tx, id: SessionId) -> Result<()> {
    sessions::Entity::update_many()
        .set(sessions::ActiveModel {
            ended_at: Set(None),
            ..Default::default()
        })
        .filter(sessions::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    revoke(tx, &Revoked::Sessions(vec![id])).await
}
