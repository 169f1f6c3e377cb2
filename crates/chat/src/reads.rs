//! How far each person has read in a thread, and which threads are silent for them. A mark never goes back.

use std::collections::HashSet;

use db::entity::{members, scopes, thread_states, threads};
use db::events::Scope;
use db::{DbError, ThreadId, Tx, UserId, WorkspaceId};
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TryInsertResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::Chat;
use crate::access::{InThread, admitted, in_visible_thread, role_now};
use crate::news::News;
use crate::notifications;

/// How far somebody has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadIn {
    /// The number of the last event or message that they have seen.
    pub seq: i64,
}

impl Validate for ReadIn {
    fn validate(&self, problems: &mut Problems) {
        problems.check(self.seq >= 0, "seq", "This must not be less than 0.");
    }
}

/// The mark as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadOut {
    /// The number up to which everything was seen.
    pub read_seq: i64,
}

/// One person's mark in a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadMark {
    /// Who.
    pub user_id: UserId,
    /// How far.
    pub seq: i64,
}

/// Whether a thread is silent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatePatch {
    /// Whether only mentions are told.
    pub muted: bool,
}

impl Validate for StatePatch {
    fn validate(&self, _: &mut Problems) {}
}

/// How a thread stands with one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateOut {
    /// The thread.
    pub thread_id: ThreadId,
    /// How far they have read.
    pub read_seq: i64,
    /// Whether only mentions are told.
    pub muted: bool,
}

/// The number of the newest event of a thread.
pub(crate) async fn head(conn: &impl ConnectionTrait, thread: ThreadId) -> Result<i64, DbError> {
    let scope = scopes::Entity::find_by_id(Scope::Thread(thread).to_string());
    Ok(scope.one(conn).await?.map_or(0, |row| row.seq))
}

/// Begins to count for somebody, from this number on; answers whether it had not begun before.
pub(crate) async fn begin(
    tx: &Tx,
    thread: &threads::Model,
    user: UserId,
    (read_seq, muted): (i64, bool),
) -> Result<bool, DbError> {
    let row = thread_states::ActiveModel {
        workspace_id: Set(thread.workspace_id),
        thread_id: Set(thread.id),
        user_id: Set(user),
        read_seq: Set(read_seq),
        muted: Set(muted),
    };
    let inserted = thread_states::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(&**tx)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0))
}

/// Moves somebody's mark forward; answers whether it moved.
pub(crate) async fn advance(
    tx: &Tx,
    thread: &threads::Model,
    user: UserId,
    seq: i64,
) -> Result<bool, DbError> {
    if begin(tx, thread, user, (seq, false)).await? {
        return Ok(true);
    }
    let change = thread_states::ActiveModel {
        read_seq: Set(seq),
        ..Default::default()
    };
    let moved = thread_states::Entity::update_many()
        .set(change)
        .filter(thread_states::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(thread_states::Column::ThreadId.eq(thread.id))
        .filter(thread_states::Column::UserId.eq(user))
        .filter(thread_states::Column::ReadSeq.lt(seq))
        .exec(&**tx)
        .await?;
    Ok(moved.rows_affected > 0)
}

/// Tells the thread and the person's devices of a new mark.
pub(crate) fn tell(news: &mut News, thread: ThreadId, user: UserId, seq: i64) {
    let mark = json!({ "user_id": user, "seq": seq });
    news.tell(Scope::Thread(thread), "read.changed", mark);
    news.tell(Scope::User(user), "state.changed", json!({ "thread_id": thread }));
}

async fn stored(
    tx: &Tx,
    thread: &threads::Model,
    user: UserId,
) -> Result<Option<thread_states::Model>, DbError> {
    let id = (thread.workspace_id, thread.id, user);
    Ok(thread_states::Entity::find_by_id(id).one(&**tx).await?)
}

/// Notes how far somebody has read, and reads what they were told of up to there.
pub(crate) async fn mark(
    chat: &Chat,
    (workspace, user): (WorkspaceId, UserId),
    thread: &threads::Model,
    seq: i64,
) -> Result<ReadOut, ApiError> {
    let tx = chat.db().write().await?;
    role_now(&tx, (workspace, user), thread).await?;
    let seq = seq.min(head(&*tx, thread.id).await?);
    let mut news = News::of(workspace);
    let moved = advance(&tx, thread, user, seq).await?;
    let read_seq = if moved {
        tell(&mut news, thread.id, user, seq);
        seq
    } else {
        stored(&tx, thread, user).await?.map_or(0, |row| row.read_seq)
    };
    notifications::read_up_to(&tx, &mut news, thread, user, read_seq).await?;
    news.write(&tx).await?;
    tx.commit().await?;
    Ok(ReadOut { read_seq })
}

/// Makes a thread silent for the caller, or heard again.
pub async fn mute(chat: &Chat, at: InThread, patch: &StatePatch) -> Result<StateOut, ApiError> {
    let InThread { caller, thread, .. } = at;
    let (workspace, user) = (caller.workspace, caller.user);
    let tx = chat.db().write().await?;
    role_now(&tx, (workspace, user), &thread).await?;
    let seq = head(&*tx, thread.id).await?;
    let mut news = News::of(workspace);
    if begin(&tx, &thread, user, (seq, patch.muted)).await? {
        tell(&mut news, thread.id, user, seq);
    } else {
        let change = thread_states::ActiveModel {
            muted: Set(patch.muted),
            ..Default::default()
        };
        let changed = thread_states::Entity::update_many()
            .set(change)
            .filter(thread_states::Column::WorkspaceId.eq(workspace))
            .filter(thread_states::Column::ThreadId.eq(thread.id))
            .filter(thread_states::Column::UserId.eq(user))
            .filter(thread_states::Column::Muted.ne(patch.muted))
            .exec(&*tx)
            .await
            .map_err(DbError::from)?;
        if changed.rows_affected > 0 {
            let payload = json!({ "thread_id": thread.id });
            news.tell(Scope::User(user), "state.changed", payload);
        }
    }
    let row = stored(&tx, &thread, user).await?;
    news.write(&tx).await?;
    tx.commit().await?;
    Ok(StateOut {
        thread_id: thread.id,
        read_seq: row.map_or(0, |row| row.read_seq),
        muted: patch.muted,
    })
}

/// How far everybody has read who may enter the thread.
pub(crate) async fn of_thread(chat: &Chat, thread: &threads::Model) -> Result<Vec<ReadMark>, DbError> {
    marks(chat, thread, None).await
}

/// The same of some people.
pub(crate) async fn of_people(
    chat: &Chat,
    thread: &threads::Model,
    people: &[UserId],
) -> Result<Vec<ReadMark>, DbError> {
    marks(chat, thread, Some(people)).await
}

async fn marks(
    chat: &Chat,
    thread: &threads::Model,
    only: Option<&[UserId]>,
) -> Result<Vec<ReadMark>, DbError> {
    let mut rows =
        thread_states::Entity::of(thread.workspace_id).filter(thread_states::Column::ThreadId.eq(thread.id));
    if let Some(only) = only {
        rows = rows.filter(thread_states::Column::UserId.is_in(only.iter().copied()));
    }
    let rows = rows.all(chat.db().read()).await?;
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let admitted = admitted(chat.db().read(), thread, Some(&people)).await?;
    Ok(rows
        .into_iter()
        .filter(|row| admitted.contains_key(&row.user_id))
        .map(|row| ReadMark {
            user_id: row.user_id,
            seq: row.read_seq,
        })
        .collect())
}

/// The same, and those who had one and may enter no more.
pub(crate) async fn of_thread_with_gone(
    chat: &Chat,
    thread: &threads::Model,
) -> Result<(Vec<ReadMark>, Vec<UserId>), DbError> {
    let rows = thread_states::Entity::of(thread.workspace_id)
        .filter(thread_states::Column::ThreadId.eq(thread.id))
        .all(chat.db().read())
        .await?;
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let admitted = admitted(chat.db().read(), thread, Some(&people)).await?;
    let (here, gone): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| admitted.contains_key(&row.user_id));
    let marks = here.into_iter().map(|row| ReadMark {
        user_id: row.user_id,
        seq: row.read_seq,
    });
    Ok((marks.collect(), gone.into_iter().map(|row| row.user_id).collect()))
}

/// How the threads that somebody may enter stand with them; all, or those among `only`.
pub(crate) async fn states_of(
    chat: &Chat,
    workspace: WorkspaceId,
    user: UserId,
    only: Option<&[ThreadId]>,
) -> Result<Vec<StateOut>, DbError> {
    let conn = chat.db().read();
    let member = members::Entity::find_by_id((workspace, user)).one(conn).await?;
    let Some(member) = member else {
        return Ok(Vec::new());
    };
    let thread = (thread_states::Entity, thread_states::Column::ThreadId);
    let mut query = thread_states::Entity::of(workspace)
        .filter(thread_states::Column::UserId.eq(user))
        .filter(in_visible_thread(thread, workspace, user, member.role));
    if let Some(only) = only {
        let only: HashSet<ThreadId> = only.iter().copied().collect();
        query = query.filter(thread_states::Column::ThreadId.is_in(only));
    }
    let rows = query.all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| StateOut {
            thread_id: row.thread_id,
            read_seq: row.read_seq,
            muted: row.muted,
        })
        .collect())
}
