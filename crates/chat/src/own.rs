//! What somebody wrote: to take along, and what of it goes when they are erased.

use db::entity::{files, messages, thread_members, threads};
use db::jobs::JobError;
use db::kinds::Visibility;
use db::{DbError, ThreadId, UserId, WorkspaceId};
use identity::own::AccountExport;
use identity::{Caller, ErasePerson};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Chat;
use crate::messages::open_body;
use crate::threads::{open_title, remove};

/// Everything of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnExport {
    /// When.
    pub generated_at: Timestamp,
    /// The account: memberships, settings, tokens without secrets, usage, acts.
    pub account: AccountExport,
    /// Threads that one began, with all that stands in them, and one's own messages in those of others.
    pub threads: Vec<Value>,
    /// One's files, by name and measure.
    pub files: Vec<Value>,
}

/// Gathers everything of the caller's, of every workspace that they belong to.
pub async fn export(chat: &Chat, caller: &Caller) -> Result<OwnExport, ApiError> {
    let db = chat.db();
    let account = identity::own::account(db, caller).await?;
    let mut rooms: Vec<WorkspaceId> = db::entity::members::Entity::find()
        .filter(db::entity::members::Column::UserId.eq(caller.user))
        .select_only()
        .column(db::entity::members::Column::WorkspaceId)
        .into_tuple()
        .all(db.read())
        .await
        .map_err(DbError::from)?;
    rooms.sort_unstable();
    let (mut threads, mut files) = (Vec::new(), Vec::new());
    for room in rooms {
        threads.extend(threads_of(chat, room, caller.user).await?);
        files.extend(files_of(chat, room, caller.user).await?);
    }
    Ok(OwnExport {
        generated_at: db.now(),
        account,
        threads,
        files,
    })
}

async fn threads_of(chat: &Chat, room: WorkspaceId, user: UserId) -> Result<Vec<Value>, DbError> {
    let db = chat.db();
    let keys = db.keys(room.0).await?;
    let wrote_in = messages::Entity::of(room)
        .filter(messages::Column::AuthorId.eq(user))
        .select_only()
        .column(messages::Column::ThreadId)
        .into_query();
    let rows = threads::Entity::of(room)
        .filter(
            Condition::any()
                .add(threads::Column::OwnerId.eq(user))
                .add(threads::Column::Id.in_subquery(wrote_in)),
        )
        .order_by_asc(threads::Column::Id)
        .all(db.read())
        .await?;
    let mut out = Vec::with_capacity(rows.len());
    for thread in rows {
        let is_own = thread.owner_id == user;
        let mut said = messages::Entity::of(room)
            .filter(messages::Column::ThreadId.eq(thread.id))
            .order_by_asc(messages::Column::Id);
        if !is_own {
            said = said.filter(messages::Column::AuthorId.eq(user));
        }
        let said: Vec<Value> = said
            .all(db.read())
            .await?
            .iter()
            .map(|row| {
                json!({
                    "id": row.id, "role": row.role, "at": Timestamp(row.created_at), "model": row.model,
                    "mine": row.author_id == Some(user),
                    "content": open_body(&keys, row).ok().map(|body| body.text),
                })
            })
            .collect();
        out.push(json!({
            "id": thread.id, "workspace_id": room, "began_by_me": is_own,
            "title": is_own.then(|| open_title(&keys, &thread)).flatten(),
            "created_at": Timestamp(thread.created_at), "messages": said,
        }));
    }
    Ok(out)
}

async fn files_of(chat: &Chat, room: WorkspaceId, user: UserId) -> Result<Vec<Value>, DbError> {
    let db = chat.db();
    let keys = db.keys(room.0).await?;
    let rows = files::Entity::of(room)
        .filter(files::Column::OwnerId.eq(user))
        .order_by_asc(files::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let name: Option<String> = row.name.open(&keys, ::files::details::name_place(row.id)).ok();
            json!({
                "id": row.id, "workspace_id": room, "name": name, "kind": row.kind, "size": row.size,
                "created_at": Timestamp(row.created_at),
            })
        })
        .collect())
}

/// Removes what somebody who was erased had for themselves alone: private threads without members, and private files.
pub async fn erase(chat: &Chat, job: ErasePerson) -> Result<(), JobError> {
    for room in job.workspaces {
        let shared = thread_members::Entity::of(room)
            .select_only()
            .column(thread_members::Column::ThreadId)
            .into_query();
        let alone: Vec<ThreadId> = threads::Entity::of(room)
            .filter(threads::Column::OwnerId.eq(job.user))
            .filter(threads::Column::Visibility.eq(Visibility::Private))
            .filter(threads::Column::Id.not_in_subquery(shared))
            .select_only()
            .column(threads::Column::Id)
            .into_tuple()
            .all(chat.db().read())
            .await?;
        for id in alone {
            let tx = chat.db().write().await?;
            if let Some(thread) = threads::Entity::find_by_id((room, id)).one(&*tx).await? {
                tx.end_leases_of(room, id).await?;
                remove(&tx, &thread).await?;
            }
            tx.commit().await?;
            for generation in chat.0.generations.in_thread(id) {
                generation.lost.cancel();
            }
        }
        ::files::erase_private(chat.files(), room, job.user).await?;
    }
    Ok(())
}
