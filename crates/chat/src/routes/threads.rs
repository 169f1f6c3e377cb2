//! Calls about threads as wholes.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::MessageId;
use http::header;
use identity::Caller;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, Problems, Query, Validate};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Chat;
use crate::access::InThread;
use crate::drafts::{self, DraftIn, DraftOut};
use crate::export::{self, ExportQuery, ForkIn, Format, ThreadExport};
use crate::inputs::{ThreadIn, ThreadPatch, ThreadsQuery};
use crate::threads::{self, ThreadOut};

/// Threads: the pinned ones first, then the newest.
#[utoipa::path(get, path = "/api/v1/threads", tag = "chat", params(ThreadsQuery),
    responses((status = 200, body = Listing<ThreadOut>), (status = 401, body = ErrorBody)))]
pub async fn list_threads(
    State(chat): State<Chat>,
    caller: Caller,
    Query(query): Query<ThreadsQuery>,
) -> Result<Listing<ThreadOut>, ApiError> {
    Ok(threads::list(&chat, &caller, query).await?.into())
}

/// A new thread.
#[utoipa::path(post, path = "/api/v1/threads", tag = "chat", request_body = ThreadIn,
    responses((status = 201, body = Data<ThreadOut>), (status = 422, body = ErrorBody)))]
pub async fn create_thread(
    State(chat): State<Chat>,
    caller: Caller,
    Json(input): Json<ThreadIn>,
) -> Result<Created<ThreadOut>, ApiError> {
    Ok(Created(threads::create(&chat, &caller, input).await?))
}

/// One thread.
#[utoipa::path(get, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody)))]
pub async fn get_thread(State(chat): State<Chat>, at: InThread) -> Result<Data<ThreadOut>, ApiError> {
    Ok(Data::new(threads::show_one(&chat, &at.caller, at.thread).await?))
}

/// Changes a thread: title, model, assistant, visibility, pinned, archived.
#[utoipa::path(patch, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)), request_body = ThreadPatch,
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change_thread(
    State(chat): State<Chat>,
    at: InThread,
    Json(patch): Json<ThreadPatch>,
) -> Result<Data<ThreadOut>, ApiError> {
    Ok(Data::new(threads::change(&chat, at, patch).await?))
}

/// Deletes a thread with all its messages.
#[utoipa::path(delete, path = "/api/v1/threads/{id}", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody)))]
pub async fn delete_thread(State(chat): State<Chat>, at: InThread) -> Result<Data<Empty>, ApiError> {
    threads::delete(&chat, at).await?;
    Ok(Data::new(Empty {}))
}

/// Keeps what the caller has begun to write.
#[utoipa::path(put, path = "/api/v1/threads/{id}/draft", tag = "chat", params(("id" = Uuid, Path)), request_body = DraftIn,
    responses((status = 200, body = Data<DraftOut>), (status = 404, body = ErrorBody)))]
pub async fn put_draft(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<DraftIn>,
) -> Result<Data<DraftOut>, ApiError> {
    Ok(Data::new(drafts::put(&chat, at, input).await?))
}

/// Which branch to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadIn {
    /// A message of the branch.
    message_id: MessageId,
}

impl Validate for HeadIn {
    fn validate(&self, _: &mut Problems) {}
}

/// Shows another branch: the newest leaf under a message.
#[utoipa::path(post, path = "/api/v1/threads/{id}/head", tag = "chat", params(("id" = Uuid, Path)), request_body = HeadIn,
    responses((status = 200, body = Data<ThreadOut>), (status = 404, body = ErrorBody)))]
pub async fn switch_branch(
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
pub async fn fork_thread(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<ForkIn>,
) -> Result<Created<ThreadOut>, ApiError> {
    Ok(Created(export::fork(&chat, at, input).await?))
}

/// A thread as a file: Markdown of the branch in view, or JSON of everything.
#[utoipa::path(get, path = "/api/v1/threads/{id}/export", tag = "chat", params(("id" = Uuid, Path), ExportQuery),
    responses((status = 200, body = Data<ThreadExport>), (status = 404, body = ErrorBody)))]
pub async fn export_thread(
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
