//! How a message and its answers are sent. The status is not decided before there is
//! something to show, so that a failure before the first word is a plain error.

use std::sync::Arc;

use ai::answer::{Opening, Shape, Source, plain_text, ui_message_stream, utf16_len, waits_not};
use axum::response::{IntoResponse, Response};
use db::{MessageId, ThreadId, WorkspaceId};
use http::{HeaderMap, StatusCode};
use kit::api::{ApiError, Created, Data};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::Chat;
use crate::exchange::{Exchange, Reply};
use crate::generation::{Generation, Progress};
use crate::messages::{self, MessageOut};

/// A message and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExchangeOut {
    /// What the person wrote.
    pub message: Option<MessageOut>,
    /// The answer, when one was asked for; the first of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<MessageOut>,
    /// All answers, when several models were asked or none was waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<MessageOut>,
}

pub async fn answer(
    chat: &Chat,
    workspace: WorkspaceId,
    thread: ThreadId,
    exchange: Exchange,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let message = match exchange.message {
        Some(row) => messages::show(chat, workspace, vec![row]).await?.pop(),
        None => None,
    };
    let Some(first) = exchange.replies.first().cloned() else {
        return Ok(Created(ExchangeOut {
            message,
            reply: None,
            replies: Vec::new(),
        })
        .into_response());
    };
    if waits_not(headers) {
        let body = Data::new(exchange_out(chat, workspace, message, &exchange.replies, true).await?);
        return Ok((
            StatusCode::ACCEPTED,
            [("preference-applied", "respond-async")],
            body,
        )
            .into_response());
    }
    let shape = Shape::of(headers);
    let mut errors = Vec::new();
    match shape {
        // The status is not decided before there is something to show.
        Shape::Events | Shape::Text => {
            if let Some(running) = &first.running {
                running.first_content().await;
                errors.extend(running.refusal());
            }
        }
        Shape::Whole => {
            for running in exchange.replies.iter().filter_map(|reply| reply.running.as_ref()) {
                running.ended().await;
                errors.extend(running.refusal());
            }
        }
    }
    // One of several that fails is told in its message, beside the others.
    let is_for_all = shape != Shape::Whole || errors.len() == exchange.replies.len();
    if let Some(error) = errors.into_iter().next().filter(|_| is_for_all) {
        return Err(error);
    }
    match shape {
        Shape::Whole => {
            let several = exchange.replies.len() > 1;
            let out = exchange_out(chat, workspace, message, &exchange.replies, several).await?;
            Ok(Created(out).into_response())
        }
        Shape::Events => {
            let from = first
                .running
                .as_ref()
                .map_or(0, |g| g.look(|p| utf16_len(&p.text[..g.began_at])));
            let source = source(chat, workspace, first.id, first.running).await?;
            Ok(ui_message_stream(
                source,
                opening(thread, first.id, message.as_ref())?,
                from,
            ))
        }
        Shape::Text => Ok(plain_text(
            source(chat, workspace, first.id, first.running).await?,
        )),
    }
}

/// What is told at the beginning of an answer's stream, with the message that was just stored, if one was.
pub fn opening(
    thread: ThreadId,
    reply: MessageId,
    message: Option<&MessageOut>,
) -> Result<Opening, ApiError> {
    let about = json!({ "thread_id": thread, "message_id": message.map(|m| m.id) });
    let told = message.map(|message| {
        let message = serde_json::to_value(message).map_err(ApiError::internal)?;
        Ok::<_, ApiError>(json!({ "message": message, "reply_id": reply }))
    });
    Ok(Opening {
        id: reply.0,
        about: about.as_object().cloned().unwrap_or_default(),
        message: told.transpose()?,
    })
}

/// A message and its answers as they are stored now.
async fn exchange_out(
    chat: &Chat,
    workspace: WorkspaceId,
    message: Option<MessageOut>,
    replies: &[Reply],
    all: bool,
) -> Result<ExchangeOut, ApiError> {
    let mut rows = Vec::with_capacity(replies.len());
    for reply in replies {
        let row = messages::find(chat.db(), workspace, reply.id).await?;
        rows.push(row.ok_or_else(|| ApiError::not_found("message"))?);
    }
    let mut replies = messages::show(chat, workspace, rows).await?;
    Ok(ExchangeOut {
        message,
        reply: if all {
            replies.first().cloned()
        } else {
            replies.pop()
        },
        replies,
    })
}

pub async fn source(
    chat: &Chat,
    workspace: WorkspaceId,
    reply: MessageId,
    running: Option<Arc<Generation>>,
) -> Result<Source, ApiError> {
    if let Some(generation) = running {
        return Ok(Source::Running(generation));
    }
    let row = messages::find(chat.db(), workspace, reply)
        .await?
        .ok_or_else(|| ApiError::not_found("message"))?;
    let status = row.status;
    let shown = messages::show(chat, workspace, vec![row])
        .await?
        .pop()
        .ok_or_else(|| ApiError::not_found("message"))?;
    Ok(Source::Stored(Box::new(Progress {
        text: shown.content,
        reasoning: shown.reasoning.unwrap_or_default(),
        attempts: Vec::new(),
        provider: shown.provider,
        model: shown.model,
        sources: shown.sources,
        tools: of_metadata(&shown.metadata, "tools").unwrap_or_default(),
        business: of_metadata(&shown.metadata, "business"),
        usage: shown.usage,
        error: shown.error,
        ended: Some(status),
    })))
}

/// What the metadata of a message says beside its words.
fn of_metadata<T: serde::de::DeserializeOwned>(metadata: &serde_json::Value, name: &str) -> Option<T> {
    metadata.get(name).and_then(|value| T::deserialize(value).ok())
}
