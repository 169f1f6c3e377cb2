//! The text of files, page by page.

use std::ops::RangeInclusive;

use db::entity::file_pages;
use db::{DbError, FileId, WorkspaceId};
use kit::api::{ApiError, Cursor, Page, PageIn};
use kit::vault::Place;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use crate::Files;
use crate::access::AtFile;

/// The text of a page.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PageText {
    /// From 1.
    pub page: i32,
    /// What is written there.
    pub text: String,
}

/// Where the text of a file's page is sealed.
pub fn page_place(file: FileId) -> Place<'static> {
    Place {
        column: "file_pages.body",
        row: file.0,
    }
}

/// The text of these pages, ascending. A page that cannot be opened is missing, and alone in that.
pub async fn pages(
    files: &Files,
    workspace: WorkspaceId,
    file: FileId,
    range: RangeInclusive<i32>,
) -> Result<Vec<(i32, String)>, DbError> {
    let rows = file_pages::Entity::of(workspace)
        .filter(file_pages::Column::FileId.eq(file))
        .filter(file_pages::Column::Page.between(*range.start(), *range.end()))
        .order_by_asc(file_pages::Column::Page)
        .all(files.db().read())
        .await?;
    open(files, workspace, file, rows).await
}

async fn open(
    files: &Files,
    workspace: WorkspaceId,
    file: FileId,
    rows: Vec<file_pages::Model>,
) -> Result<Vec<(i32, String)>, DbError> {
    let keys = files.db().keys(workspace.0).await?;
    let opened = rows.into_iter().filter_map(|row| {
        let text = row.body.open(&keys, page_place(file));
        text.inspect_err(
            |error| tracing::error!(error = %error, file.id = %file, page = row.page, "unreadable"),
        )
        .ok()
        .map(|text| (row.page, text))
    });
    Ok(opened.collect())
}

/// One page of pages.
pub(crate) async fn list(files: &Files, at: &AtFile, page: &PageIn) -> Result<Page<PageText>, ApiError> {
    let limit = page.limit()?;
    let after: i32 = Cursor::decode(page.cursor.as_deref())?.unwrap_or(0);
    let rows = file_pages::Entity::of(at.file.workspace_id)
        .filter(file_pages::Column::FileId.eq(at.file.id))
        .filter(file_pages::Column::Page.gt(after))
        .order_by_asc(file_pages::Column::Page)
        .limit(limit as u64 + 1)
        .all(files.db().read())
        .await
        .map_err(DbError::from)?;
    let opened = open(files, at.file.workspace_id, at.file.id, rows).await?;
    let rows = opened
        .into_iter()
        .map(|(page, text)| PageText { page, text })
        .collect();
    Ok(Page::cut(rows, limit, |row: &PageText| Cursor::encode(&row.page)))
}
