//! Files in conversations: which files belong to which message, and which thread gives the right to see which file.
//!
//! A file that is attached to a message is seen by whoever may enter the message's thread, for as long as they may:
//! [`Threads`] tells the room of files so, as a part of its very query.

use std::collections::{HashMap, HashSet};

use db::entity::{attachments, files as stored, messages, threads};
use db::kinds::Role;
use db::{DbError, FileId, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use files::{FileBrief, Rooms};
use futures::future::BoxFuture;
use kit::api::ApiError;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::Chat;
use crate::access::visible_to;
use crate::exchange::announce;

/// The most files of one message.
pub const MOST: usize = 20;

/// What files are told about threads.
#[derive(Debug)]
pub(crate) struct Threads;

impl Rooms for Threads {
    fn visible_threads(&self, workspace: WorkspaceId, user: UserId, role: Role) -> SelectStatement {
        Query::select()
            .column((threads::Entity, threads::Column::Id))
            .from(threads::Entity)
            .and_where(threads::Column::WorkspaceId.eq(workspace))
            .cond_where(visible_to(workspace, user, role))
            .to_owned()
    }

    fn file_changed<'a>(
        &'a self,
        tx: &'a Tx,
        workspace: WorkspaceId,
        file: FileId,
    ) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(tell(tx, workspace, file))
    }
}

/// The messages that show a file are others now. They are told in one order, so that two changes never wait for each
/// other in a circle.
async fn tell(tx: &Tx, workspace: WorkspaceId, file: FileId) -> Result<(), DbError> {
    let mut rows = with_file(workspace, file).all(&**tx).await?;
    rows.sort_unstable_by_key(|row| (row.thread_id, row.id));
    for row in rows {
        announce(tx, &row, "message.changed").await?;
    }
    Ok(())
}

fn with_file(workspace: WorkspaceId, file: FileId) -> sea_orm::Select<messages::Entity> {
    let here = Query::select()
        .column(attachments::Column::MessageId)
        .from(attachments::Entity)
        .and_where(attachments::Column::WorkspaceId.eq(workspace))
        .and_where(attachments::Column::FileId.eq(file))
        .to_owned();
    messages::Entity::of(workspace).filter(messages::Column::Id.in_subquery(here))
}

/// The files of messages, each message's in its own order.
pub(crate) async fn of_messages(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    messages: &[MessageId],
) -> Result<HashMap<MessageId, Vec<FileId>>, DbError> {
    let mut found: HashMap<MessageId, Vec<FileId>> = HashMap::new();
    if messages.is_empty() {
        return Ok(found);
    }
    let rows = attachments::Entity::of(workspace)
        .filter(attachments::Column::MessageId.is_in(messages.iter().copied()))
        .order_by_asc(attachments::Column::Position)
        .all(conn)
        .await?;
    for row in rows {
        found.entry(row.message_id).or_default().push(row.file_id);
    }
    Ok(found)
}

/// The same, of those files only that are still there.
pub(crate) async fn existing(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    messages: &[MessageId],
) -> Result<HashMap<MessageId, Vec<FileId>>, DbError> {
    let mut found = of_messages(conn, workspace, messages).await?;
    let ids: Vec<FileId> = found.values().flatten().copied().collect();
    let there: HashSet<FileId> = stored::Entity::of(workspace)
        .filter(stored::Column::Id.is_in(ids))
        .select_only()
        .column(stored::Column::Id)
        .into_tuple()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    for files in found.values_mut() {
        files.retain(|file| there.contains(file));
    }
    Ok(found)
}

/// The same, as people see them. A file that is gone is not shown.
pub(crate) async fn shown(
    chat: &Chat,
    workspace: WorkspaceId,
    messages: &[MessageId],
) -> Result<HashMap<MessageId, Vec<FileBrief>>, ApiError> {
    let attached = of_messages(chat.db().read(), workspace, messages).await?;
    if attached.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<FileId> = attached.values().flatten().copied().collect();
    let briefs = files::briefs(chat.files(), workspace, &ids).await?;
    Ok(attached
        .into_iter()
        .map(|(message, files)| {
            let files = files.iter().filter_map(|id| briefs.get(id).cloned());
            (message, files.collect())
        })
        .collect())
}

/// Whether a picture is attached somewhere in a thread, or is among further files.
pub(crate) async fn has_pictures(
    chat: &Chat,
    thread: &threads::Model,
    further: &[FileId],
) -> Result<bool, DbError> {
    let here = Query::select()
        .column(attachments::Column::FileId)
        .from(attachments::Entity)
        .and_where(attachments::Column::WorkspaceId.eq(thread.workspace_id))
        .and_where(attachments::Column::ThreadId.eq(thread.id))
        .to_owned();
    let among = Condition::any()
        .add(stored::Column::Id.in_subquery(here))
        .add(stored::Column::Id.is_in(further.iter().copied()));
    let found = stored::Entity::of(thread.workspace_id)
        .filter(among)
        .filter(stored::Column::Kind.starts_with("image/"))
        .one(chat.db().read())
        .await?;
    Ok(found.is_some())
}

/// Attaches files to a new message, in this order.
pub(crate) async fn attach(
    tx: &Tx,
    (workspace, thread, message): (WorkspaceId, ThreadId, MessageId),
    files: &[FileId],
) -> Result<(), DbError> {
    if files.is_empty() {
        return Ok(());
    }
    let rows = (0_i32..).zip(files).map(|(position, file)| {
        attachments::Model {
            workspace_id: workspace,
            message_id: message,
            file_id: *file,
            thread_id: thread,
            position,
        }
        .into_active_model()
    });
    attachments::Entity::insert_many(rows)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Forgets what was attached in a thread that is deleted. The files stay with their owners.
pub(crate) async fn forget(tx: &Tx, workspace: WorkspaceId, thread: ThreadId) -> Result<(), DbError> {
    attachments::Entity::delete_many()
        .filter(attachments::Column::WorkspaceId.eq(workspace))
        .filter(attachments::Column::ThreadId.eq(thread))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Each file once, in the order of its first naming.
pub(crate) fn each_once(files: Vec<FileId>) -> Vec<FileId> {
    let mut once = Vec::with_capacity(files.len());
    for file in files {
        if !once.contains(&file) {
            once.push(file);
        }
    }
    once
}
