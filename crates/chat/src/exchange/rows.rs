//! The rows of an exchange: its messages, and where the thread then ends.

use db::entity::{messages, threads};
use db::kinds::{MessageRole, MessageStatus};
use db::{DbError, MessageId, Tx, UserId};
use kit::api::ApiError;
use kit::vault::OwnerKeys;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::events::announce;
use super::prepare::Prepared;
use crate::messages::{Body, seal_body};
use crate::search;

/// A message of the thread that was named in an input.
pub(super) async fn require_message(
    tx: &Tx,
    thread: &threads::Model,
    field: &str,
    id: MessageId,
) -> Result<messages::Model, ApiError> {
    let found = messages::Entity::find_by_id((thread.workspace_id, id))
        .one(&**tx)
        .await
        .map_err(DbError::from)?;
    found
        .filter(|row| row.thread_id == thread.id)
        .ok_or_else(|| ApiError::invalid(field, "There is no such message in this thread."))
}

/// The row of a message as a person writes it, before its author is known.
pub(super) fn blank(
    tx: &Tx,
    thread: &threads::Model,
    id: MessageId,
    parent: Option<MessageId>,
    body: db::Sealed,
) -> messages::Model {
    let now = tx.now().micros();
    messages::Model {
        workspace_id: thread.workspace_id,
        id,
        thread_id: thread.id,
        parent_id: parent,
        author_id: None::<UserId>,
        role: MessageRole::User,
        body,
        status: MessageStatus::Complete,
        error: None,
        model: None,
        provider: None,
        usage: None,
        client_id: None,
        metadata: "{}".to_owned(),
        seq: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Writes new messages with their events, in this order.
pub(super) async fn insert(tx: &Tx, rows: &mut [messages::Model]) -> Result<(), DbError> {
    for row in rows.iter_mut() {
        row.seq = announce(tx, row, "message.created").await?;
    }
    messages::Entity::insert_many(rows.iter().map(|row| row.clone().into_active_model()))
        .exec_without_returning(&**tx)
        .await?;
    search::queue_messages(tx, rows).await
}

/// The row of an answer that is about to be written.
pub(super) fn reply_to(
    tx: &Tx,
    keys: &OwnerKeys,
    thread: &threads::Model,
    parent: Option<MessageId>,
    prepared: &Prepared,
    client_id: Option<String>,
) -> Result<messages::Model, DbError> {
    let id = MessageId::new();
    let mut reply = blank(tx, thread, id, parent, seal_body(keys, id, &Body::default())?);
    reply.role = MessageRole::Assistant;
    reply.status = MessageStatus::Streaming;
    reply.model = Some(prepared.model.clone());
    reply.client_id = client_id;
    Ok(reply)
}

/// Makes a message the one that is in view, and the thread the newest.
pub(super) async fn move_head(tx: &Tx, thread: threads::Model, head: MessageId) -> Result<(), DbError> {
    let change = threads::ActiveModel {
        head_id: Set(Some(head)),
        last_message_at: Set(tx.now().micros()),
        archived: Set(false),
        ..Default::default()
    };
    threads::Entity::update_many()
        .set(change)
        .filter(threads::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(threads::Column::Id.eq(thread.id))
        .exec(&**tx)
        .await?;
    Ok(())
}
