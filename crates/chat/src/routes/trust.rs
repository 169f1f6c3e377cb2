//! Calls about trust: opening somebody's thread, and taking one's own data along.

use axum::extract::{FromRequestParts, State};
use db::ThreadId;
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Created, Data, ErrorBody, Json, Listing, PathId, Query};

use crate::Chat;
use crate::breakglass::{self, OpenThreadIn, ThreadGrantOut, WithheldQuery, WithheldThreadOut};
use crate::own::{self, OwnExport};

/// The thread in the path, whoever may see it.
pub struct AnyThread(ThreadId);

impl<S: Send + Sync> FromRequestParts<S> for AnyThread {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        PathId::first(parts, state, "thread")
            .await
            .map(|id| Self(ThreadId(id)))
    }
}

/// Threads of the workspace, their titles withheld.
#[utoipa::path(get, path = "/api/v1/admin/threads", tag = "administration", params(WithheldQuery),
    responses((status = 200, body = Listing<WithheldThreadOut>), (status = 403, body = ErrorBody)))]
pub async fn list_withheld_threads(
    State(chat): State<Chat>,
    caller: Caller,
    Query(query): Query<WithheldQuery>,
) -> Result<Listing<WithheldThreadOut>, ApiError> {
    Ok(breakglass::list(&chat, &caller, &query).await?.into())
}

/// Opens a thread for an hour, for a reason that is written down; its owner is told.
#[utoipa::path(post, path = "/api/v1/admin/threads/{id}/open", tag = "administration", params(("id" = Uuid, Path)),
    request_body = OpenThreadIn,
    responses((status = 201, body = Data<ThreadGrantOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn open_thread(
    State(chat): State<Chat>,
    caller: Caller,
    AnyThread(id): AnyThread,
    Json(input): Json<OpenThreadIn>,
) -> Result<Created<ThreadGrantOut>, ApiError> {
    breakglass::open(&chat, &caller, id, &input).await.map(Created)
}

/// Everything of one's own, as JSON.
#[utoipa::path(get, path = "/api/v1/me/export", tag = "identity",
    responses((status = 200, body = Data<OwnExport>), (status = 403, body = ErrorBody)))]
pub async fn export_me(State(chat): State<Chat>, caller: Caller) -> Result<Data<OwnExport>, ApiError> {
    own::export(&chat, &caller).await.map(Data::new)
}
