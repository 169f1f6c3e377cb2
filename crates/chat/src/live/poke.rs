//! Telling people of something new in a thread that they do not have on screen. The node that stored it says so once,
//! on the scopes of those who may enter; it is speed only: what is unread is counted from the store.

use std::collections::HashMap;
use std::time::Duration;

use db::entity::messages;
use db::events::{Hint, Scope};
use db::kinds::Role;
use db::{DbError, MessageId, ThreadId, UserId, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::authority;
use super::connection::{Connection, Ephemeral, Frame};
use super::frames::ServerFrame;
use super::hub::Live;
use super::outgoing::Waiting;
use super::said::Said;
use super::showing::Logged;
use crate::messages::Facts;
use crate::news;

/// What is new in a thread within this time is told at once.
const GATHER: Duration = Duration::from_millis(50);

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
    if !live.note_news(thread, event) {
        return; // told with what is told already
    }
    let task = live.clone();
    live.spawn("poke", async move {
        tokio::time::sleep(GATHER).await;
        let events = task.take_news(thread);
        if let Err(error) = poke(&task, workspace, thread, events).await {
            tracing::debug!(thread.id = %thread, error = %error.message, "nobody was poked");
        }
    });
}

/// One poke for each who wrote, about the newest that they wrote.
async fn poke(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
    events: Vec<Logged>,
) -> Result<(), ApiError> {
    let chat = live.chat();
    let numbers: HashMap<MessageId, i64> = events
        .iter()
        .filter_map(|event| Some((event.payload.message_id?, event.seq)))
        .collect();
    let rows = messages::Entity::of(workspace)
        .filter(messages::Column::Id.is_in(numbers.keys().copied()))
        .all(live.db().read())
        .await
        .map_err(DbError::from)?;
    let mut pokes: HashMap<Option<UserId>, Poke> = HashMap::new();
    for row in rows {
        let Some(seq) = numbers.get(&row.id) else { continue };
        let poke = pokes.entry(row.author_id).or_insert_with(|| Poke {
            thread,
            workspace,
            seq: 0,
            by: row.author_id,
            mentioned: Vec::new(),
        });
        poke.seq = poke.seq.max(*seq);
        poke.mentioned.extend(Facts::of(&row).people());
    }
    let Some(room) = authority::thread_row(live, workspace, thread).await? else {
        return Ok(());
    };
    let audience = news::audience(chat.db().read(), &room).await?;
    for poke in pokes.into_values().map(Said::Poke) {
        for scope in &audience {
            live.publish(*scope, &poke);
        }
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
