//! Making, changing and deleting threads, each in one transaction with its events.

use db::entity::{assistants, messages, reactions, thread_members, threads};
use db::events::Scope;
use db::kinds::Visibility;
use db::{Db, DbError, MessageId, Sealed, ThreadId, Tx, UserId, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::ApiError;
use kit::vault::{OwnerKeys, Place};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::show::{ThreadOut, show_one};
use crate::Chat;
use crate::access::{InThread, locked, locked_for, role_now};
use crate::attachments;
use crate::inputs::{ThreadIn, ThreadPatch};
use crate::members;
use crate::mirror::follow;
use crate::news::{News, audience};
use crate::search;

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

pub(crate) fn open_title(keys: &OwnerKeys, thread: &threads::Model) -> Option<String> {
    let opened = thread.title.as_ref()?.open(keys, title_place(thread.id));
    opened
        .inspect_err(
            |error| tracing::warn!(thread.id = %thread.id, error = %error, "a title cannot be opened"),
        )
        .ok()
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
        answers: input.answers,
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
    if row.title.is_some() {
        search::queue_title(&tx, &row).await?;
    }
    let mut news = News::of(caller.workspace);
    members::begin_with(&tx, &mut news, &row, &others(caller, input.members)).await?;
    news.write(&tx).await?;
    tx.commit().await?;
    show_one(chat, caller, row).await
}

/// The people of a list, each once, the caller left out.
fn others(caller: &Caller, mut people: Vec<UserId>) -> Vec<UserId> {
    people.sort_unstable();
    people.dedup();
    people.retain(|user| *user != caller.user);
    people
}

/// Tells everyone who has the thread in a list, and those who look at it when it has changed.
pub async fn announce(tx: &Tx, thread: &threads::Model, kind: &'static str) -> Result<(), DbError> {
    let mut news = News::of(thread.workspace_id);
    if kind == "thread.changed" {
        news.thread_changed(thread);
    }
    news.listed(thread, &audience(&**tx, thread).await?, kind);
    news.write(tx).await
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

/// Changes a thread.
pub async fn change(chat: &Chat, at: InThread, patch: ThreadPatch) -> Result<ThreadOut, ApiError> {
    at.require_ownership()?;
    let db = chat.db();
    let caller = at.caller;
    let keys = db.keys(caller.workspace.0).await?;
    require_assistant(db, caller.workspace, patch.assistant_id.value().copied()).await?;
    let tx = db.write().await?;
    let thread = owned(&tx, at).await?;
    let before = audience(&*tx, &thread).await?;
    let visibility = thread.visibility;
    let id = thread.id;
    let mut row = thread.into_active_model();
    if let Some(title) = &patch.title {
        row.title = Set(Some(seal_title(&keys, id, title)?));
    }
    patch.model.apply(&mut row.model);
    patch.assistant_id.apply(&mut row.assistant_id);
    patch.answers.apply(&mut row.answers);
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
    if patch.title.is_some() {
        search::queue_title(&tx, &row).await?;
    }
    let mut news = News::of(caller.workspace);
    news.thread_changed(&row);
    if row.visibility == visibility {
        news.listed(&row, &before, "thread.changed");
    } else {
        tx.permissions_changed(Scope::Thread(row.id)).await?;
        let after = audience(&*tx, &row).await?;
        let gone: Vec<Scope> = before.iter().filter(|s| !after.contains(s)).copied().collect();
        news.listed(&row, &gone, "thread.removed");
        news.listed(&row, &after, "thread.changed");
    }
    news.write(&tx).await?;
    tx.commit().await?;
    show_one(chat, &caller, row).await
}

/// The thread held for changing by somebody who may still change it.
async fn owned(tx: &Tx, at: InThread) -> Result<threads::Model, ApiError> {
    let thread = locked(tx, &at.thread).await?;
    let role = role_now(tx, (at.caller.workspace, at.caller.user), &thread).await?;
    let at = InThread { thread, role, ..at };
    at.require_ownership()?;
    Ok(at.thread)
}

/// How long an answer on another node may take to end before its thread is deleted without it.
const STOPS_WITHIN: std::time::Duration = std::time::Duration::from_secs(4);

/// Deletes a thread and everything in it. A running answer is stopped first.
pub async fn delete(chat: &Chat, at: InThread) -> Result<(), ApiError> {
    at.require_ownership()?;
    let (caller, thread) = (at.caller, &at.thread);
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
    let thread = owned(&tx, at).await?;
    remove(&tx, &thread).await?;
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

/// Removes a thread and everything in it, in a transaction that has decided so.
pub(crate) async fn remove(tx: &Tx, thread: &threads::Model) -> Result<(), DbError> {
    let mut news = News::of(thread.workspace_id);
    news.listed(thread, &audience(&**tx, thread).await?, "thread.removed");
    search::forget_thread(tx, thread).await?;
    messages::Entity::delete_many()
        .filter(messages::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(messages::Column::ThreadId.eq(thread.id))
        .exec(&**tx)
        .await?;
    reactions::Entity::delete_many()
        .filter(reactions::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(reactions::Column::ThreadId.eq(thread.id))
        .exec(&**tx)
        .await?;
    thread_members::Entity::delete_many()
        .filter(thread_members::Column::WorkspaceId.eq(thread.workspace_id))
        .filter(thread_members::Column::ThreadId.eq(thread.id))
        .exec(&**tx)
        .await?;
    attachments::forget(tx, thread.workspace_id, thread.id).await?;
    members::forget(tx, thread, None).await?;
    threads::Entity::delete_by_id((thread.workspace_id, thread.id))
        .exec(&**tx)
        .await?;
    tx.forget_scope(Scope::Thread(thread.id)).await?;
    news.write(tx).await?;
    Ok(())
}

/// Shows another branch: the newest leaf under `message`.
pub async fn switch_branch(chat: &Chat, at: InThread, message: MessageId) -> Result<ThreadOut, ApiError> {
    at.require_writer()?;
    let InThread { caller, thread, .. } = at;
    let db = chat.db();
    let row = crate::messages::find(db, caller.workspace, message)
        .await?
        .filter(|m| m.thread_id == thread.id);
    let row = row.ok_or_else(|| ApiError::not_found("message"))?;
    let leaf = crate::messages::newest_under(db, caller.workspace, row.id)
        .await?
        .unwrap_or(row.id);
    let tx = db.write().await?;
    let mut change = locked_for(&tx, &caller, &thread).await?.into_active_model();
    change.head_id = Set(Some(leaf));
    let row = threads::Entity::update(change)
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    let mut news = News::of(caller.workspace);
    news.thread_changed(&row);
    news.write(&tx).await?;
    tx.commit().await?;
    show_one(chat, &caller, row).await
}
