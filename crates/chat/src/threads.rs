//! Threads: making, finding, changing and deleting them.

use std::collections::HashMap;

use db::entity::{assistants, drafts, messages, threads};
use db::events::{Event, Scope};
use db::kinds::{Role, Visibility};
use db::{Db, DbError, MessageId, Sealed, ThreadId, Tx, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Cursor, Page};
use kit::clock::Timestamp;
use kit::vault::{OwnerKeys, Place};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::InThread;
use crate::drafts::{DraftOut, draft_place};
use crate::inputs::{ThreadIn, ThreadPatch, ThreadsQuery};
use crate::mirror::{follow, running_among};

/// A thread as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadOut {
    /// The thread.
    pub id: ThreadId,
    /// Its title; null until it has one.
    pub title: Option<String>,
    /// Who sees it.
    pub visibility: Visibility,
    /// The model it asks.
    pub model: Option<String>,
    /// The assistant that answers.
    pub assistant_id: Option<Uuid>,
    /// Kept on top.
    pub pinned: bool,
    /// Put away.
    pub archived: bool,
    /// Who began it.
    pub owner_id: UserId,
    /// The newest message of the branch in view.
    pub head_id: Option<MessageId>,
    /// What the caller has begun to write.
    pub draft: Option<DraftOut>,
    /// Whether an answer is being written in it.
    pub running: bool,
    /// When.
    pub created_at: Timestamp,
    /// When last changed.
    pub updated_at: Timestamp,
    /// When somebody last wrote.
    pub last_message_at: Timestamp,
}

fn title_place(id: ThreadId) -> Place<'static> {
    Place {
        column: "threads.title",
        row: id.0,
    }
}

/// Seals a title for its thread.
pub fn seal_title(keys: &OwnerKeys, id: ThreadId, title: &str) -> Result<Sealed, DbError> {
    Ok(Sealed::seal(keys, title_place(id), title.trim())?)
}

fn open_title(keys: &OwnerKeys, thread: &threads::Model) -> Option<String> {
    let opened = thread.title.as_ref()?.open(keys, title_place(thread.id));
    opened
        .inspect_err(
            |error| tracing::warn!(thread.id = %thread.id, error = %error, "a title cannot be opened"),
        )
        .ok()
}

/// Rows for showing, with the caller's drafts.
async fn show(chat: &Chat, caller: &Caller, rows: Vec<threads::Model>) -> Result<Vec<ThreadOut>, ApiError> {
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    let drafts = drafts_of(db, caller, &rows).await?;
    let heads = rows.iter().filter_map(|thread| thread.head_id).collect();
    let running = running_among(chat, caller.workspace, heads).await?;
    Ok(rows
        .into_iter()
        .map(|thread| ThreadOut {
            title: open_title(&keys, &thread),
            draft: drafts.get(&thread.id).and_then(|d| {
                let text = d.text.open(&keys, draft_place(thread.id, caller.user)).ok()?;
                Some(DraftOut {
                    text,
                    updated_at: Timestamp(d.updated_at),
                })
            }),
            running: thread.head_id.is_some_and(|head| running.contains(&head)),
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
        })
        .collect())
}

/// One row for showing.
pub async fn show_one(chat: &Chat, caller: &Caller, thread: threads::Model) -> Result<ThreadOut, ApiError> {
    let mut shown = show(chat, caller, vec![thread]).await?;
    shown.pop().ok_or_else(|| ApiError::not_found("thread"))
}

async fn drafts_of(
    db: &Db,
    caller: &Caller,
    rows: &[threads::Model],
) -> Result<HashMap<ThreadId, drafts::Model>, DbError> {
    let mut query = drafts::Entity::of(caller.workspace).filter(drafts::Column::UserId.eq(caller.user));
    if let [only] = rows {
        query = query.filter(drafts::Column::ThreadId.eq(only.id));
    }
    Ok(query
        .all(db.read())
        .await?
        .into_iter()
        .map(|d| (d.thread_id, d))
        .collect())
}

fn visible_to(caller: &Caller) -> Condition {
    let mine = Condition::any().add(threads::Column::OwnerId.eq(caller.user));
    if caller.role == Role::Guest {
        mine
    } else {
        mine.add(threads::Column::Visibility.eq(Visibility::Workspace))
    }
}

/// Makes a thread.
pub async fn create(chat: &Chat, caller: &Caller, input: ThreadIn) -> Result<ThreadOut, ApiError> {
    caller.require(Permission::WriteThreads)?;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    require_assistant(db, caller.workspace, input.assistant_id).await?;
    let id = ThreadId::new();
    let tx = db.write().await?;
    let now = tx.now().micros();
    let row = threads::Model {
        workspace_id: caller.workspace,
        id,
        owner_id: caller.user,
        title: input
            .title
            .as_deref()
            .map(|t| seal_title(&keys, id, t))
            .transpose()?,
        visibility: input.visibility.unwrap_or(Visibility::Private),
        model: input.model,
        assistant_id: input.assistant_id,
        pinned: false,
        archived: false,
        head_id: None,
        created_at: now,
        updated_at: now,
        last_message_at: now,
    };
    threads::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    announce(&tx, &row, "thread.created").await?;
    tx.commit().await?;
    show_one(chat, caller, row).await
}

/// Tells everyone who sees the thread in a list.
pub async fn announce(tx: &Tx, thread: &threads::Model, kind: &str) -> Result<(), DbError> {
    let payload = serde_json::json!({ "thread_id": thread.id });
    let scope = match thread.visibility {
        Visibility::Private => Scope::User(thread.owner_id),
        Visibility::Workspace => Scope::Workspace(thread.workspace_id),
    };
    tx.event(Event {
        scope,
        workspace: Some(thread.workspace_id),
        kind,
        payload: &payload,
    })
    .await?;
    Ok(())
}

async fn require_assistant(db: &Db, workspace: WorkspaceId, id: Option<Uuid>) -> Result<(), ApiError> {
    let Some(id) = id else { return Ok(()) };
    let found = assistants::Entity::of(workspace)
        .filter(assistants::Column::Id.eq(id))
        .one(db.read())
        .await;
    match found.map_err(DbError::from)? {
        Some(_) => Ok(()),
        None => Err(ApiError::invalid("assistant_id", "There is no such assistant.")),
    }
}

/// Where a page of threads ended: the time of the last row's last message, and its id.
type Position = (i64, ThreadId);

/// One page: the pinned ones first on the first page, then the newest.
pub async fn list(chat: &Chat, caller: &Caller, query: ThreadsQuery) -> Result<Page<ThreadOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let db = chat.db();
    let words: Vec<String> = query
        .q
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let archived = query.archived.unwrap_or(false);
    let base = threads::Entity::of(caller.workspace)
        .filter(visible_to(caller))
        .filter(threads::Column::Archived.eq(archived));
    if !words.is_empty() {
        return by_title(chat, caller, base, &words, limit).await;
    }
    let after = Cursor::decode::<Position>(query.cursor.as_deref())?;
    let mut rows = Vec::new();
    let mut rest = base.clone();
    // The archive has no pinned part: what is put away is simply in order.
    if !archived {
        if after.is_none() {
            let pinned = base
                .filter(threads::Column::Pinned.eq(true))
                .order_by_desc(threads::Column::LastMessageAt)
                .limit(100);
            rows = pinned.all(db.read()).await.map_err(DbError::from)?;
        }
        rest = rest.filter(threads::Column::Pinned.eq(false));
    }
    if let Some((at, id)) = after {
        let earlier = Condition::all()
            .add(threads::Column::LastMessageAt.eq(at))
            .add(threads::Column::Id.lt(id));
        // The first line says nothing new, but an index can begin to read there.
        rest = rest.filter(threads::Column::LastMessageAt.lte(at)).filter(
            Condition::any()
                .add(threads::Column::LastMessageAt.lt(at))
                .add(earlier),
        );
    }
    let rest = rest
        .order_by_desc(threads::Column::LastMessageAt)
        .order_by_desc(threads::Column::Id)
        .limit(limit as u64 + 1)
        .all(db.read())
        .await
        .map_err(DbError::from)?;
    let page = Page::cut(rest, limit, |row| Cursor::encode(&(row.last_message_at, row.id)));
    rows.extend(page.rows);
    Ok(Page {
        rows: show(chat, caller, rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// How many of the newest threads a search by title opens: titles are sealed, so they are opened to be compared.
const SEARCHED: u64 = 5_000;

async fn by_title(
    chat: &Chat,
    caller: &Caller,
    base: sea_orm::Select<threads::Entity>,
    words: &[String],
    limit: usize,
) -> Result<Page<ThreadOut>, ApiError> {
    let keys = chat.db().keys(caller.workspace.0).await?;
    let rows = base
        .filter(threads::Column::Title.is_not_null())
        .order_by_desc(threads::Column::LastMessageAt)
        .limit(SEARCHED)
        .all(chat.db().read())
        .await
        .map_err(DbError::from)?;
    let found = rows.into_iter().filter(|thread| {
        open_title(&keys, thread).is_some_and(|title| {
            let title = title.to_lowercase();
            words.iter().all(|word| title.contains(word))
        })
    });
    let rows = show(chat, caller, found.take(limit).collect()).await?;
    Ok(Page {
        rows,
        next_cursor: None,
    })
}

/// Changes a thread.
pub async fn change(chat: &Chat, at: InThread, patch: ThreadPatch) -> Result<ThreadOut, ApiError> {
    at.require_ownership()?;
    let InThread { caller, thread } = at;
    let db = chat.db();
    let keys = db.keys(caller.workspace.0).await?;
    require_assistant(db, caller.workspace, patch.assistant_id.value().copied()).await?;
    let tx = db.write().await?;
    let before = thread.visibility;
    let mut row = thread.clone().into_active_model();
    if let Some(title) = &patch.title {
        row.title = Set(Some(seal_title(&keys, thread.id, title)?));
    }
    patch.model.apply(&mut row.model);
    patch.assistant_id.apply(&mut row.assistant_id);
    if let Some(visibility) = patch.visibility {
        row.visibility = Set(visibility);
    }
    if let Some(pinned) = patch.pinned {
        row.pinned = Set(pinned);
    }
    if let Some(archived) = patch.archived {
        row.archived = Set(archived);
    }
    row.updated_at = Set(tx.now().micros());
    let row = threads::Entity::update(row)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if row.visibility != before {
        tx.permissions_changed(Scope::Thread(row.id)).await?;
        announce(&tx, &thread, "thread.removed").await?;
    }
    announce(&tx, &row, "thread.changed").await?;
    tx.commit().await?;
    show_one(chat, &caller, row).await
}

/// How long an answer on another node may take to end before its thread is deleted without it.
const STOPS_WITHIN: std::time::Duration = std::time::Duration::from_secs(4);

/// Deletes a thread and everything in it. A running answer is stopped first.
pub async fn delete(chat: &Chat, at: InThread) -> Result<(), ApiError> {
    at.require_ownership()?;
    let InThread { caller, thread } = at;
    let db = chat.db();
    let running: Vec<MessageId> = messages::Entity::of(caller.workspace)
        .filter(messages::Column::ThreadId.eq(thread.id))
        .filter(messages::Column::Status.eq(db::kinds::MessageStatus::Streaming))
        .select_only()
        .column(messages::Column::Id)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(DbError::from)?;
    for id in running {
        if let Some(generation) = follow(chat, caller.workspace, id).await {
            generation.stop.cancel();
            // A node that does not answer loses its lease below and writes nothing any more.
            let _ = tokio::time::timeout(STOPS_WITHIN, generation.ended()).await;
        }
    }
    let tx = db.write().await?;
    tx.end_leases_of(caller.workspace, thread.id).await?;
    let failed = DbError::from;
    messages::Entity::delete_many()
        .filter(messages::Column::WorkspaceId.eq(caller.workspace))
        .filter(messages::Column::ThreadId.eq(thread.id))
        .exec(&*tx)
        .await
        .map_err(failed)?;
    drafts::Entity::delete_many()
        .filter(drafts::Column::WorkspaceId.eq(caller.workspace))
        .filter(drafts::Column::ThreadId.eq(thread.id))
        .exec(&*tx)
        .await
        .map_err(failed)?;
    threads::Entity::delete_by_id((caller.workspace, thread.id))
        .exec(&*tx)
        .await
        .map_err(failed)?;
    tx.forget_scope(Scope::Thread(thread.id)).await?;
    announce(&tx, &thread, "thread.removed").await?;
    identity::audit(
        &tx,
        &caller,
        "thread.deleted",
        &thread.id.to_string(),
        &serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    // One that began a moment ago has lost its lease as well.
    for generation in chat.0.generations.in_thread(thread.id) {
        generation.lost.cancel();
    }
    Ok(())
}

/// Shows another branch: the newest leaf under `message`.
pub async fn switch_branch(chat: &Chat, at: InThread, message: MessageId) -> Result<ThreadOut, ApiError> {
    let InThread { caller, thread } = at;
    let db = chat.db();
    let row = crate::messages::find(db, caller.workspace, message)
        .await?
        .filter(|m| m.thread_id == thread.id);
    let row = row.ok_or_else(|| ApiError::not_found("message"))?;
    let leaf = crate::messages::newest_under(db, caller.workspace, row.id)
        .await?
        .unwrap_or(row.id);
    let tx = db.write().await?;
    let mut change = thread.into_active_model();
    change.head_id = Set(Some(leaf));
    let row = threads::Entity::update(change)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    announce(&tx, &row, "thread.changed").await?;
    tx.commit().await?;
    show_one(chat, &caller, row).await
}
