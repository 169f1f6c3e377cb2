//! The same message sent twice is stored once: the sender's own id finds the first one and its answer.

use db::entity::{messages, threads};
use db::kinds::MessageRole;
use db::{DbError, FileId, MessageId};
use identity::Caller;
use kit::api::{ApiError, Code};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::Chat;
use crate::attachments;
use crate::exchange::{Exchange, Reply};
use crate::messages::open_body;
use crate::mirror::follow;

/// Whether a message was here before.
#[derive(Debug)]
pub enum Repeat {
    /// It was not.
    New,
    /// It was; this is what came of it.
    Of(Box<Exchange>),
}

/// What a message says.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Its words.
    pub content: &'a str,
    /// Its files.
    pub files: &'a [FileId],
}

/// Looks for the first sending of a message. The same id with other words or files is a conflict.
pub async fn find(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    client_id: &str,
    said: &Said<'_>,
) -> Result<Repeat, ApiError> {
    let first = messages::Entity::of(caller.workspace)
        .filter(messages::Column::ThreadId.eq(thread.id))
        .filter(messages::Column::AuthorId.eq(caller.user))
        .filter(messages::Column::ClientId.eq(client_id))
        .one(chat.db().read())
        .await
        .map_err(DbError::from)?;
    let Some(message) = first else {
        return Ok(Repeat::New);
    };
    let keys = chat.db().keys(caller.workspace.0).await?;
    let mut attached = attachments::of_messages(chat.db().read(), caller.workspace, &[message.id]).await?;
    let has_other_files = attached.remove(&message.id).unwrap_or_default() != said.files;
    if has_other_files || open_body(&keys, &message).is_ok_and(|body| body.text != said.content) {
        return Err(ApiError::new(
            Code::Conflict,
            "This id was used for another message.",
        ));
    }
    let mut replies = Vec::new();
    let mut last = message.id;
    // Several answers follow each other; the first one under each is of the first sending.
    while let Some(reply) = first_reply(chat, &message, last).await? {
        last = reply;
        replies.push(reply);
    }
    let first = exchange(chat, caller, Some(message), replies).await;
    Ok(Repeat::Of(Box::new(first)))
}

async fn first_reply(
    chat: &Chat,
    message: &messages::Model,
    parent: MessageId,
) -> Result<Option<MessageId>, DbError> {
    Ok(messages::Entity::of(message.workspace_id)
        .filter(messages::Column::ThreadId.eq(message.thread_id))
        .filter(messages::Column::ParentId.eq(parent))
        .filter(messages::Column::Role.eq(MessageRole::Assistant))
        .order_by_asc(messages::Column::Seq)
        .one(chat.db().read())
        .await?
        .map(|row| row.id))
}

/// The same for an answer that was asked for again.
pub async fn find_reply(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    client_id: &str,
) -> Result<Repeat, ApiError> {
    let first = messages::Entity::of(caller.workspace)
        .filter(messages::Column::ThreadId.eq(thread.id))
        .filter(messages::Column::Role.eq(MessageRole::Assistant))
        .filter(messages::Column::ClientId.eq(client_id))
        .one(chat.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(match first {
        Some(reply) => Repeat::Of(Box::new(exchange(chat, caller, None, vec![reply.id]).await)),
        None => Repeat::New,
    })
}

async fn exchange(
    chat: &Chat,
    caller: &Caller,
    message: Option<messages::Model>,
    ids: Vec<MessageId>,
) -> Exchange {
    let mut replies = Vec::with_capacity(ids.len());
    for id in ids {
        let running = follow(chat, caller.workspace, id).await;
        replies.push(Reply { id, running });
    }
    Exchange { message, replies }
}
