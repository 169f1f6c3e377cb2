//! What becomes of messages and titles in the index, in the transactions that write and delete them.

use db::entity::{messages, threads};
use db::kinds::MessageStatus;
use db::{DbError, MessageId, ThreadId, Tx, WorkspaceId};
use files::index::{IndexKind, forget, queue_in};

/// Queues messages that are whole; an answer is queued at its end.
pub(crate) async fn queue_messages(tx: &Tx, rows: &[messages::Model]) -> Result<(), DbError> {
    for row in rows.iter().filter(|row| row.status != MessageStatus::Streaming) {
        queue_message(tx, (row.workspace_id, row.thread_id), row.id).await?;
    }
    Ok(())
}

/// Queues one message.
pub(crate) async fn queue_message(
    tx: &Tx,
    (workspace, thread): (WorkspaceId, ThreadId),
    id: MessageId,
) -> Result<(), DbError> {
    queue_in(tx, workspace, thread, IndexKind::Message, id.0).await
}

/// Queues the title of a thread.
pub(crate) async fn queue_title(tx: &Tx, thread: &threads::Model) -> Result<(), DbError> {
    queue_in(tx, thread.workspace_id, thread.id, IndexKind::Thread, thread.id.0).await
}

/// Forgets a thread with its messages.
pub(crate) async fn forget_thread(tx: &Tx, thread: &threads::Model) -> Result<(), DbError> {
    forget(tx, thread.workspace_id, IndexKind::Thread, thread.id.0).await
}
