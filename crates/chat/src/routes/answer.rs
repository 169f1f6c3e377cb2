//! The shape in which an answer is sent: events, bare text, or whole. The status is not decided before there is
//! something to show, so that a failure before the first word is a plain error.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use db::kinds::MessageStatus;
use db::{MessageId, ThreadId, WorkspaceId};
use http::{HeaderMap, StatusCode, header};
use kit::api::{ApiError, Code, Created, Data, Detail};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Chat;
use crate::exchange::{Exchange, Reply};
use crate::generation::{Generation, Progress};
use crate::messages::{self, MessageOut};
use crate::stream::{self, Opening, Source};

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

/// Whether the caller would rather watch the answer elsewhere than wait for it (`Prefer: respond-async`, RFC 7240).
fn waits_not(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
    let mut wishes = values.flat_map(|value| value.split([',', ';']));
    wishes.any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
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
    let shape = shape(headers);
    let mut errors = Vec::new();
    match shape {
        // The status is not decided before there is something to show.
        Shape::Events | Shape::Text => {
            if let Some(running) = &first.running {
                running.first_content().await;
                errors.extend(running.look(|p| failed_at_once(p, running.began_at)));
            }
        }
        Shape::Whole => {
            for running in exchange.replies.iter().filter_map(|reply| reply.running.as_ref()) {
                running.ended().await;
                errors.extend(running.look(|p| failed_at_once(p, running.began_at)));
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
                .map_or(0, |g| g.look(|p| stream::utf16_len(&p.text[..g.began_at])));
            let source = source(chat, workspace, first.id, first.running).await?;
            Ok(stream::ui_message_stream(
                source,
                Opening {
                    thread,
                    reply: first.id,
                    message,
                },
                from,
            ))
        }
        Shape::Text => Ok(stream::plain_text(
            source(chat, workspace, first.id, first.running).await?,
        )),
    }
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
