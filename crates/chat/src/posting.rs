//! Messages that the house writes for a person: what a workflow has to say in a thread.

use std::sync::{Arc, Weak};

use business::doors::ThreadPoster;
use db::entity::messages;
use db::{DbError, MessageId, ThreadId};
use futures::future::BoxFuture;
use identity::Caller;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::access::{InThread, enter};
use crate::inputs::MessageIn;
use crate::{Chat, Inner, exchange};
use db::Field;

/// Lets business data write into threads.
pub(crate) fn offer(chat: &Chat) {
    // Chat holds the floor below, which must not hold it back for ever.
    chat.business()
        .set_threads(Arc::new(Threads(Arc::downgrade(&chat.0))));
}

struct Threads(Weak<Inner>);

impl ThreadPoster for Threads {
    fn post(
        &self,
        author: Caller,
        thread: ThreadId,
        text: String,
        key: Uuid,
    ) -> BoxFuture<'_, Result<MessageId, ApiError>> {
        Box::pin(async move {
            let stopping =
                || ApiError::unavailable("The server is stopping.", std::time::Duration::from_secs(5));
            let chat = Chat(self.0.upgrade().ok_or_else(stopping)?);
            post(&chat, author, thread, text, key).await
        })
    }
}

async fn post(
    chat: &Chat,
    author: Caller,
    thread: ThreadId,
    text: String,
    key: Uuid,
) -> Result<MessageId, ApiError> {
    let client_id = key.to_string();
    // The key decides, and not the words: numbers in them may be others by now.
    let first = messages::Entity::of(author.workspace)
        .filter(messages::Column::ThreadId.eq(thread))
        .filter(messages::Column::AuthorId.eq(author.user))
        .filter(messages::Column::ClientId.eq(&client_id))
        .one(chat.db().read())
        .await
        .map_err(DbError::from)?;
    if let Some(first) = first {
        return Ok(first.id);
    }
    let person = (author.workspace, author.user);
    let entered = enter(chat, person, author.role, thread).await?;
    let (thread, role) = entered.ok_or_else(|| ApiError::not_found("thread"))?;
    let at = InThread {
        caller: author,
        thread,
        role,
    };
    let input = MessageIn {
        content: text,
        attachments: Vec::new(),
        model: None,
        parent_id: Field::Keep,
        reply: Some(false),
        reply_to: None,
        client_id: Some(client_id),
    };
    let written = exchange::post(chat, at, input, None).await?;
    let message = written
        .message
        .ok_or_else(|| ApiError::internal("a message was written and is not there"))?;
    Ok(message.id)
}
