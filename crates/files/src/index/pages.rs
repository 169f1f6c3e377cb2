//! Files as a source of texts: their names, and their pages.

use std::collections::HashMap;

use db::entity::{file_pages, files};
use db::kinds::FileStatus;
use db::{Db, DbError, FileId, ThreadId, WorkspaceId};
use futures::future::BoxFuture;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::source::{Source, Text};
use crate::details::name_place;
use crate::page_place;

/// Names of files.
#[derive(Debug)]
pub(crate) struct Names(pub Db);

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

/// Some pages of a file after one, in order, and the last that was looked at; those that cannot be opened are left out.
pub(crate) async fn pages_after(
    db: &Db,
    workspace: WorkspaceId,
    file: FileId,
    after: i32,
    limit: u64,
) -> Result<(Vec<(i32, String)>, Option<i32>), DbError> {
    let rows = file_pages::Entity::of(workspace)
        .filter(file_pages::Column::FileId.eq(file))
        .filter(file_pages::Column::Page.gt(after))
        .order_by_asc(file_pages::Column::Page)
        .limit(limit)
        .all(db.read())
        .await?;
    let last = rows.last().map(|row| row.page);
    let keys = db.keys(workspace.0).await?;
    let opened = rows
        .iter()
        .filter_map(|row| Some((row.page, open_page(&keys, row)?)));
    Ok((opened.collect(), last))
}

/// These pages of these files.
pub(crate) async fn pages_of(
    db: &Db,
    workspace: WorkspaceId,
    wanted: &[(FileId, i32)],
) -> Result<HashMap<(FileId, i32), String>, DbError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut any = Condition::any();
    for (file, page) in wanted {
        let one = Condition::all().add(file_pages::Column::FileId.eq(*file));
        any = any.add(one.add(file_pages::Column::Page.eq(*page)));
    }
    let rows = file_pages::Entity::of(workspace)
        .filter(any)
        .all(db.read())
        .await?;
    let keys = db.keys(workspace.0).await?;
    let opened = rows
        .iter()
        .filter_map(|row| Some(((row.file_id, row.page), open_page(&keys, row)?)));
    Ok(opened.collect())
}

fn open_page(keys: &OwnerKeys, row: &file_pages::Model) -> Option<String> {
    row.body.open(keys, page_place(row.file_id)).ok()
}
