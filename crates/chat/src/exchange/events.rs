//! The events of messages.

use db::entity::messages;
use db::events::{Event, Scope};
use db::kinds::MessageRole;
use db::{DbError, MessageId, ThreadId, Tx, WorkspaceId};

/// Writes the event of a message; answers its number.
pub(crate) async fn announce(tx: &Tx, row: &messages::Model, kind: &str) -> Result<i64, DbError> {
    let about = (row.id, row.parent_id, row.role);
    let at = (row.workspace_id, row.thread_id);
    tell(tx, at, about, row.client_id.as_deref(), kind).await
}

/// The same for a message that was not read.
pub(crate) async fn announce_at(
    tx: &Tx,
    at: (WorkspaceId, ThreadId),
    about: (MessageId, Option<MessageId>, MessageRole),
    kind: &str,
) -> Result<i64, DbError> {
    tell(tx, at, about, None, kind).await
}

async fn tell(
    tx: &Tx,
    (workspace, thread): (WorkspaceId, ThreadId),
    (id, parent, role): (MessageId, Option<MessageId>, MessageRole),
    by: Option<&str>,
    kind: &str,
) -> Result<i64, DbError> {
    let mut payload = serde_json::json!({ "message_id": id, "parent_id": parent, "role": role });
    if let Some(by) = by {
        payload["by"] = by.into();
    }
    tx.event(Event {
        scope: Scope::Thread(thread),
        workspace: Some(workspace),
        kind,
        payload: &payload,
    })
    .await
}
