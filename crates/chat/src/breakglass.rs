//! Opening somebody's thread without being invited: for an hour, for a stated reason, written down, and told to its
//! owner. Only whoever holds the grant reads, and nobody writes by it.

use std::time::Duration;

use db::entity::{messages, thread_grants, threads};
use db::kinds::{NotificationKind, Visibility};
use db::{DbError, Sealed, ThreadId, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Cursor, Page, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::Place;
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::locked;
use crate::news::News;
use crate::notifications::{self, Notice};

/// How long a grant lasts.
const LASTS: Duration = Duration::from_hours(1);

/// Why a thread is opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenThreadIn {
    /// In words that whoever reads the trail understands; 10 to 500 characters.
    pub reason: String,
}

impl Validate for OpenThreadIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("reason", self.reason.trim(), 10, 500);
        let printable = !self.reason.chars().any(char::is_control);
        problems.check(printable, "reason", "A reason is one line of text.");
    }
}

/// The right to read a thread for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadGrantOut {
    /// The grant.
    pub id: Uuid,
    /// The thread, to be read where threads are read.
    pub thread_id: ThreadId,
    /// Who may read it.
    pub user_id: UserId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A thread of somebody else, without a word of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithheldThreadOut {
    /// The thread.
    pub id: ThreadId,
    /// Whose.
    pub owner_id: UserId,
    /// Who sees it.
    pub visibility: Visibility,
    /// How many messages it has, of all branches.
    pub messages: u64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When somebody wrote last.
    pub last_message_at: Timestamp,
}

/// Whose threads.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WithheldQuery {
    /// Of this person.
    #[param(value_type = Option<String>, format = Uuid)]
    pub user_id: Option<Uuid>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Whether somebody holds a grant for a thread now.
pub(crate) async fn holds(
    chat: &Chat,
    (workspace, user): (WorkspaceId, UserId),
    thread: ThreadId,
) -> Result<bool, DbError> {
    let now = chat.db().now().micros();
    let found = thread_grants::Entity::of(workspace)
        .filter(thread_grants::Column::ThreadId.eq(thread))
        .filter(thread_grants::Column::UserId.eq(user))
        .filter(thread_grants::Column::ExpiresAt.gt(now))
        .limit(1)
        .count(chat.db().read())
        .await?;
    Ok(found > 0)
}

/// Threads of the workspace with their titles withheld, the newest first.
pub async fn list(
    chat: &Chat,
    caller: &Caller,
    query: &WithheldQuery,
) -> Result<Page<WithheldThreadOut>, ApiError> {
    caller.require(Permission::BreakGlass)?;
    let limit = Cursor::limit(query.limit)?;
    let db = chat.db();
    let mut select = threads::Entity::of(caller.workspace);
    if let Some(user) = query.user_id {
        select = select.filter(threads::Column::OwnerId.eq(user));
    }
    if let Some(after) = Cursor::decode::<Uuid>(query.cursor.as_deref())? {
        select = select.filter(threads::Column::Id.lt(after));
    }
    let rows = select
        .order_by_desc(threads::Column::Id)
        .limit(limit as u64 + 1)
        .all(db.read())
        .await
        .map_err(DbError::from)?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let messages = messages::Entity::of(caller.workspace)
            .filter(messages::Column::ThreadId.eq(row.id))
            .count(db.read())
            .await
            .map_err(DbError::from)?;
        out.push(WithheldThreadOut {
            id: row.id,
            owner_id: row.owner_id,
            visibility: row.visibility,
            messages,
            created_at: Timestamp(row.created_at),
            last_message_at: Timestamp(row.last_message_at),
        });
    }
    Ok(Page::cut(out, limit, |row| Cursor::encode(&row.id)))
}

/// Opens a thread of the workspace for the caller.
pub async fn open(
    chat: &Chat,
    caller: &Caller,
    id: ThreadId,
    input: &OpenThreadIn,
) -> Result<ThreadGrantOut, ApiError> {
    caller.require(Permission::BreakGlass)?;
    // It is a person who has to answer for it.
    caller.require_session()?;
    let db = chat.db();
    let found = threads::Entity::of(caller.workspace)
        .filter(threads::Column::Id.eq(id))
        .one(db.read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let keys = db.keys(caller.workspace.0).await?;
    let reason = input.reason.trim();
    let tx = db.write().await?;
    let thread = locked(&tx, &found).await?;
    let grant = kit::ids::new_id();
    let place = Place {
        column: "thread_grants.reason",
        row: grant,
    };
    let row = thread_grants::Model {
        workspace_id: caller.workspace,
        id: grant,
        thread_id: id,
        user_id: caller.user,
        reason: Sealed::seal(&keys, place, reason).map_err(DbError::from)?,
        created_at: tx.now().micros(),
        expires_at: tx.now().plus(LASTS).micros(),
    };
    let expires_at = Timestamp(row.expires_at);
    thread_grants::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    let mut news = News::of(caller.workspace);
    let notice = Notice {
        user: thread.owner_id,
        kind: NotificationKind::Opened,
        message: None,
        seq: crate::reads::head(&*tx, id).await?,
    };
    notifications::tell(&tx, &mut news, &thread, caller.user, vec![notice]).await?;
    news.write(&tx).await?;
    let details = json!({ "owner_id": thread.owner_id, "reason": reason, "until": expires_at });
    identity::audit(&tx, caller, "thread.opened", id, &details).await?;
    tx.commit().await?;
    Ok(ThreadGrantOut {
        id: grant,
        thread_id: id,
        user_id: caller.user,
        expires_at,
    })
}
