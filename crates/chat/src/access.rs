//! Who may enter a thread. The extractor authorises and hands on the loaded row; no handler takes a bare id.

use axum::extract::{FromRef, FromRequestParts};
use db::entity::{messages, threads};
use db::kinds::{Role, Visibility};
use db::{MessageId, ThreadId};
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, PathId};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::Chat;

/// A caller in a thread they may read and write.
#[derive(Debug)]
pub struct InThread {
    /// Who.
    pub caller: Caller,
    /// Where.
    pub thread: threads::Model,
}

/// The same, and a message of that thread.
#[derive(Debug)]
pub struct AtMessage {
    /// Who.
    pub caller: Caller,
    /// Where.
    pub thread: threads::Model,
    /// At which message.
    pub message: messages::Model,
}

/// Whether the caller may see the thread at all; what they may not see is not there.
pub fn may_enter(caller: &Caller, thread: &threads::Model) -> bool {
    match thread.visibility {
        _ if thread.owner_id == caller.user => true,
        Visibility::Private => false,
        Visibility::Workspace => caller.role != Role::Guest,
    }
}

impl InThread {
    /// Renaming, sharing, archiving and deleting are for the owner, and for administrators once it is shared.
    pub fn require_ownership(&self) -> Result<(), ApiError> {
        let leads = matches!(self.caller.role, Role::Owner | Role::Admin);
        if self.thread.owner_id == self.caller.user
            || (leads && self.thread.visibility == Visibility::Workspace)
        {
            Ok(())
        } else {
            Err(ApiError::forbidden(
                "Only the person who began this thread may change it.",
            ))
        }
    }
}

pub(crate) async fn load_thread(
    chat: &Chat,
    caller: &Caller,
    id: ThreadId,
) -> Result<threads::Model, ApiError> {
    threads::Entity::of(caller.workspace)
        .filter(threads::Column::Id.eq(id))
        .one(chat.db().read())
        .await
        .map_err(db::DbError::from)?
        .filter(|thread| may_enter(caller, thread))
        .ok_or_else(|| ApiError::not_found("thread"))
}

impl<S> FromRequestParts<S> for InThread
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let ids = PathId::all(parts, state).await?;
        let id = ids
            .first()
            .copied()
            .ok_or_else(|| ApiError::not_found("thread"))?;
        let thread = load_thread(&Chat::from_ref(state), &caller, ThreadId(id)).await?;
        Ok(Self { caller, thread })
    }
}

impl<S> FromRequestParts<S> for AtMessage
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let InThread { caller, thread } = InThread::from_request_parts(parts, state).await?;
        let ids = PathId::all(parts, state).await?;
        let id = ids
            .get(1)
            .copied()
            .ok_or_else(|| ApiError::not_found("message"))?;
        let message = messages::Entity::of(thread.workspace_id)
            .filter(messages::Column::Id.eq(MessageId(id)))
            .filter(messages::Column::ThreadId.eq(thread.id))
            .one(Chat::from_ref(state).db().read())
            .await
            .map_err(db::DbError::from)?
            .ok_or_else(|| ApiError::not_found("message"))?;
        Ok(Self {
            caller,
            thread,
            message,
        })
    }
}
