//! Files as the API shows them.

use std::collections::{BTreeMap, HashMap};

use db::entity::{attachments, file_previews, files};
use db::kinds::{FileStatus, Visibility};
use db::{DbError, FileId, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use kit::clock::Timestamp;
use kit::vault::OwnerKeys;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Files;
use crate::details::{Details, Step, name_of, reason_of, steps_of};
use crate::signing::{Leave, Signer};

/// A file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileOut {
    /// The file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Its media type, by content.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Pixels.
    #[schema(required)]
    pub width: Option<u32>,
    /// Pixels.
    #[schema(required)]
    pub height: Option<u32>,
    /// How far it has come.
    pub status: FileStatus,
    /// Why it was rejected.
    #[schema(required)]
    pub reason: Option<String>,
    /// Where its bytes are, for a while; null while it is scanned, and once it was rejected.
    #[schema(required)]
    pub url: Option<String>,
    /// Where a small picture of it is, for a while.
    #[schema(required)]
    pub preview_url: Option<String>,
    /// How many characters of text were read from it.
    pub text_chars: i64,
    /// What else was read from it, such as `taken_at`, `author`, `language`; absent: unknown.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// When.
    pub created_at: Timestamp,
    /// When last changed.
    pub updated_at: Timestamp,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// Who sees it besides those who see a thread that it is attached to.
    pub visibility: Visibility,
    /// How many pages it has.
    #[schema(required)]
    pub pages: Option<u32>,
    /// Pictures of its pages.
    pub previews: Vec<PreviewOut>,
    /// What its readers should know: `macros`, `scripts`, `encrypted`, `mismatch`, `programs`.
    pub warnings: Vec<String>,
    /// Where each step of its processing stands.
    pub steps: Vec<Step>,
    /// The threads it is attached in that the caller may enter; only when one file is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<Vec<ThreadId>>,
}

/// The picture of a page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewOut {
    /// From 1.
    pub page: i32,
    /// Where it is, for a while.
    pub url: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// A file as messages show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileBrief {
    /// The file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Its media type, by content.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes.
    pub size: i64,
    /// How far it has come.
    pub status: FileStatus,
    /// Why it was rejected.
    #[schema(required)]
    pub reason: Option<String>,
    /// Pixels.
    #[schema(required)]
    pub width: Option<u32>,
    /// Pixels.
    #[schema(required)]
    pub height: Option<u32>,
    /// How many pages it has.
    #[schema(required)]
    pub pages: Option<u32>,
    /// Where its bytes are, for a while.
    #[schema(required)]
    pub url: Option<String>,
    /// Where a small picture of it is, for a while.
    #[schema(required)]
    pub preview_url: Option<String>,
}

/// What showing needs, fetched once for many files.
struct Showing {
    keys: OwnerKeys,
    signer: Signer,
    now: Timestamp,
    previews: HashMap<FileId, BTreeMap<i32, file_previews::Model>>,
}

/// Whether anything of a file may leave the house.
pub(crate) const fn is_served(status: FileStatus) -> bool {
    matches!(status, FileStatus::Processing | FileStatus::Ready)
}

impl Showing {
    async fn of(files: &Files, workspace: WorkspaceId, rows: &[files::Model]) -> Result<Self, DbError> {
        let mut previews: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        if !rows.is_empty() {
            let found = file_previews::Entity::of(workspace)
                .filter(file_previews::Column::FileId.is_in(rows.iter().map(|row| row.id)))
                .all(files.db().read())
                .await?;
            for row in found {
                previews.entry(row.file_id).or_default().insert(row.page, row);
            }
        }
        Ok(Self {
            keys: files.db().keys(workspace.0).await?,
            signer: files.signer().await?,
            now: files.db().now(),
            previews,
        })
    }

    fn url(&self, row: &files::Model, leave: Leave) -> Option<String> {
        is_served(row.status).then(|| self.signer.to_read(row.workspace_id, row.id, leave, self.now))
    }

    fn preview_url(&self, row: &files::Model) -> Option<String> {
        let (page, _) = self.previews.get(&row.id)?.first_key_value()?;
        self.url(row, Leave::Preview(*page))
    }

    fn whole(&self, row: &files::Model) -> FileOut {
        let details = Details::open(&self.keys, row);
        let pictures = self.previews.get(&row.id).into_iter().flat_map(BTreeMap::values);
        let previews = pictures
            .filter_map(|preview| {
                Some(PreviewOut {
                    page: preview.page,
                    url: self.url(row, Leave::Preview(preview.page))?,
                    width: preview.width,
                    height: preview.height,
                })
            })
            .collect();
        FileOut {
            id: row.id,
            name: name_of(&self.keys, row),
            kind: row.kind.clone(),
            size: row.size,
            sha256: details.sha256,
            width: details.width,
            height: details.height,
            status: row.status,
            reason: reason_of(&self.keys, row),
            url: self.url(row, Leave::Content),
            preview_url: self.preview_url(row),
            text_chars: row.text_chars,
            metadata: details.metadata,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            owner_id: row.owner_id,
            visibility: row.visibility,
            pages: details.pages,
            previews,
            warnings: details.warnings,
            steps: steps_of(row),
            threads: None,
        }
    }

    fn brief(&self, row: &files::Model) -> FileBrief {
        let details = Details::open(&self.keys, row);
        FileBrief {
            id: row.id,
            name: name_of(&self.keys, row),
            kind: row.kind.clone(),
            size: row.size,
            status: row.status,
            reason: reason_of(&self.keys, row),
            width: details.width,
            height: details.height,
            pages: details.pages,
            url: self.url(row, Leave::Content),
            preview_url: self.preview_url(row),
        }
    }
}

/// Rows as their reader sees them, in their order.
pub async fn show(files: &Files, caller: &Caller, rows: &[files::Model]) -> Result<Vec<FileOut>, DbError> {
    shown(files, caller.workspace, rows).await
}

/// The same for whoever it is sent to, who was asked for before.
pub async fn shown(
    files: &Files,
    workspace: WorkspaceId,
    rows: &[files::Model],
) -> Result<Vec<FileOut>, DbError> {
    let showing = Showing::of(files, workspace, rows).await?;
    Ok(rows.iter().map(|row| showing.whole(row)).collect())
}

/// One file, with the threads in which its reader finds it.
pub(crate) async fn show_one(files: &Files, caller: &Caller, row: &files::Model) -> Result<FileOut, DbError> {
    let showing = Showing::of(files, caller.workspace, std::slice::from_ref(row)).await?;
    let mut out = showing.whole(row);
    if let Some(rooms) = files.rooms() {
        let may_enter = rooms.visible_threads(caller.workspace, caller.user, caller.role);
        let threads: Vec<ThreadId> = attachments::Entity::of(caller.workspace)
            .select_only()
            .column(attachments::Column::ThreadId)
            .filter(attachments::Column::FileId.eq(row.id))
            .filter(attachments::Column::ThreadId.in_subquery(may_enter))
            .distinct()
            .order_by_desc(attachments::Column::ThreadId)
            .into_tuple()
            .all(files.db().read())
            .await?;
        out.threads = Some(threads);
    }
    Ok(out)
}

/// Files as messages show them; one that is gone is not among them. Who may see the message may see them.
pub async fn briefs(
    files: &Files,
    workspace: WorkspaceId,
    wanted: &[FileId],
) -> Result<HashMap<FileId, FileBrief>, DbError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = files::Entity::of(workspace)
        .filter(files::Column::Id.is_in(wanted.iter().copied()))
        .all(files.db().read())
        .await?;
    let showing = Showing::of(files, workspace, &rows).await?;
    Ok(rows.iter().map(|row| (row.id, showing.brief(row))).collect())
}
