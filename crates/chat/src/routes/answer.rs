//! The shape in which an answer is sent: events, bare text, or whole. The status is not decided before there is
//! something to show, so that a failure before the first word is a plain error.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use db::kinds::MessageStatus;
use db::{MessageId, ThreadId, WorkspaceId};
use http::{HeaderMap, header};
use kit::api::{ApiError, Code, Created, Detail};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Chat;
use crate::exchange::Exchange;
use crate::generation::{Generation, Progress};
use crate::messages::{self, MessageOut};
use crate::stream::{self, Opening, Source};

/// A message and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExchangeOut {
    /// What the person wrote.
    pub message: Option<MessageOut>,
    /// The answer, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<MessageOut>,
}

/// The shape that the caller wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Events,
    Text,
    Whole,
}

pub fn shape(headers: &HeaderMap) -> Shape {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    if accept.contains("text/event-stream") {
        Shape::Events
    } else if accept.contains("text/plain") {
        Shape::Text
    } else {
        Shape::Whole
    }
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
    let Some(reply) = exchange.reply else {
        return Ok(Created(ExchangeOut { message, reply: None }).into_response());
    };
    let shape = shape(headers);
    if let Some(running) = &exchange.running {
        match shape {
            // The status is not decided before there is something to show.
            Shape::Events | Shape::Text => running.first_content().await,
            Shape::Whole => {
                running.ended().await;
            }
        }
        if let Some(error) = running.look(|p| failed_at_once(p, running.began_at)) {
            return Err(error);
        }
    }
    match shape {
        Shape::Whole => {
            let row = messages::find(chat.db(), workspace, reply)
                .await?
                .ok_or_else(|| ApiError::not_found("message"))?;
            let reply = messages::show(chat, workspace, vec![row]).await?.pop();
            Ok(Created(ExchangeOut { message, reply }).into_response())
        }
        Shape::Events => {
            let from = exchange
                .running
                .as_ref()
                .map_or(0, |g| g.look(|p| stream::utf16_len(&p.text[..g.began_at])));
            let source = source(chat, workspace, reply, exchange.running).await?;
            Ok(stream::ui_message_stream(
                source,
                Opening {
                    thread,
                    reply,
                    message,
                },
                from,
            ))
        }
        Shape::Text => Ok(stream::plain_text(
            source(chat, workspace, reply, exchange.running).await?,
        )),
    }
}

/// The error of an answer that ended before its first word.
fn failed_at_once(progress: &Progress, began_at: usize) -> Option<ApiError> {
    if progress.ended != Some(MessageStatus::Failed)
        || progress.text.len() > began_at
        || !progress.reasoning.is_empty()
    {
        return None;
    }
    let error = progress.error.as_ref()?;
    let code = match error.code.as_str() {
        "INVALID_PROVIDER_KEY" => Code::InvalidProviderKey,
        "NO_PROVIDER_KEY" => Code::NoProviderKey,
        "VALIDATION_FAILED" => Code::ValidationFailed,
        "INTERNAL" => Code::Internal,
        _ => Code::AllProvidersFailed,
    };
    let mut answer = ApiError::new(code, error.error.clone());
    answer.details = error
        .details
        .iter()
        .map(|d| Detail {
            field: d.field.clone(),
            message: d.message.clone(),
            code: d.code.clone(),
        })
        .collect();
    let waits = progress.attempts.iter().filter_map(|a| a.retry_after_ms);
    answer.retry_after = waits.min().map(Duration::from_millis);
    Some(answer)
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
        usage: shown.usage,
        error: shown.error,
        ended: Some(status),
    })))
}
