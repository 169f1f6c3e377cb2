//! Calls about a thread as a room: its members, reactions, read marks, and what people are told.

use axum::extract::{FromRef, FromRequestParts, State};
use db::UserId;
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, Query};

use crate::Chat;
use crate::access::{InThread, id_at, placeholders};
use crate::members::{self, ThreadMemberIn, ThreadMemberOut, ThreadMemberPatch};
use crate::messages::MessageOut;
use crate::notifications::{self, NotificationOut, NotificationsQuery, NotificationsReadIn, UnreadOut};
use crate::reactions::{self, WithSign};
use crate::reads::{self, ReadIn, ReadOut, StateOut, StatePatch};

/// A caller in a thread, about a person.
pub struct AboutPerson {
    at: InThread,
    user: UserId,
}

impl<S> FromRequestParts<S> for AboutPerson
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let at = InThread::from_request_parts(parts, state).await?;
        let user = id_at(&placeholders(parts, state).await?, 1, "member")?;
        Ok(Self {
            at,
            user: UserId(user),
        })
    }
}

/// Those whom a thread is shared with by name, its owner first.
#[utoipa::path(get, path = "/api/v1/threads/{id}/members", operation_id = "list_thread_members", tag = "chat", params(("id" = Uuid, Path)),
    responses((status = 200, body = Listing<ThreadMemberOut>), (status = 404, body = ErrorBody)))]
pub async fn list_members(
    State(chat): State<Chat>,
    at: InThread,
) -> Result<Listing<ThreadMemberOut>, ApiError> {
    Ok(members::of_thread(&chat, &at.thread).await?.into())
}

/// Shares a thread with somebody of the workspace.
#[utoipa::path(post, path = "/api/v1/threads/{id}/members", operation_id = "add_thread_member", tag = "chat", params(("id" = Uuid, Path)), request_body = ThreadMemberIn,
    responses((status = 201, body = Data<ThreadMemberOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add_member(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<ThreadMemberIn>,
) -> Result<Created<ThreadMemberOut>, ApiError> {
    Ok(Created(members::add(&chat, at, input).await?))
}

/// Changes what somebody may do in a thread.
#[utoipa::path(patch, path = "/api/v1/threads/{id}/members/{user_id}", operation_id = "change_thread_member", tag = "chat", params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    request_body = ThreadMemberPatch, responses((status = 200, body = Data<ThreadMemberOut>), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change_member(
    State(chat): State<Chat>,
    about: AboutPerson,
    Json(patch): Json<ThreadMemberPatch>,
) -> Result<Data<ThreadMemberOut>, ApiError> {
    Ok(Data::new(
        members::change(&chat, about.at, about.user, &patch).await?,
    ))
}

/// Takes a thread from somebody, or leaves it.
#[utoipa::path(delete, path = "/api/v1/threads/{id}/members/{user_id}", operation_id = "remove_thread_member", tag = "chat", params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn remove_member(State(chat): State<Chat>, about: AboutPerson) -> Result<Data<Empty>, ApiError> {
    members::remove(&chat, about.at, about.user).await?;
    Ok(Data::new(Empty {}))
}

/// Reacts to a message with one emoji, percent-encoded in the path.
#[utoipa::path(put, path = "/api/v1/threads/{id}/messages/{mid}/reactions/{emoji}", tag = "chat",
    params(("id" = Uuid, Path), ("mid" = Uuid, Path), ("emoji" = String, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put_reaction(State(chat): State<Chat>, with: WithSign) -> Result<Data<MessageOut>, ApiError> {
    Ok(Data::new(reactions::put(&chat, with).await?))
}

/// Takes a reaction back.
#[utoipa::path(delete, path = "/api/v1/threads/{id}/messages/{mid}/reactions/{emoji}", tag = "chat",
    params(("id" = Uuid, Path), ("mid" = Uuid, Path), ("emoji" = String, Path)),
    responses((status = 200, body = Data<MessageOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn delete_reaction(State(chat): State<Chat>, with: WithSign) -> Result<Data<MessageOut>, ApiError> {
    Ok(Data::new(reactions::delete(&chat, with).await?))
}

/// Notes how far the caller has read; the mark never goes back.
#[utoipa::path(post, path = "/api/v1/threads/{id}/read", tag = "chat", params(("id" = Uuid, Path)), request_body = ReadIn,
    responses((status = 200, body = Data<ReadOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn mark_read(
    State(chat): State<Chat>,
    at: InThread,
    Json(input): Json<ReadIn>,
) -> Result<Data<ReadOut>, ApiError> {
    let who = (at.caller.workspace, at.caller.user);
    Ok(Data::new(reads::mark(&chat, who, &at.thread, input.seq).await?))
}

/// Makes a thread silent for the caller, or heard again.
#[utoipa::path(patch, path = "/api/v1/threads/{id}/state", tag = "chat", params(("id" = Uuid, Path)), request_body = StatePatch,
    responses((status = 200, body = Data<StateOut>), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change_state(
    State(chat): State<Chat>,
    at: InThread,
    Json(patch): Json<StatePatch>,
) -> Result<Data<StateOut>, ApiError> {
    Ok(Data::new(reads::mute(&chat, at, &patch).await?))
}

/// What the caller is told of in this workspace, newest first.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "chat", params(NotificationsQuery),
    responses((status = 200, body = Listing<NotificationOut>), (status = 422, body = ErrorBody)))]
pub async fn list_notifications(
    State(chat): State<Chat>,
    caller: Caller,
    Query(query): Query<NotificationsQuery>,
) -> Result<Listing<NotificationOut>, ApiError> {
    Ok(notifications::list(&chat, &caller, query).await?.into())
}

/// Marks notifications as read: some, all, or those of a thread.
#[utoipa::path(post, path = "/api/v1/notifications/read", tag = "chat", request_body = NotificationsReadIn,
    responses((status = 200, body = Data<UnreadOut>), (status = 422, body = ErrorBody)))]
pub async fn read_notifications(
    State(chat): State<Chat>,
    caller: Caller,
    Json(input): Json<NotificationsReadIn>,
) -> Result<Data<UnreadOut>, ApiError> {
    Ok(Data::new(notifications::read(&chat, &caller, input).await?))
}
