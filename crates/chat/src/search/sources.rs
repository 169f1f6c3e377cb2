//! Messages and titles, opened for the index. What cannot be opened, or is still being written, is not there.

use db::entity::{messages, threads};
use db::kinds::MessageStatus;
use db::{Db, DbError, MessageId, ThreadId, WorkspaceId};
use files::index::{Source, Text};
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::messages::open_body;
use crate::threads::open_title;

type Listed = Vec<(Uuid, Option<ThreadId>)>;

/// What people and models wrote.
#[derive(Debug)]
pub(super) struct Messages(pub Db);

impl Source for Messages {
    fn open<'a>(
        &'a self,
        workspace: WorkspaceId,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Text>, DbError>> {
        Box::pin(async move {
            let keys = self.0.keys(workspace.0).await?;
            let rows = messages::Entity::of(workspace)
                .filter(messages::Column::Id.is_in(ids.iter().copied().map(MessageId)))
                .filter(messages::Column::Status.ne(MessageStatus::Streaming))
                .all(self.0.read())
                .await?;
            let open = |row: messages::Model| {
                Some(Text {
                    id: row.id.0,
                    thread: Some(row.thread_id),
                    author: row.author_id,
                    created_at: row.created_at,
                    text: open_body(&keys, &row).ok()?.text,
                })
            };
            Ok(rows.into_iter().filter_map(open).collect())
        })
    }

    fn list(
        &self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'_, Result<Listed, DbError>> {
        Box::pin(async move {
            let rows: Vec<(Uuid, ThreadId)> = messages::Entity::of(workspace)
                .filter(messages::Column::Id.gt(MessageId(after)))
                .order_by_asc(messages::Column::Id)
                .limit(limit)
                .select_only()
                .column(messages::Column::Id)
                .column(messages::Column::ThreadId)
                .into_tuple()
                .all(self.0.read())
                .await?;
            Ok(rows.into_iter().map(|(id, thread)| (id, Some(thread))).collect())
        })
    }
}

/// Titles of threads.
#[derive(Debug)]
pub(super) struct Titles(pub Db);

impl Source for Titles {
    fn open<'a>(
        &'a self,
        workspace: WorkspaceId,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Text>, DbError>> {
        Box::pin(async move {
            let keys = self.0.keys(workspace.0).await?;
            let rows = threads::Entity::of(workspace)
                .filter(threads::Column::Id.is_in(ids.iter().copied().map(ThreadId)))
                .all(self.0.read())
                .await?;
            let open = |row: threads::Model| {
                Some(Text {
                    id: row.id.0,
                    thread: Some(row.id),
                    author: Some(row.owner_id),
                    created_at: row.created_at,
                    text: open_title(&keys, &row)?,
                })
            };
            Ok(rows.into_iter().filter_map(open).collect())
        })
    }

    fn list(
        &self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'_, Result<Listed, DbError>> {
        Box::pin(async move {
            let ids: Vec<Uuid> = threads::Entity::of(workspace)
                .filter(threads::Column::Id.gt(ThreadId(after)))
                .order_by_asc(threads::Column::Id)
                .limit(limit)
                .select_only()
                .column(threads::Column::Id)
                .into_tuple()
                .all(self.0.read())
                .await?;
            Ok(ids.into_iter().map(|id| (id, Some(ThreadId(id)))).collect())
        })
    }
}
