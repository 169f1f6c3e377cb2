//! Whom a thread is shared with. Its owner decides; whoever it was shared with may leave.

use db::entity::{drafts, members, notifications, thread_members, thread_states, threads};
use db::events::Scope;
use db::kinds::{NotificationKind, Role, ThreadRole};
use db::{DbError, ThreadId, Tx, UserId, WorkspaceId};
use identity::Caller;
use kit::api::{ApiError, Code, Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::Chat;
use crate::access::{InThread, held_role, locked, role_in, role_now};
use crate::news::{News, audience};
use crate::notifications::{self as notes, Notice};
use crate::reads;

/// How many people one thread is shared with by name.
pub(crate) const MOST: usize = 200;

/// Somebody whom a thread is shared with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadMemberOut {
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub full_name: String,
    /// A hue for their picture.
    pub avatar_color: &'static str,
    /// What they may do.
    pub role: ThreadRole,
    /// Since when.
    pub joined_at: Timestamp,
}

/// What somebody may be given in a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// Reads, writes and reacts.
    Member,
    /// Reads.
    Viewer,
}

/// Whom to share a thread with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadMemberIn {
    /// A person of the workspace.
    pub user_id: UserId,
    /// What they may do; everything but leading when absent, and only read for a guest.
    pub role: Option<Given>,
}

impl Validate for ThreadMemberIn {
    fn validate(&self, _: &mut Problems) {}
}

/// What somebody may do from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadMemberPatch {
    /// What they may do.
    pub role: Given,
}

impl Validate for ThreadMemberPatch {
    fn validate(&self, _: &mut Problems) {}
}

/// Those whom a thread is shared with by name, its owner first, then who came first.
pub(crate) async fn of_thread(
    chat: &Chat,
    thread: &threads::Model,
) -> Result<Vec<ThreadMemberOut>, ApiError> {
    let rows = thread_members::Entity::of(thread.workspace_id)
        .filter(thread_members::Column::ThreadId.eq(thread.id))
        .order_by_asc(thread_members::Column::JoinedAt)
        .order_by_asc(thread_members::Column::UserId)
        .all(chat.db().read())
        .await
        .map_err(DbError::from)?;
    let named = rows.into_iter().map(|row| (row.user_id, row.role, row.joined_at));
    let all: Vec<_> = [(thread.owner_id, ThreadRole::Owner, thread.created_at)]
        .into_iter()
        .chain(named)
        .collect();
    let people = identity::people::authors(chat.db(), all.iter().map(|(user, ..)| *user)).await?;
    Ok(all
        .into_iter()
        .filter_map(|(user_id, role, joined_at)| {
            let person = people.get(&user_id)?;
            Some(ThreadMemberOut {
                user_id,
                full_name: person.full_name.clone(),
                avatar_color: person.avatar_color,
                role,
                joined_at: Timestamp(joined_at),
            })
        })
        .collect())
}

async fn one_of(chat: &Chat, thread: &threads::Model, user: UserId) -> Result<ThreadMemberOut, ApiError> {
    let all = of_thread(chat, thread).await?;
    all.into_iter()
        .find(|member| member.user_id == user)
        .ok_or_else(|| ApiError::not_found("member"))
}

fn require_owner(thread: &threads::Model, caller: &Caller) -> Result<(), ApiError> {
    if thread.owner_id == caller.user {
        Ok(())
    } else {
        Err(ApiError::forbidden(
            "Only the person who began this thread decides whom it is shared with.",
        ))
    }
}

/// What a person of the workspace becomes in a thread. Their membership is held until the end of the transaction.
async fn role_for(
    tx: &Tx,
    workspace: WorkspaceId,
    field: &str,
    user: UserId,
    given: Option<Given>,
) -> Result<(ThreadRole, Role), ApiError> {
    let held = held_role(tx, workspace, user).await?.ok_or_else(|| {
        ApiError::invalid(
            field,
            "A thread can be shared with people of this workspace only.",
        )
    })?;
    let role = match given {
        Some(Given::Member) if held == Role::Guest => {
            return Err(ApiError::invalid("role", "A guest of the workspace only reads."));
        }
        None if held == Role::Guest => ThreadRole::Viewer,
        Some(Given::Viewer) => ThreadRole::Viewer,
        Some(Given::Member) | None => ThreadRole::Member,
    };
    Ok((role, held))
}

async fn row_of(tx: &Tx, thread: &threads::Model, user: UserId) -> Result<Option<ThreadRole>, DbError> {
    let id = (thread.workspace_id, thread.id, user);
    let row = thread_members::Entity::find_by_id(id).one(&**tx).await?;
    Ok(row.map(|row| row.role))
}

fn tell_change(news: &mut News, thread: ThreadId, user: UserId, action: &str) {
    let payload = json!({ "user_id": user, "action": action });
    news.tell(Scope::Thread(thread), "members.changed", payload);
}

/// Shares a new thread with people, in the transaction that makes it, and tells whoever has it in a list now.
pub(crate) async fn begin_with(
    tx: &Tx,
    news: &mut News,
    thread: &threads::Model,
    people: &[UserId],
) -> Result<(), ApiError> {
    for user in people {
        let (role, _) = role_for(tx, thread.workspace_id, "members", *user, None).await?;
        insert(tx, thread, *user, role).await?;
    }
    news.listed(thread, &audience(&**tx, thread).await?, "thread.created");
    if people.is_empty() {
        return Ok(());
    }
    for user in people.iter().chain([&thread.owner_id]) {
        reads::begin(tx, thread, *user, (0, false)).await?;
        let payload = json!({ "thread_id": thread.id });
        news.tell(Scope::User(*user), "state.changed", payload);
    }
    let notices = people.iter().map(|user| added(*user, 0)).collect();
    Ok(notes::tell(tx, news, thread, thread.owner_id, notices).await?)
}

fn added(user: UserId, seq: i64) -> Notice {
    Notice {
        user,
        kind: NotificationKind::Added,
        message: None,
        seq,
    }
}

async fn insert(tx: &Tx, thread: &threads::Model, user: UserId, role: ThreadRole) -> Result<(), DbError> {
    let row = thread_members::Model {
        workspace_id: thread.workspace_id,
        thread_id: thread.id,
        user_id: user,
        role,
        joined_at: tx.now().micros(),
    };
    thread_members::Entity::insert(row.into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Shares a thread with somebody. For them, what is unread begins now.
pub async fn add(chat: &Chat, at: InThread, input: ThreadMemberIn) -> Result<ThreadMemberOut, ApiError> {
    let InThread { caller, thread, .. } = at;
    require_owner(&thread, &caller)?;
    let user = input.user_id;
    let tx = chat.db().write().await?;
    let thread = locked(&tx, &thread).await?;
    role_now(&tx, (caller.workspace, caller.user), &thread).await?;
    let (role, in_workspace) = role_for(&tx, caller.workspace, "user_id", user, input.role).await?;
    if user == thread.owner_id || row_of(&tx, &thread, user).await?.is_some() {
        return Err(ApiError::new(
            Code::Conflict,
            "This thread is shared with them already.",
        ));
    }
    let count = thread_members::Entity::of(thread.workspace_id)
        .filter(thread_members::Column::ThreadId.eq(thread.id))
        .count(&*tx)
        .await
        .map_err(DbError::from)?;
    if count as usize >= MOST {
        let sentence = format!("A thread is shared with at most {MOST} people by name.");
        return Err(ApiError::new(Code::Conflict, sentence));
    }
    let was_there = role_in(&thread, user, in_workspace, None).is_some();
    insert(&tx, &thread, user, role).await?;
    let head = reads::head(&*tx, thread.id).await?;
    let mut news = News::of(caller.workspace);
    tx.permissions_changed(Scope::Thread(thread.id)).await?;
    tell_change(&mut news, thread.id, user, "added");
    news.thread_changed(&thread);
    let all = audience(&*tx, &thread).await?;
    let (new, others): (Vec<Scope>, Vec<Scope>) = all
        .into_iter()
        .partition(|scope| *scope == Scope::User(user) && !was_there);
    news.listed(&thread, &others, "thread.changed");
    news.listed(&thread, &new, "thread.created");
    for person in [thread.owner_id, user] {
        if reads::begin(&tx, &thread, person, (head, false)).await? {
            reads::tell(&mut news, thread.id, person, head);
        }
    }
    notes::tell(&tx, &mut news, &thread, caller.user, vec![added(user, head)]).await?;
    news.write(&tx).await?;
    tx.commit().await?;
    one_of(chat, &thread, user).await
}

/// Changes what somebody may do.
pub async fn change(
    chat: &Chat,
    at: InThread,
    user: UserId,
    patch: &ThreadMemberPatch,
) -> Result<ThreadMemberOut, ApiError> {
    let InThread { caller, thread, .. } = at;
    require_owner(&thread, &caller)?;
    if user == thread.owner_id {
        return Err(ApiError::new(
            Code::Conflict,
            "What the owner of a thread may do cannot be changed.",
        ));
    }
    let tx = chat.db().write().await?;
    let thread = locked(&tx, &thread).await?;
    role_now(&tx, (caller.workspace, caller.user), &thread).await?;
    let before = row_of(&tx, &thread, user)
        .await?
        .ok_or_else(|| ApiError::not_found("member"))?;
    let (role, _) = role_for(&tx, caller.workspace, "user_id", user, Some(patch.role)).await?;
    if role != before {
        let change = thread_members::ActiveModel {
            role: Set(role),
            ..Default::default()
        };
        thread_members::Entity::update_many()
            .set(change)
            .filter(thread_members::Column::WorkspaceId.eq(thread.workspace_id))
            .filter(thread_members::Column::ThreadId.eq(thread.id))
            .filter(thread_members::Column::UserId.eq(user))
            .exec(&*tx)
            .await
            .map_err(DbError::from)?;
        tx.permissions_changed(Scope::Thread(thread.id)).await?;
        let mut news = News::of(caller.workspace);
        tell_change(&mut news, thread.id, user, "changed");
        news.write(&tx).await?;
        tx.commit().await?;
    }
    one_of(chat, &thread, user).await
}

/// Takes a thread from somebody, or leaves it: from that moment nothing of it reaches them.
pub async fn remove(chat: &Chat, at: InThread, user: UserId) -> Result<(), ApiError> {
    let InThread { caller, thread, .. } = at;
    if user == thread.owner_id && user == caller.user {
        return Err(ApiError::new(
            Code::Conflict,
            "The owner cannot leave a thread; it can be archived or deleted.",
        ));
    }
    if user != caller.user {
        require_owner(&thread, &caller)?;
    }
    let tx = chat.db().write().await?;
    let thread = locked(&tx, &thread).await?;
    role_now(&tx, (caller.workspace, caller.user), &thread).await?;
    let before = audience(&*tx, &thread).await?;
    let id = (thread.workspace_id, thread.id, user);
    let gone = thread_members::Entity::delete_by_id(id)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if gone.rows_affected == 0 {
        return Err(ApiError::not_found("member"));
    }
    tx.permissions_changed(Scope::Thread(thread.id)).await?;
    let mut news = News::of(caller.workspace);
    tell_change(&mut news, thread.id, user, "removed");
    news.thread_changed(&thread);
    let theirs = members::Entity::find_by_id((thread.workspace_id, user))
        .one(&*tx)
        .await
        .map_err(DbError::from)?;
    let enters = theirs.and_then(|member| role_in(&thread, user, member.role, None));
    let (left, others): (Vec<Scope>, Vec<Scope>) = before
        .into_iter()
        .partition(|scope| *scope == Scope::User(user) && enters.is_none());
    news.listed(&thread, &others, "thread.changed");
    news.listed(&thread, &left, "thread.removed");
    if enters.is_none() {
        forget(&tx, &thread, Some(user)).await?;
    }
    news.write(&tx).await?;
    Ok(tx.commit().await?)
}

/// Forgets how a thread stood with one person, or with everybody: marks, drafts, what they were told.
pub(crate) async fn forget(tx: &Tx, thread: &threads::Model, user: Option<UserId>) -> Result<(), DbError> {
    let (workspace, id) = (thread.workspace_id, thread.id);
    let mut states = thread_states::Entity::delete_many()
        .filter(thread_states::Column::WorkspaceId.eq(workspace))
        .filter(thread_states::Column::ThreadId.eq(id));
    let mut told = notifications::Entity::delete_many()
        .filter(notifications::Column::WorkspaceId.eq(workspace))
        .filter(notifications::Column::ThreadId.eq(id));
    let mut begun = drafts::Entity::delete_many()
        .filter(drafts::Column::WorkspaceId.eq(workspace))
        .filter(drafts::Column::ThreadId.eq(id));
    if let Some(user) = user {
        states = states.filter(thread_states::Column::UserId.eq(user));
        told = told.filter(notifications::Column::UserId.eq(user));
        begun = begun.filter(drafts::Column::UserId.eq(user));
    }
    states.exec(&**tx).await?;
    told.exec(&**tx).await?;
    begun.exec(&**tx).await?;
    Ok(())
}
