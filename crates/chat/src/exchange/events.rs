//! The events of messages.

use db::entity::messages;
use db::events::{Event, Scope};
use db::kinds::{MessageRole, MessageStatus};
use db::{DbError, MessageId, ThreadId, Tx, WorkspaceId};
use serde_json::Value;

/// Writes the event of a message; answers its number.
pub(crate) async fn announce(tx: &Tx, row: &messages::Model, kind: &str) -> Result<i64, DbError> {
    let mut payload = payload_of((row.id, row.parent_id, row.role));
    if let Some(by) = &row.client_id {
        payload["by"] = by.as_str().into();
    }
    tell(tx, (row.workspace_id, row.thread_id), kind, &payload).await
}

/// Tells that a message is written to its end, and how it ended.
pub(crate) async fn announce_end(
    tx: &Tx,
    at: (WorkspaceId, ThreadId),
    about: (MessageId, Option<MessageId>, MessageRole),
    status: MessageStatus,
) -> Result<i64, DbError> {
    let mut payload = payload_of(about);
    payload["status"] = serde_json::json!(status);
    tell(tx, at, "message.ended", &payload).await
}

fn payload_of((id, parent, role): (MessageId, Option<MessageId>, MessageRole)) -> Value {
    serde_json::json!({ "message_id": id, "parent_id": parent, "role": role })
}

async fn tell(
    tx: &Tx,
    (workspace, thread): (WorkspaceId, ThreadId),
    kind: &str,
    payload: &Value,
) -> Result<i64, DbError> {
    tx.event(Event {
        scope: Scope::Thread(thread),
        workspace: Some(workspace),
        kind,
        payload,
    })
    .await
}
