//! What is to be indexed, written down in the transaction of the change; and what is forgotten, in the transaction that
//! deletes it. The worker comes after the commit.

use db::entity::{chunks, index_queue};
use db::kinds::IndexKind;
use db::{DbError, ThreadId, Tx, WorkspaceId};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Asks for something to be indexed as it is after this transaction. What is found of it stays until then.
pub async fn queue(tx: &Tx, workspace: WorkspaceId, kind: IndexKind, source: Uuid) -> Result<(), DbError> {
    queue_all(tx, workspace, kind, [(source, None)]).await
}

/// The same for what belongs to a thread, and is forgotten with it.
pub async fn queue_in(
    tx: &Tx,
    workspace: WorkspaceId,
    thread: ThreadId,
    kind: IndexKind,
    source: Uuid,
) -> Result<(), DbError> {
    queue_all(tx, workspace, kind, [(source, Some(thread))]).await
}

/// The same for many.
pub async fn queue_all(
    tx: &Tx,
    workspace: WorkspaceId,
    kind: IndexKind,
    sources: impl IntoIterator<Item = (Uuid, Option<ThreadId>)>,
) -> Result<(), DbError> {
    use index_queue::Column;
    let now = tx.now().micros();
    let rows: Vec<_> = sources
        .into_iter()
        .map(|(source, thread)| index_queue::ActiveModel {
            workspace_id: Set(workspace),
            kind: Set(kind),
            source_id: Set(source),
            thread_id: Set(thread),
            ticket: Set(kit::ids::new_id()),
            attempts: Set(0),
            queued_at: Set(now),
            due_at: Set(now),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let again = OnConflict::columns([Column::WorkspaceId, Column::Kind, Column::SourceId])
        .update_columns([Column::Ticket, Column::Attempts, Column::QueuedAt, Column::DueAt])
        .to_owned();
    index_queue::Entity::insert_many(rows)
        .on_conflict(again)
        .exec_without_returning(&**tx)
        .await?;
    tx.wake_index();
    Ok(())
}

/// Forgets a source: from the commit on nobody finds it. A thread takes its messages along.
pub async fn forget(tx: &Tx, workspace: WorkspaceId, kind: IndexKind, source: Uuid) -> Result<(), DbError> {
    let mut waiting = Condition::any().add(index_queue::Column::SourceId.eq(source));
    let mut found = Condition::any().add(chunks::Column::SourceId.eq(source));
    if kind == IndexKind::Thread {
        waiting = waiting.add(index_queue::Column::ThreadId.eq(source));
        found = found.add(chunks::Column::ThreadId.eq(source));
    }
    // What waits first: a worker that is about to write holds that row, and what it wrote is then seen below.
    index_queue::Entity::delete_many()
        .filter(index_queue::Column::WorkspaceId.eq(workspace))
        .filter(waiting)
        .exec(&**tx)
        .await?;
    let gone = Query::select()
        .column(chunks::Column::Id)
        .from(chunks::Entity)
        .and_where(chunks::Column::WorkspaceId.eq(workspace))
        .cond_where(found)
        .to_owned();
    db::index::delete(tx, gone).await
}
