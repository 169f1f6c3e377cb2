//! An answer that is there: asked for again, gone on with, stopped.

use std::time::Duration;

use db::entity::messages;
use db::kinds::{MessageRole, MessageStatus};
use db::leases::Lease;
use db::{DbError, MessageId, WorkspaceId};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::begin::{commit_and_begin, task};
use super::events::announce;
use super::prepare::{Asking, Wanted, prepare};
use super::rows::{insert, move_head, reply_to};
use super::{Exchange, Reply};
use crate::Chat;
use crate::access::{AtMessage, locked_for};
use crate::answering::is_computed;
use crate::inputs::RegenerateIn;
use crate::messages::{Body, open_body, path_up};
use crate::mirror::follow;
use crate::repeats::{self, Repeat};
use crate::threads;

/// How many answers may follow each other to one question, tries in between included.
const CHAIN: u64 = 400;
/// How long a stop may take to arrive: longer than it takes to notice that the answer's node has died.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Begins another answer beside one (or the first answer to a message of a person).
pub async fn regenerate(
    chat: &Chat,
    at: AtMessage,
    input: RegenerateIn,
    key: Option<String>,
) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let AtMessage {
        caller,
        thread,
        message,
        ..
    } = at;
    let parent = match message.role {
        MessageRole::Assistant => message
            .parent_id
            .ok_or_else(|| ApiError::invalid("id", "This answer has no question."))?,
        MessageRole::User | MessageRole::System => message.id,
    };
    let question = question_of(chat, &message, parent).await?;
    let wanted = Wanted::Usual(input.model.as_deref());
    // Whoever names a model wants its words.
    let words = match &input.model {
        None => words_of(chat, caller.workspace, question).await?,
        Some(_) => None,
    };
    let asking = Asking {
        words: words.as_deref(),
        ..Asking::default()
    };
    let prepared = prepare(chat, &caller, &thread, wanted, asking).await?;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let tx = db.write().await?;
    let current = locked_for(&tx, &caller, &thread).await?;
    // Asked under the thread's lock, so that the second of two sees the first.
    if let Some(key) = &key
        && let Repeat::Of(first) = repeats::find_reply(chat, &caller, &thread, key).await?
    {
        return Ok(*first);
    }
    let mut rows = [reply_to(&tx, &keys, &current, Some(parent), &prepared, key)?];
    insert(&tx, &mut rows).await?;
    let [reply] = rows;
    if current.archived {
        threads::announce(&tx, &current, "thread.changed").await?;
    }
    move_head(&tx, current, reply.id).await?;
    let task = task(&caller, &thread, &reply, prepared, question, false);
    let replies = commit_and_begin(chat, tx, vec![(reply.id, task, Body::default())]).await?;
    Ok(Exchange {
        message: None,
        replies,
    })
}

/// The question that an answer to `parent` answers: several answers to one question follow each other, and none of
/// them is told the others.
async fn question_of(
    chat: &Chat,
    message: &messages::Model,
    parent: MessageId,
) -> Result<MessageId, ApiError> {
    if message.role != MessageRole::Assistant {
        return Ok(parent);
    }
    let above = path_up(chat.db(), message.workspace_id, parent, CHAIN).await?;
    let question = above.iter().find(|row| row.role != MessageRole::Assistant);
    Ok(question.map_or(parent, |row| row.id))
}

/// The words of a question.
async fn words_of(chat: &Chat, workspace: WorkspaceId, id: MessageId) -> Result<Option<String>, ApiError> {
    let keys = chat.db().keys(workspace.0).await?;
    let row = crate::messages::find(chat.db(), workspace, id).await?;
    Ok(row
        .and_then(|row| open_body(&keys, &row).ok())
        .map(|body| body.text))
}

/// Goes on with an answer that is not whole.
pub async fn go_on(chat: &Chat, at: AtMessage) -> Result<Exchange, ApiError> {
    go_on_after(chat, at, None).await
}

/// The same for one that another node handed over, unless somebody else goes on with it already.
pub async fn go_on_after(chat: &Chat, at: AtMessage, after: Option<Lease>) -> Result<Exchange, ApiError> {
    at.require_writer()?;
    let AtMessage {
        caller,
        thread,
        message,
        ..
    } = at;
    if let Some(running) = follow(chat, caller.workspace, message.id).await {
        return Ok(Exchange {
            message: None,
            replies: vec![Reply::of(running)],
        });
    }
    let open = matches!(
        message.status,
        MessageStatus::Interrupted | MessageStatus::Stopped | MessageStatus::Failed
    );
    let parent = message
        .parent_id
        .filter(|_| message.role == MessageRole::Assistant && open);
    let Some(parent) = parent else {
        return Err(ApiError::new(
            Code::Conflict,
            "Only an answer that was interrupted, stopped or failed can go on.",
        ));
    };
    let keys = chat.db().keys(caller.workspace.0).await?;
    let Ok(body) = open_body(&keys, &message) else {
        let sentence =
            "What was written of this answer cannot be read any more. Please have it answered again.";
        return Err(ApiError::new(Code::Conflict, sentence));
    };
    let question = question_of(chat, &message, parent).await?;
    let is_computed = is_computed(&message);
    let words = match is_computed {
        true => words_of(chat, caller.workspace, question).await?,
        false => None,
    };
    let named = message
        .model
        .as_deref()
        .filter(|m| m.contains('/') && !is_computed);
    let asking = Asking {
        words: words.as_deref(),
        ..Asking::default()
    };
    let prepared = prepare(chat, &caller, &thread, Wanted::Usual(named), asking).await?;
    let tx = chat.db().write().await?;
    locked_for(&tx, &caller, &thread).await?;
    let change = messages::ActiveModel {
        status: Set(MessageStatus::Streaming),
        error: Set(None),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    let changed = messages::Entity::update_many()
        .set(change)
        .filter(messages::Column::WorkspaceId.eq(caller.workspace))
        .filter(messages::Column::Id.eq(message.id))
        .filter(messages::Column::Status.eq(message.status))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if changed.rows_affected == 0 {
        drop(tx);
        return found_running(chat, caller.workspace, message.id).await;
    }
    announce(&tx, &message, "message.resumed").await?;
    let continues = !body.text.is_empty();
    let tip = if continues { message.id } else { question };
    let mut task = task(&caller, &thread, &message, prepared, tip, continues);
    task.after = after;
    let replies = commit_and_begin(chat, tx, vec![(message.id, task, body)]).await?;
    Ok(Exchange {
        message: None,
        replies,
    })
}

/// Somebody else was quicker to go on with it.
async fn found_running(chat: &Chat, workspace: WorkspaceId, id: MessageId) -> Result<Exchange, ApiError> {
    let running = follow(chat, workspace, id).await;
    let running = running
        .ok_or_else(|| ApiError::new(Code::Conflict, "Somebody else has just gone on with this answer."))?;
    Ok(Exchange {
        message: None,
        replies: vec![Reply::of(running)],
    })
}

/// Ends a running answer, wherever it is written; what was written is kept.
pub async fn stop(chat: &Chat, at: AtMessage) -> Result<messages::Model, ApiError> {
    at.require_writer()?;
    if let Some(generation) = follow(chat, at.caller.workspace, at.message.id).await {
        generation.stop.cancel();
        let _ = tokio::time::timeout(STOPS_WITHIN, generation.ended()).await;
    }
    let found = crate::messages::find(chat.db(), at.caller.workspace, at.message.id).await?;
    found.ok_or_else(|| ApiError::not_found("message"))
}
