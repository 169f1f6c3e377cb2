//! Threads as the API shows them: what everybody sees who may enter, and what is the caller's own. However many rows,
//! the number of questions to the store is the same.

use std::collections::{HashMap, HashSet};

use db::entity::{drafts, notifications, thread_members, threads};
use db::kinds::{Answers, NotificationKind, Role, ThreadRole, Visibility};
use db::{Db, DbError, MessageId, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, Statement};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::write::open_title;
use crate::Chat;
use crate::access::role_in;
use crate::drafts::{DraftOut, draft_place};

/// A thread as everybody sees it who may enter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadShared {
    /// The thread.
    pub id: ThreadId,
    /// Its title; null until it has one.
    #[schema(required)]
    pub title: Option<String>,
    /// Who sees it.
    pub visibility: Visibility,
    /// When a model answers: as it was set, or else always where the owner is alone and where mentioned otherwise.
    pub answers: Answers,
    /// The model it asks.
    #[schema(required)]
    pub model: Option<String>,
    /// The assistant that answers.
    #[schema(required)]
    pub assistant_id: Option<Uuid>,
    /// Kept on top.
    pub pinned: bool,
    /// Put away.
    pub archived: bool,
    /// Who began it.
    pub owner_id: UserId,
    /// The newest message of the branch in view.
    #[schema(required)]
    pub head_id: Option<MessageId>,
    /// With how many people it is shared by name, the owner included.
    pub members: usize,
    /// When.
    pub created_at: Timestamp,
    /// When last changed.
    pub updated_at: Timestamp,
    /// When somebody last wrote.
    pub last_message_at: Timestamp,
}

/// A thread as the caller sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadOut {
    /// What everybody sees.
    #[serde(flatten)]
    pub shared: ThreadShared,
    /// What the caller has begun to write.
    #[schema(required)]
    pub draft: Option<DraftOut>,
    /// Whether an answer is being written in it.
    pub running: bool,
    /// What the caller may do in it.
    pub role: ThreadRole,
    /// How many messages of others the caller has not read; 100 stands for more.
    pub unread: i64,
    /// Whether the caller was named in one of them.
    pub mentioned: bool,
    /// The number up to which the caller has read.
    pub read_seq: i64,
    /// Whether only mentions are told.
    pub muted: bool,
}

/// When a model answers in a thread.
pub(crate) fn effective_answers(thread: &threads::Model, members: usize) -> Answers {
    let is_alone = thread.visibility == Visibility::Private && members < 2;
    thread.answers.unwrap_or(if is_alone {
        Answers::Always
    } else {
        Answers::Mentioned
    })
}

/// With how many people a thread is shared by name, the owner included.
pub(crate) async fn member_count(
    conn: &impl ConnectionTrait,
    thread: &threads::Model,
) -> Result<usize, DbError> {
    let counts = count_members(conn, thread.workspace_id, &[thread.id]).await?;
    Ok(1 + counts.get(&thread.id).copied().unwrap_or(0))
}

async fn count_members(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[ThreadId],
) -> Result<HashMap<ThreadId, usize>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT thread_id, COUNT(*) AS members FROM thread_members \
         WHERE workspace_id = $1 AND thread_id IN ({}) GROUP BY thread_id",
        places(2, ids.len())
    );
    let values = [workspace.0.into()]
        .into_iter()
        .chain(ids.iter().map(|id| id.0.into()));
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let rows = conn.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let members: i64 = row.try_get("", "members")?;
            Ok((ThreadId(row.try_get("", "thread_id")?), members as usize))
        })
        .collect::<Result<_, sea_orm::DbErr>>()
        .map_err(DbError::from)
}

/// Places for so many values in a statement, the first one with this number.
fn places(first: usize, count: usize) -> String {
    use std::fmt::Write;
    let mut places = format!("${first}");
    for place in first + 1..first + count {
        let _ = write!(places, ", ${place}");
    }
    places
}

/// Threads of one workspace as everybody sees them, in the order of the rows.
pub(super) async fn show_shared(
    chat: &Chat,
    workspace: WorkspaceId,
    rows: Vec<threads::Model>,
) -> Result<Vec<ThreadShared>, DbError> {
    let keys = chat.db().keys(workspace.0).await?;
    let ids: Vec<ThreadId> = rows.iter().map(|row| row.id).collect();
    let counts = count_members(chat.db().read(), workspace, &ids).await?;
    let count = |id| 1 + counts.get(&id).copied().unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|row| {
            let members = count(row.id);
            open(&keys, row, members)
        })
        .collect())
}

fn open(keys: &OwnerKeys, thread: threads::Model, members: usize) -> ThreadShared {
    ThreadShared {
        title: open_title(keys, &thread),
        answers: effective_answers(&thread, members),
        members,
        id: thread.id,
        visibility: thread.visibility,
        model: thread.model,
        assistant_id: thread.assistant_id,
        pinned: thread.pinned,
        archived: thread.archived,
        owner_id: thread.owner_id,
        head_id: thread.head_id,
        created_at: Timestamp(thread.created_at),
        updated_at: Timestamp(thread.updated_at),
        last_message_at: Timestamp(thread.last_message_at),
    }
}

/// Threads by their ids, as everybody sees them; ids that are none are left out.
pub(crate) async fn shared(
    chat: &Chat,
    workspace: WorkspaceId,
    ids: &[ThreadId],
) -> Result<Vec<ThreadShared>, DbError> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let rows = threads::Entity::of(workspace)
            .filter(threads::Column::Id.is_in(some.iter().copied()))
            .all(chat.db().read())
            .await?;
        all.extend(show_shared(chat, workspace, rows).await?);
    }
    Ok(all)
}

/// Rows for showing, with what is the caller's own.
pub(super) async fn show(
    chat: &Chat,
    caller: &Caller,
    rows: Vec<threads::Model>,
) -> Result<Vec<ThreadOut>, ApiError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let db = chat.db();
    let ids: Vec<ThreadId> = rows.iter().map(|row| row.id).collect();
    let keys = db.keys(caller.workspace.0).await?;
    let roles = roles_in(db, caller, &rows).await?;
    let (drafts, states, mentioned, running, shown) = tokio::try_join!(
        drafts_of(db, caller, &ids),
        states_of(db, caller, &ids),
        mentioned_in(db, caller),
        running_in(db, caller.workspace, &ids),
        show_shared(chat, caller.workspace, rows),
    )?;
    Ok(shown
        .into_iter()
        .zip(roles)
        .map(|(shared, role)| {
            let id = shared.id;
            let draft = drafts.get(&id).and_then(|draft| {
                let text = draft.text.open(&keys, draft_place(id, caller.user)).ok()?;
                Some(DraftOut {
                    text,
                    updated_at: Timestamp(draft.updated_at),
                })
            });
            let state = states.get(&id).copied().unwrap_or_default();
            ThreadOut {
                shared,
                draft,
                running: running.contains(&id),
                role,
                unread: state.unread,
                mentioned: mentioned.contains(&id),
                read_seq: state.read_seq,
                muted: state.muted,
            }
        })
        .collect())
}

/// One row for showing.
pub async fn show_one(chat: &Chat, caller: &Caller, thread: threads::Model) -> Result<ThreadOut, ApiError> {
    let mut shown = show(chat, caller, vec![thread]).await?;
    shown.pop().ok_or_else(|| ApiError::not_found("thread"))
}

/// What the caller is in each thread; the rows are of threads that they may enter.
async fn roles_in(db: &Db, caller: &Caller, rows: &[threads::Model]) -> Result<Vec<ThreadRole>, DbError> {
    let others = rows.iter().filter(|row| row.owner_id != caller.user);
    let asked: Vec<ThreadId> = others
        .filter(|row| row.visibility == Visibility::Private || caller.role == Role::Guest)
        .map(|row| row.id)
        .collect();
    let mut named = HashMap::new();
    if !asked.is_empty() {
        let rows = thread_members::Entity::of(caller.workspace)
            .filter(thread_members::Column::UserId.eq(caller.user))
            .filter(thread_members::Column::ThreadId.is_in(asked));
        let rows = rows.all(db.read()).await?.into_iter();
        named = rows.map(|row| (row.thread_id, row.role)).collect();
    }
    let role = |row: &threads::Model| role_in(row, caller.user, caller.role, named.get(&row.id).copied());
    Ok(rows
        .iter()
        .map(|row| role(row).unwrap_or(ThreadRole::Viewer))
        .collect())
}

async fn drafts_of(
    db: &Db,
    caller: &Caller,
    ids: &[ThreadId],
) -> Result<HashMap<ThreadId, drafts::Model>, DbError> {
    let mut query = drafts::Entity::of(caller.workspace).filter(drafts::Column::UserId.eq(caller.user));
    if let [only] = ids {
        query = query.filter(drafts::Column::ThreadId.eq(*only));
    }
    let rows = query.all(db.read()).await?;
    Ok(rows.into_iter().map(|row| (row.thread_id, row)).collect())
}

/// Where an answer is being written.
async fn running_in(db: &Db, workspace: WorkspaceId, ids: &[ThreadId]) -> Result<HashSet<ThreadId>, DbError> {
    // The status is part of the statement, so that the small index over running answers fits.
    let sql = "SELECT thread_id FROM messages WHERE workspace_id = $1 AND status = 'streaming'";
    let backend = db.read().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [workspace.0.into()]);
    let rows = db.read().query_all_raw(statement).await?;
    let rows: Vec<Uuid> = rows
        .iter()
        .map(|row| row.try_get("", "thread_id"))
        .collect::<Result<_, sea_orm::DbErr>>()?;
    let wanted: HashSet<&ThreadId> = ids.iter().collect();
    Ok(rows
        .into_iter()
        .map(ThreadId)
        .filter(|id| wanted.contains(id))
        .collect())
}

/// Where the caller was named and has not read it.
async fn mentioned_in(db: &Db, caller: &Caller) -> Result<HashSet<ThreadId>, DbError> {
    let rows: Vec<ThreadId> = notifications::Entity::of(caller.workspace)
        .filter(notifications::Column::UserId.eq(caller.user))
        .filter(notifications::Column::ReadAt.is_null())
        .filter(notifications::Column::Kind.eq(NotificationKind::Mention))
        .select_only()
        .column(notifications::Column::ThreadId)
        .distinct()
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(rows.into_iter().collect())
}

/// How a thread stands with the caller.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    read_seq: i64,
    muted: bool,
    unread: i64,
}

/// Nobody counts further.
const MOST_UNREAD: u8 = 100;

async fn states_of(db: &Db, caller: &Caller, ids: &[ThreadId]) -> Result<HashMap<ThreadId, State>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT s.thread_id, s.read_seq, s.muted, (SELECT COUNT(*) FROM (SELECT 1 FROM messages m \
           WHERE m.workspace_id = s.workspace_id AND m.thread_id = s.thread_id AND m.seq > s.read_seq \
           AND (m.author_id IS NULL OR m.author_id <> s.user_id) LIMIT {MOST_UNREAD}) AS counted) AS unread \
         FROM thread_states s WHERE s.workspace_id = $1 AND s.user_id = $2 AND s.thread_id IN ({})",
        places(3, ids.len())
    );
    let values = [caller.workspace.0.into(), caller.user.0.into()]
        .into_iter()
        .chain(ids.iter().map(|id| id.0.into()));
    let statement = Statement::from_sql_and_values(db.read().get_database_backend(), sql, values);
    let rows = db.read().query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let state = State {
                read_seq: row.try_get("", "read_seq")?,
                muted: row.try_get("", "muted")?,
                unread: row.try_get("", "unread")?,
            };
            Ok((ThreadId(row.try_get("", "thread_id")?), state))
        })
        .collect::<Result<_, sea_orm::DbErr>>()
        .map_err(DbError::from)
}
