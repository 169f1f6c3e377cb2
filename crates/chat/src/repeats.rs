//! The same message sent twice is stored once: the sender's own id finds the first one and its answer.

use db::entity::{messages, threads};
use db::kinds::MessageRole;
use db::{DbError, MessageId};
use identity::Caller;
use kit::api::{ApiError, Code};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::Chat;
use crate::exchange::{Exchange, Reply};
use crate::messages::open_body;

/// Whether a message was here before.
#[derive(Debug)]
pub enum Repeat {
    /// It was not.
    New,
    /// It was; this is what came of it.
    Of(Box<Exchange>),
}

/// Looks for the first sending of a message. The same id with other words is a conflict.
pub async fn find(
    chat: &Chat,
    caller: &Caller,
    thread: &threads::Model,
    client_id: &str,
    content: &str,
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
    if open_body(&keys, &message).is_ok_and(|body| body.text != content) {
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
    Ok(Repeat::Of(Box::new(exchange(chat, Some(message), replies))))
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
    Ok(first.map_or(Repeat::New, |reply| {
        Repeat::Of(Box::new(exchange(chat, None, vec![reply.id])))
    }))
}

fn exchange(chat: &Chat, message: Option<messages::Model>, replies: Vec<MessageId>) -> Exchange {
    let reply = |id| Reply {
        id,
        running: chat.0.generations.get(id),
    };
    Exchange {
        message,
        replies: replies.into_iter().map(reply).collect(),
    }
}
