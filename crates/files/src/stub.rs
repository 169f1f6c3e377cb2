//! Stand-ins until the real faces are merged.
#![allow(missing_docs, clippy::unused_async, clippy::missing_errors_doc)]

use std::collections::HashMap;

use db::entity::{file_pages, files};
use db::kinds::FileStatus;
use db::{DbError, FileId, Tx, WorkspaceId};
use identity::Caller;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Files;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileBrief {
    pub id: FileId,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub size: i64,
    pub status: FileStatus,
    pub reason: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub pages: Option<u32>,
    pub url: Option<String>,
    pub preview_url: Option<String>,
}

pub async fn briefs(
    files: &Files,
    workspace: WorkspaceId,
    ids: &[FileId],
) -> Result<HashMap<FileId, FileBrief>, ApiError> {
    let keys = files.db().keys(workspace.0).await?;
    let rows = files::Entity::of(workspace)
        .filter(files::Column::Id.is_in(ids.iter().copied()))
        .all(files.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let place = kit::vault::Place {
                column: "files.name",
                row: row.id.0,
            };
            let brief = FileBrief {
                id: row.id,
                name: row.name.open(&keys, place).unwrap_or_default(),
                kind: row.kind,
                size: row.size,
                status: row.status,
                reason: None,
                width: None,
                height: None,
                pages: None,
                url: None,
                preview_url: None,
            };
            (brief.id, brief)
        })
        .collect())
}

pub async fn pages(
    files: &Files,
    workspace: WorkspaceId,
    file: FileId,
    range: std::ops::RangeInclusive<i32>,
) -> Result<Vec<(i32, String)>, ApiError> {
    let keys = files.db().keys(workspace.0).await?;
    let rows = file_pages::Entity::of(workspace)
        .filter(file_pages::Column::FileId.eq(file))
        .filter(file_pages::Column::Page.between(*range.start(), *range.end()))
        .order_by_asc(file_pages::Column::Page)
        .all(files.db().read())
        .await
        .map_err(DbError::from)?;
    let place = kit::vault::Place {
        column: "file_pages.body",
        row: file.0,
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.page, row.body.open(&keys, place).ok()?)))
        .collect())
}

pub async fn require_attachable(
    _files: &Files,
    tx: &Tx,
    caller: &Caller,
    ids: &[FileId],
) -> Result<(), ApiError> {
    for id in ids {
        let found = files::Entity::of(caller.workspace)
            .filter(files::Column::Id.eq(*id))
            .filter(files::Column::OwnerId.eq(caller.user))
            .one(&**tx)
            .await
            .map_err(DbError::from)?;
        if found.is_none_or(|row| row.status == FileStatus::Rejected) {
            return Err(ApiError::invalid("attachments", "There is no such file."));
        }
    }
    Ok(())
}

pub async fn picture(
    _files: &Files,
    _workspace: WorkspaceId,
    _file: FileId,
    _most: u64,
) -> Result<Option<(String, Vec<u8>)>, ApiError> {
    Ok(None)
}

pub async fn content(
    _files: &Files,
    _workspace: WorkspaceId,
    _file: FileId,
    _most: u64,
) -> Result<Option<Vec<u8>>, ApiError> {
    Ok(None)
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileOut {
    pub id: FileId,
}

pub async fn shown(
    _files: &Files,
    _workspace: WorkspaceId,
    rows: &[files::Model],
) -> Result<Vec<FileOut>, DbError> {
    Ok(rows.iter().map(|row| FileOut { id: row.id }).collect())
}

pub fn visible(_files: &Files, caller: &Caller) -> sea_orm::Condition {
    sea_orm::Condition::all().add(files::Column::OwnerId.eq(caller.user))
}
