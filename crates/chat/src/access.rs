//! Who may enter a thread, and as what. The extractor authorises and hands on the loaded row; no handler takes a bare
//! id. What is asked of a transaction is asked under locks, so that nobody writes after they were removed.

use std::collections::HashMap;

use axum::extract::{FromRef, FromRequestParts, Path};
use db::entity::{members, messages, thread_members, threads};
use db::kinds::{Role, ThreadRole, Visibility};
use db::{DbError, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use http::request::Parts;
use identity::{Caller, Permission};
use kit::api::ApiError;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{Chat, breakglass};

/// A caller in a thread they may read.
#[derive(Debug)]
pub struct InThread {
    /// Who.
    pub caller: Caller,
    /// Where.
    pub thread: threads::Model,
    /// As what.
    pub role: ThreadRole,
}

/// The same, and a message of that thread.
#[derive(Debug)]
pub struct AtMessage {
    /// Who.
    pub caller: Caller,
    /// Where.
    pub thread: threads::Model,
    /// As what.
    pub role: ThreadRole,
    /// At which message.
    pub message: messages::Model,
}

/// What somebody with this role in the workspace is in a thread that was shared with them as `shared`; none: they may
/// not see it, and what they may not see is not there. A guest only reads.
pub(crate) fn role_in(
    thread: &threads::Model,
    user: UserId,
    role: Role,
    shared: Option<ThreadRole>,
) -> Option<ThreadRole> {
    let is_guest = role == Role::Guest;
    if thread.owner_id == user {
        return Some(ThreadRole::Owner);
    }
    match thread.visibility {
        Visibility::Workspace if !is_guest => Some(ThreadRole::Member),
        _ if is_guest => shared.map(|_| ThreadRole::Viewer),
        _ => shared,
    }
}

/// Whether a row of `thread_members` decides for this person.
fn is_by_invitation(thread: &threads::Model, user: UserId, role: Role) -> bool {
    thread.owner_id != user && (thread.visibility == Visibility::Private || role == Role::Guest)
}

/// The threads that somebody may enter, as a condition on `threads`.
pub(crate) fn visible_to(workspace: WorkspaceId, user: UserId, role: Role) -> Condition {
    let shared = Query::select()
        .column(thread_members::Column::ThreadId)
        .from(thread_members::Entity)
        .and_where(thread_members::Column::WorkspaceId.eq(workspace))
        .and_where(thread_members::Column::UserId.eq(user))
        .to_owned();
    let mine = Condition::any()
        .add(threads::Column::OwnerId.eq(user))
        .add(threads::Column::Id.in_subquery(shared));
    if role == Role::Guest {
        mine
    } else {
        mine.add(threads::Column::Visibility.eq(Visibility::Workspace))
    }
}

/// That the thread a row is about may be entered, as a condition on that row's thread.
pub(crate) fn in_visible_thread(
    column: impl sea_orm::sea_query::IntoColumnRef,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
) -> sea_orm::sea_query::SimpleExpr {
    let thread = Query::select()
        .expr(Expr::val(1))
        .from(threads::Entity)
        .and_where(threads::Column::WorkspaceId.eq(workspace))
        .and_where(Expr::col((threads::Entity, threads::Column::Id)).eq(Expr::col(column)))
        .cond_where(visible_to(workspace, user, role))
        .to_owned();
    Expr::exists(thread)
}

/// Those who may enter a thread, each with what they are in it; all of them, or those among `only`.
pub(crate) async fn admitted(
    conn: &impl ConnectionTrait,
    thread: &threads::Model,
    only: Option<&[UserId]>,
) -> Result<HashMap<UserId, ThreadRole>, DbError> {
    let shared: HashMap<UserId, ThreadRole> = thread_members::Entity::of(thread.workspace_id)
        .filter(thread_members::Column::ThreadId.eq(thread.id))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.user_id, row.role))
        .collect();
    let mut people = members::Entity::of(thread.workspace_id);
    if let Some(only) = only {
        people = people.filter(members::Column::UserId.is_in(only.iter().copied()));
    } else if thread.visibility == Visibility::Private {
        let named = shared.keys().copied().chain([thread.owner_id]);
        people = people.filter(members::Column::UserId.is_in(named));
    }
    let people = people.all(conn).await?.into_iter();
    Ok(people
        .filter_map(|person| {
            let named = shared.get(&person.user_id).copied();
            Some((
                person.user_id,
                role_in(thread, person.user_id, person.role, named)?,
            ))
        })
        .collect())
}

/// A thread as somebody with this role in the workspace may enter it, with what they are in it.
pub(crate) async fn enter(
    chat: &Chat,
    (workspace, user): (WorkspaceId, UserId),
    role: Role,
    id: ThreadId,
) -> Result<Option<(threads::Model, ThreadRole)>, DbError> {
    let found = threads::Entity::of(workspace)
        .filter(threads::Column::Id.eq(id))
        .one(chat.db().read())
        .await?;
    let Some(thread) = found else { return Ok(None) };
    let shared = if is_by_invitation(&thread, user, role) {
        invitation(workspace, id, user)
            .one(chat.db().read())
            .await?
            .map(|row| row.role)
    } else {
        None
    };
    if let Some(role) = role_in(&thread, user, role, shared) {
        return Ok(Some((thread, role)));
    }
    // Whoever opened it for a stated reason reads it for a while.
    let holds = breakglass::holds(chat, (workspace, user), id).await?;
    Ok(holds.then_some((thread, ThreadRole::Viewer)))
}

fn invitation(
    workspace: WorkspaceId,
    thread: ThreadId,
    user: UserId,
) -> sea_orm::Select<thread_members::Entity> {
    thread_members::Entity::of(workspace)
        .filter(thread_members::Column::ThreadId.eq(thread))
        .filter(thread_members::Column::UserId.eq(user))
}

/// The thread's row, held until the end of the transaction, so that two writers form a line and not a fork.
pub(crate) async fn locked(tx: &Tx, thread: &threads::Model) -> Result<threads::Model, ApiError> {
    threads::Entity::find_by_id((thread.workspace_id, thread.id))
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("thread"))
}

/// What somebody is in a workspace now. Their membership is held until the end of the transaction: whoever takes it
/// from them waits, and whoever has taken it is seen.
pub(crate) async fn held_role(
    tx: &Tx,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<Role>, DbError> {
    let member = members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .lock_shared()
        .one(&**tx)
        .await?;
    Ok(member.map(|row| row.role))
}

/// What the caller is in the thread now; their membership is held.
pub(crate) async fn role_now(
    tx: &Tx,
    (workspace, user): (WorkspaceId, UserId),
    thread: &threads::Model,
) -> Result<ThreadRole, ApiError> {
    let role = held_role(tx, workspace, user)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let shared = if is_by_invitation(thread, user, role) {
        invitation(workspace, thread.id, user)
            .lock_shared()
            .one(&**tx)
            .await
            .map_err(DbError::from)?
            .map(|row| row.role)
    } else {
        None
    };
    role_in(thread, user, role, shared).ok_or_else(|| ApiError::not_found("thread"))
}

/// The thread held for writing by somebody who may still write in it.
pub(crate) async fn locked_for(
    tx: &Tx,
    caller: &Caller,
    thread: &threads::Model,
) -> Result<threads::Model, ApiError> {
    let thread = locked(tx, thread).await?;
    may_write(role_now(tx, (caller.workspace, caller.user), &thread).await?)?;
    Ok(thread)
}

fn may_write(role: ThreadRole) -> Result<(), ApiError> {
    match role {
        ThreadRole::Owner | ThreadRole::Member => Ok(()),
        ThreadRole::Viewer => Err(ApiError::forbidden(
            "You can read this thread, but not write in it.",
        )),
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

    /// 403 for those who only read.
    pub fn require_writer(&self) -> Result<(), ApiError> {
        may_write(self.role)?;
        self.caller.require(Permission::WriteThreads)
    }
}

impl AtMessage {
    /// 403 for those who only read.
    pub fn require_writer(&self) -> Result<(), ApiError> {
        may_write(self.role)?;
        self.caller.require(Permission::WriteThreads)
    }
}

/// The placeholders of the path, in order.
pub(crate) async fn placeholders<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<String>, ApiError> {
    let Path(pairs) = Path::<Vec<(String, String)>>::from_request_parts(parts, state)
        .await
        .map_err(|_| ApiError::not_found("thing"))?;
    Ok(pairs.into_iter().map(|(_, value)| value).collect())
}

/// The id at a place of the path. What is not an id is simply not there.
pub(crate) fn id_at(placeholders: &[String], place: usize, what: &str) -> Result<Uuid, ApiError> {
    placeholders
        .get(place)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| ApiError::not_found(what))
}

impl<S> FromRequestParts<S> for InThread
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let id = ThreadId(id_at(&placeholders(parts, state).await?, 0, "thread")?);
        let who = (caller.workspace, caller.user);
        let (thread, role) = enter(&Chat::from_ref(state), who, caller.role, id)
            .await?
            .ok_or_else(|| ApiError::not_found("thread"))?;
        Ok(Self { caller, thread, role })
    }
}

impl<S> FromRequestParts<S> for AtMessage
where
    S: Send + Sync,
    Chat: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let at = InThread::from_request_parts(parts, state).await?;
        let id = MessageId(id_at(&placeholders(parts, state).await?, 1, "message")?);
        let message = messages::Entity::of(at.thread.workspace_id)
            .filter(messages::Column::Id.eq(id))
            .filter(messages::Column::ThreadId.eq(at.thread.id))
            .one(Chat::from_ref(state).db().read())
            .await
            .map_err(DbError::from)?
            .ok_or_else(|| ApiError::not_found("message"))?;
        Ok(Self {
            caller: at.caller,
            thread: at.thread,
            role: at.role,
            message,
        })
    }
}
