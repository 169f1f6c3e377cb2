//! Telling people of something new in a thread that they do not have on screen. The node that stored it says so once,
//! on the scopes of those who may enter; it is speed only: what is unread is counted from the store.

use db::events::{Hint, Scope};
use db::kinds::Role;
use db::{ThreadId, UserId, WorkspaceId};
use kit::api::ApiError;
use serde::{Deserialize, Serialize};

use super::authority;
use super::connection::{Connection, Ephemeral, Frame};
use super::frames::ServerFrame;
use super::hub::Live;
use super::outgoing::Waiting;
use super::said::Said;
use super::showing::Logged;
use crate::messages::Facts;
use crate::{messages, news};

/// Looks whether an event that was just committed here is worth telling.
pub fn consider(live: &Live, scope: Scope, hint: &Hint) {
    let (Scope::Thread(thread), Some(workspace)) = (scope, hint.w) else {
        return;
    };
    if hint.k != "message.created" || live.is_nobody_here() {
        return;
    }
    let Some(event) = Logged::from_hint(hint.clone()) else {
        return;
    };
    let task = live.clone();
    live.spawn("poke", async move {
        if let Err(error) = poke(&task, workspace, thread, &event).await {
            tracing::debug!(thread.id = %thread, error = %error.message, "nobody was poked");
        }
    });
}

async fn poke(live: &Live, workspace: WorkspaceId, thread: ThreadId, event: &Logged) -> Result<(), ApiError> {
    let chat = live.chat();
    let Some(message) = event.payload.message_id else {
        return Ok(());
    };
    let Some(row) = messages::find(chat.db(), workspace, message).await? else {
        return Ok(());
    };
    let Some(room) = authority::thread_row(live, workspace, thread).await? else {
        return Ok(());
    };
    let poke = Said::Poke(Poke {
        thread,
        workspace,
        seq: event.seq,
        by: row.author_id,
        mentioned: Facts::of(&row).people().collect(),
    });
    for scope in news::audience(chat.db().read(), &room).await? {
        live.publish(scope, &poke);
    }
    Ok(())
}

/// Something new in a thread.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poke {
    pub thread: ThreadId,
    pub workspace: WorkspaceId,
    pub seq: i64,
    pub by: Option<UserId>,
    pub mentioned: Vec<UserId>,
}

impl Poke {
    /// Shows it to somebody who does not have the thread on screen.
    pub fn show(&self, scope: Scope, connection: &Connection) {
        let caller = connection.caller();
        let is_deaf = matches!(scope, Scope::Workspace(_)) && caller.role == Role::Guest;
        if is_deaf || caller.workspace != self.workspace || connection.holds(Scope::Thread(self.thread)) {
            return;
        }
        let frame = ServerFrame::Poke {
            t: self.thread,
            s: self.seq,
            mention: self.mentioned.contains(&caller.user),
            by: self.by,
        };
        let kind = Waiting::Ephemeral(Ephemeral::Poke(self.thread));
        connection.send(kind, Frame(frame.encode()));
    }
}
