//! The calls of this room. Each one: who and where by the extractor, one function, one answer.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::MessageId;
use db::kinds::MessageStatus;
use http::{HeaderMap, header};
use identity::Caller;
use kit::api::{
    ApiError, Code, Created, Cursor, Data, Detail, Empty, ErrorBody, Json, Listing, PathId, Problems, Query,
    Validate,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Chat;
use crate::access::{AtMessage, InThread};
use crate::assistants::{self, AssistantIn, AssistantOut, AssistantPatch};
use crate::drafts::{self, DraftIn, DraftOut};
use crate::exchange::{self, EditIn, Exchange, MessageIn, RegenerateIn};
use crate::export::{self, ExportQuery, ForkIn, Format, ThreadExport};
use crate::generation::Progress;
use crate::messages::{self, Branch, MessageOut};
use crate::stream::{self, Opening, Source};
use crate::threads::{self, ThreadIn, ThreadOut, ThreadPatch, ThreadsQuery};

/// All calls of this room.
pub fn routes(chat: Chat) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_threads, create_thread))
        .routes(routes!(get_thread, change_thread, delete_thread))
        .routes(routes!(put_draft))
        .routes(routes!(switch_branch))
        .routes(routes!(fork_thread))
        .routes(routes!(export_thread))
        .routes(routes!(list_messages, post_message))
        .routes(routes!(get_message))
        .routes(routes!(stream_message))
        .routes(routes!(stop_message))
        .routes(routes!(regenerate_message))
        .routes(routes!(edit_message))
        .routes(routes!(continue_message))
        .routes(routes!(list_assistants, create_assistant))
        .routes(routes!(change_assistant, delete_assistant))
        .with_state(chat)
}

/// Threads: the pinned ones first, then the newest.
#[utoipa::path(get, path = "/api/v1/threads", tag = "chat", params(ThreadsQuery),
    responses((status = 200, body = Listing<ThreadOut>), (status = 401, body = ErrorBody)))]
async fn list_threads(
    State(chat): State<Chat>,
    caller: Caller,
    Query(query): Query<ThreadsQuery>,
) -> Result<Listing<ThreadOut>, ApiError> {
    Ok(threads::list(&chat, &caller, query).await?.into())
}

/// A new thread.
#[utoipa::path(post, path = "/api/v1/threads", tag = "chat", request_body = ThreadIn,
    responses((status = 201, body = Data<ThreadOut>), (status = 422, body = ErrorBody)))]
async fn create_thread(
    State(chat): State<Chat>,
    caller: Caller,
    Json(input): Json<ThreadIn>,
) -> Result<Created<ThreadOut>, ApiError> {
    Ok(Created(threads::create(&chat, &caller, input).await?))
}

/// One thread.
#[utoipa::path(get, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody)))]
async fn get_thread(State(chat): State<Chat>, at: InThread) -> Result<Data<ThreadOut>, ApiError> {
    Ok(Data::new(threads::show_one(&chat, &at.caller, at.thread).await?))
}

/// Changes a thread: title, model, assistant, visibility, pinned, archived.
#[utoipa::path(patch, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)), request_body = ThreadPatch,
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn change_thread(
    State(chat): State<Chat>,
    at: InThread,
    Json(patch): Json<ThreadPatch>,
) -> Result<Data<ThreadOut>, ApiError> {
    Ok(Data::new(threads::change(&chat, at, patch).await?))
}

/// Deletes a thread with all its messages.
#[utoipa::path(delete, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_thread(State(chat): State<Chat>, at: InThread) -> Result<Data<Empty>, ApiError> {
    threads::delete(&chat, at).await?;
    Ok(Data::new(Empty {}))
}

/// Keeps what the caller has begun to write.
#[utoipa::path(put, path = "/api/v1/threads/{id}/draft", tag = "chat", params(("id" = Uuid, Path)), request_body = DraftIn,
    responses((status = 200, body = Data<DraftOut>), (status = 404, body = ErrorBody)))]
async fn put_draft(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<DraftIn>,
) -> Result<Data<DraftOut>, ApiError> {
    Ok(Data::new(drafts::put(&chat, at, input).await?))
}

/// Which branch to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeadIn {
    /// A message of the branch.
    message_id: MessageId,
}

impl Validate for HeadIn {
    fn validate(&self, _: &mut Problems) {}
}

/// Shows another branch: the newest leaf under a message.
#[utoipa::path(post, path = "/api/v1/threads/{id}/head", tag = "chat", params(("id" = Uuid, Path)), request_body = HeadIn,
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody)))]
async fn switch_branch(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<HeadIn>,
) -> Result<Data<ThreadOut>, ApiError> {
    Ok(Data::new(
        threads::switch_branch(&chat, at, input.message_id).await?,
    ))
}

/// Copies a branch into a new private thread.
#[utoipa::path(post, path = "/api/v1/threads/{id}/fork", tag = "chat", params(("id" = Uuid, Path)), request_body = ForkIn,
    responses((status = 201, body = Data<ThreadOut>), (status = 404, body = ErrorBody)))]
async fn fork_thread(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<ForkIn>,
) -> Result<Created<ThreadOut>, ApiError> {
    Ok(Created(export::fork(&chat, at, input).await?))
}

/// A thread as a file: Markdown of the branch in view, or JSON of everything.
#[utoipa::path(get, path = "/api/v1/threads/{id}/export", tag = "chat", params(("id" = Uuid, Path), ExportQuery),
    responses((status = 200, body = Data<ThreadExport>), (status = 404, body = ErrorBody)))]
async fn export_thread(
    State(chat): State<Chat>,
    at: InThread,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let name = format!(
        "attachment; filename=\"thread-{}.{}\"",
        at.thread.id,
        if query.format == Format::Json {
            "json"
        } else {
            "md"
        }
    );
    let mut response = match query.format {
        Format::Json => Data::new(export::as_json(&chat, at).await?).into_response(),
        Format::Markdown => (
            [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
            export::as_markdown(&chat, at).await?,
        )
            .into_response(),
    };
    if let Ok(value) = name.parse() {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Which messages to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MessagesQuery {
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
async fn list_messages(
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

/// A message and its answer.
#[derive(Debug, Serialize, ToSchema)]
struct ExchangeOut {
    /// What the person wrote.
    message: Option<MessageOut>,
    /// The answer, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<MessageOut>,
}

/// Writes a message and, unless `reply` is false, has a model answer it. The answer's shape follows `Accept`:
/// `text/event-stream` (AI SDK's UI message stream), `text/plain`, or `application/json` when it is whole.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages", tag = "chat", params(("id" = Uuid, Path)), request_body = MessageIn,
    responses((status = 201, body = Data<ExchangeOut>), (status = 200, content_type = "text/event-stream", body = String),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody), (status = 424, body = ErrorBody), (status = 502, body = ErrorBody)))]
async fn post_message(
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
async fn edit_message(
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
async fn regenerate_message(
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
async fn continue_message(
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

/// The shape that the caller wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Events,
    Text,
    Whole,
}

fn shape(headers: &HeaderMap) -> Shape {
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

async fn answer(
    chat: &Chat,
    workspace: db::WorkspaceId,
    thread: db::ThreadId,
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
    Some(answer)
}

async fn source(
    chat: &Chat,
    workspace: db::WorkspaceId,
    reply: MessageId,
    running: Option<std::sync::Arc<crate::generation::Generation>>,
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

/// One message.
#[utoipa::path(get, path = "/api/v1/threads/{id}/messages/{mid}", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 404, body = ErrorBody)))]
async fn get_message(State(chat): State<Chat>, at: AtMessage) -> Result<Data<MessageOut>, ApiError> {
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
struct StreamQuery {
    /// How many UTF-16 units of the text the reader has already.
    from: Option<usize>,
}

/// Resumes a running answer at an offset, then ends; one that has ended is replayed.
#[utoipa::path(get, path = "/api/v1/threads/{id}/messages/{mid}/stream", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path), StreamQuery),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = ErrorBody)))]
async fn stream_message(
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
    let running = chat.0.generations.get(reply);
    let source = source(&chat, at.caller.workspace, reply, running).await?;
    if shape(&headers) == Shape::Text {
        return Ok(stream::plain_text(source));
    }
    Ok(stream::ui_message_stream(
        source,
        Opening {
            thread: at.thread.id,
            reply,
            message: None,
        },
        from,
    ))
}

/// Ends a running answer; what was written is kept.
#[utoipa::path(post, path = "/api/v1/threads/{id}/messages/{mid}/stop", tag = "chat", params(("id" = Uuid, Path), ("mid" = Uuid, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 404, body = ErrorBody)))]
async fn stop_message(State(chat): State<Chat>, at: AtMessage) -> Result<Data<MessageOut>, ApiError> {
    let workspace = at.caller.workspace;
    let row = exchange::stop(&chat, at).await?;
    shown(&chat, workspace, row).await
}

/// Assistants of the workspace.
#[utoipa::path(get, path = "/api/v1/assistants", tag = "chat", responses((status = 200, body = Listing<AssistantOut>)))]
async fn list_assistants(
    State(chat): State<Chat>,
    caller: Caller,
) -> Result<Listing<AssistantOut>, ApiError> {
    Ok(assistants::list(&chat, &caller).await?.into())
}

/// A new assistant.
#[utoipa::path(post, path = "/api/v1/assistants", tag = "chat", request_body = AssistantIn,
    responses((status = 201, body = Data<AssistantOut>), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create_assistant(
    State(chat): State<Chat>,
    caller: Caller,
    Json(input): Json<AssistantIn>,
) -> Result<Created<AssistantOut>, ApiError> {
    Ok(Created(assistants::create(&chat, &caller, input).await?))
}

/// The id in the path.
struct Id(Uuid);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Id {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Self, ApiError> {
        let ids = PathId::all(parts, state).await?;
        ids.first()
            .copied()
            .map(Self)
            .ok_or_else(|| ApiError::not_found("assistant"))
    }
}

/// Changes an assistant.
#[utoipa::path(patch, path = "/api/v1/assistants/{id}", tag = "chat", params(("id" = Uuid, Path)), request_body = AssistantPatch,
    responses((status = 200, body = Data<AssistantOut>), (status = 404, body = ErrorBody)))]
async fn change_assistant(
    State(chat): State<Chat>,
    caller: Caller,
    id: Id,
    Json(patch): Json<AssistantPatch>,
) -> Result<Data<AssistantOut>, ApiError> {
    Ok(Data::new(assistants::change(&chat, &caller, id.0, patch).await?))
}

/// Deletes an assistant.
#[utoipa::path(delete, path = "/api/v1/assistants/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
async fn delete_assistant(State(chat): State<Chat>, caller: Caller, id: Id) -> Result<Data<Empty>, ApiError> {
    assistants::delete(&chat, &caller, id.0).await?;
    Ok(Data::new(Empty {}))
}
