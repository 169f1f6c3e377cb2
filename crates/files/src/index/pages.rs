//! Files as a source of texts: their names, and their pages.

use db::entity::{file_pages, files};
use db::kinds::FileStatus;
use db::{Db, DbError, FileId, ThreadId, WorkspaceId};
use futures::future::BoxFuture;
use kit::vault::Place;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::source::{Source, Text};

/// Names of files.
#[derive(Debug)]
pub(crate) struct Names(pub Db);

/// A file whose text is being indexed.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub page: i32,
    pub text: String,
}

pub(crate) const fn name_place(file: FileId) -> Place<'static> {
    Place { column: "files.name", row: file.0 }
}

pub(crate) const fn page_place(file: FileId) -> Place<'static> {
    Place { column: "file_pages.body", row: file.0 }
}

impl Source for Names {
    fn open<'a>(
        &'a self,
        workspace: WorkspaceId,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Text>, DbError>> {
        Box::pin(async move {
            let keys = self.0.keys(workspace.0).await?;
            let rows = files::Entity::of(workspace)
                .filter(files::Column::Id.is_in(ids.iter().copied()))
                .filter(files::Column::Status.is_in([FileStatus::Processing, FileStatus::Ready]))
                .all(self.0.read())
                .await?;
            let texts = rows.into_iter().filter_map(|row| {
                Some(Text {
                    id: row.id.0,
                    thread: None,
                    author: Some(row.owner_id),
                    created_at: row.created_at,
                    text: row.name.open(&keys, name_place(row.id)).ok()?,
                })
            });
            Ok(texts.collect())
        })
    }

    fn list(
        &self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'_, Result<Vec<(Uuid, Option<ThreadId>)>, DbError>> {
        Box::pin(async move {
            let ids: Vec<Uuid> = files::Entity::of(workspace)
                .filter(files::Column::Id.gt(after))
                .filter(files::Column::Status.is_in([FileStatus::Processing, FileStatus::Ready]))
                .order_by_asc(files::Column::Id)
                .limit(limit)
                .select_only()
                .column(files::Column::Id)
                .into_tuple()
                .all(self.0.read())
                .await?;
            Ok(ids.into_iter().map(|id| (id, None)).collect())
        })
    }
}

/// Some pages of a file after one, in order; those that cannot be opened are left out.
pub(crate) async fn pages_after(
    db: &Db,
    workspace: WorkspaceId,
    file: FileId,
    after: i32,
    limit: u64,
) -> Result<(Vec<Page>, Option<i32>), DbError> {
    let rows = file_pages::Entity::of(workspace)
        .filter(file_pages::Column::FileId.eq(file))
        .filter(file_pages::Column::Page.gt(after))
        .order_by_asc(file_pages::Column::Page)
        .limit(limit)
        .all(db.read())
        .await?;
    let last = rows.last().map(|row| row.page);
    Ok((opened(db, workspace, rows).await?, last))
}

/// These pages of these files.
pub(crate) async fn pages_of(
    db: &Db,
    workspace: WorkspaceId,
    wanted: &[(FileId, i32)],
) -> Result<Vec<((FileId, i32), String)>, DbError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut any = sea_orm::Condition::any();
    for (file, page) in wanted {
        any = any.add(file_pages::Column::FileId.eq(*file).and(file_pages::Column::Page.eq(*page)));
    }
    let rows = file_pages::Entity::of(workspace).filter(any).all(db.read()).await?;
    let keys: Vec<_> = rows.iter().map(|row| (row.file_id, row.page)).collect();
    let pages = opened(db, workspace, rows).await?;
    Ok(keys
        .into_iter()
        .filter_map(|key| Some((key, pages.iter().find(|p| p.0 == key.0 && p.1.page == key.1)?.1.text.clone())))
        .collect())
}
