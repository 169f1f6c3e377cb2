//! Calls about messages and their answers.

use ai::answer::{Shape, plain_text, ui_message_stream};
use axum::extract::State;
use axum::response::Response;
use db::MessageId;
use http::HeaderMap;
use kit::api::{ApiError, Cursor, Data, ErrorBody, Json, Listing, Query};
use serde::Deserialize;

use super::answer::{ExchangeOut, answer, opening, source};
use crate::Chat;
use crate::access::{AtMessage, InThread};
use crate::exchange;
use crate::inputs::{EditIn, MessageIn, RegenerateIn};
use crate::messages::{self, Branch, MessageOut};
use crate::mirror::follow;

/// Which messages to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MessagesQuery {
    /// Rows a page, 1 to 200.
    limit: Option<u32>,
    /// The cursor of the page before.
    cursor: Option<String>,
    /// A message: the branch through it. `all`: every message. Absent: the branch in view.
    branch: Option<String>,
}

/// Messages, newest first.
#[utoipa::path(get, path = "/api/v1/threads/{id}/messages", tag = "chat", params(("id" = Uuid, Path), MessagesQuery),
    responses((status = 200, body = Listing<MessageOut>), (status = 404, body = ErrorBody)))]
pub async fn list_messages(
    State(chat): State<Chat>,
    at: InThread,
    Query(query): Query<MessagesQuery>,
) -> Result<Listing<MessageOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let workspace = at.caller.workspace;
    let branch = match query.branch.as_deref() {
        Some("all") => Branch::All,
        Some(text) => Branch::To(branch_through(&chat, &at, text).await?),
        None => match at.thread.head_id {
            Some(head) => Branch::To(head),
            None => return Ok(Vec::new().into()),
        },
    };
    Ok(messages::list(
        &chat,
        workspace,
        at.thread.id,
        branch,
        query.cursor.as_deref(),
        limit,
    )
    .await?
    .into())
}

async fn branch_through(chat: &Chat, at: &InThread, text: &str) -> Result<MessageId, ApiError> {
    let missing = || ApiError::not_found("message");
    let id = MessageId(text.parse().map_err(|_| missing())?);
    let row = messages::find(chat.db(), at.caller.workspace, id).await?;
    row.filter(|r| r.thread_id == at.thread.id).ok_or_else(missing)?;
    messages::newest_under(chat.db(), at.caller.workspace, id)
        .await?
        .ok_or_else(missing)
}

/// Writes a message and, unless `reply` is false, has a model answer it. The answer's shape follows `Accept`:
/// `text/event-stream` (AI SDK's UI message stream), `text/plain`, or `application/json` when it is whole. Models that
/// the text names answer all at once; a stream is the first one's. With `Prefer: respond-async` nothing is waited for.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages", tag = "chat", params(("id" = Uuid, Path)), request_body = MessageIn,
    responses((status = 201, body = Data<ExchangeOut>), (status = 202, body = Data<ExchangeOut>), (status = 200, content_type = "text/event-stream", body = String),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody), (status = 424, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub async fn post_message(
    State(chat): State<Chat>,
    at: InThread,
    headers: HeaderMap,
    Json(input): Json<MessageIn>,
) -> Result<Response, ApiError> {
    let (thread, workspace) = (at.thread.id, at.caller.workspace);
    let exchange = exchange::post(&chat, at, input, repeat_key(&headers)).await?;
    answer(&chat, workspace, thread, exchange, &headers).await
}

/// Writes another wording of a message beside it, with an answer of its own.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages/{mid}/edit", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    request_body = EditIn, responses((status = 201, body = Data<ExchangeOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn edit_message(
    State(chat): State<Chat>,
    at: AtMessage,
    headers: HeaderMap,
    Json(input): Json<EditIn>,
) -> Result<Response, ApiError> {
    let (thread, workspace) = (at.thread.id, at.caller.workspace);
    let exchange = exchange::edit(&chat, at, input, repeat_key(&headers)).await?;
    answer(&chat, workspace, thread, exchange, &headers).await
}

/// Has a model answer again, beside the answer that is there.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages/{mid}/regenerate", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    request_body = RegenerateIn, responses((status = 201, body = Data<ExchangeOut>), (status = 404, body = ErrorBody), (status = 424, body = ErrorBody)))]
pub async fn regenerate_message(
    State(chat): State<Chat>,
    at: AtMessage,
    headers: HeaderMap,
    Json(input): Json<RegenerateIn>,
) -> Result<Response, ApiError> {
    let (thread, workspace) = (at.thread.id, at.caller.workspace);
    let exchange = exchange::regenerate(&chat, at, input, repeat_key(&headers)).await?;
    answer(&chat, workspace, thread, exchange, &headers).await
}

/// Goes on with an answer that was interrupted, stopped or failed.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages/{mid}/continue", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    responses((status = 201, body = Data<ExchangeOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn continue_message(
    State(chat): State<Chat>,
    at: AtMessage,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (thread, workspace) = (at.thread.id, at.caller.workspace);
    let exchange = exchange::go_on(&chat, at).await?;
    answer(&chat, workspace, thread, exchange, &headers).await
}

fn repeat_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    Some(format!("key:{}", key.chars().take(190).collect::<String>()))
}

/// One message.
#[utoipa::path(get, path = "/api/v1/threads/{id}/messages/{mid}", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 404, body = ErrorBody)))]
pub async fn get_message(State(chat): State<Chat>, at: AtMessage) -> Result<Data<MessageOut>, ApiError> {
    shown(&chat, at.caller.workspace, at.message).await
}

async fn shown(
    chat: &Chat,
    workspace: db::WorkspaceId,
    row: db::entity::messages::Model,
) -> Result<Data<MessageOut>, ApiError> {
    let shown = messages::show(chat, workspace, vec![row]).await?.pop();
    Ok(Data::new(shown.ok_or_else(|| ApiError::not_found("message"))?))
}

/// Where to resume.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// How many UTF-16 units of the text the reader has already.
    from: Option<usize>,
}

/// Resumes a running answer at an offset, then ends; one that has ended is replayed.
#[utoipa::path(get, path = "/api/v1/threads/{id}/messages/{mid}/stream", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path), StreamQuery),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = ErrorBody)))]
pub async fn stream_message(
    State(chat): State<Chat>,
    at: AtMessage,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response, ApiError> {
    let seen = headers
        .get("last-event-id")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse().ok());
    let from = query.from.or(seen).unwrap_or(0);
    let reply = at.message.id;
    let running = follow(&chat, at.caller.workspace, reply).await;
    let source = source(&chat, at.caller.workspace, reply, running).await?;
    if Shape::of(&headers) == Shape::Text {
        return Ok(plain_text(source));
    }
    let opening = opening(at.thread.id, reply, None)?;
    Ok(ui_message_stream(source, opening, from))
}

/// Ends a running answer; what was written is kept.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages/{mid}/stop", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 404, body = ErrorBody)))]
pub async fn stop_message(State(chat): State<Chat>, at: AtMessage) -> Result<Data<MessageOut>, ApiError> {
    let workspace = at.caller.workspace;
    let row = exchange::stop(&chat, at).await?;
    shown(&chat, workspace, row).await
}
