//! Uploads in parts: announced, written part by part (to S3 by its own signed addresses, or to this server), gone on with
//! after an interruption, and put together at the end. Nothing of it is a file before that.

mod complete;
mod parts;
mod write;

use std::time::Duration;

use db::entity::uploads;
use db::kinds::Visibility;
use db::{DbError, FileId, Sealed, WorkspaceId};
use identity::{Caller, Permission};
use kit::api::{ApiError, Problems, Validate};
use kit::clock::Timestamp;
use kit::vault::Place;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::collect::DeleteObjects;
use crate::plans::{Allowance, lock_workspace};
use crate::{Files, names};

pub(crate) use complete::{CompleteIn, complete};
pub(crate) use parts::{folder_of, upload_of};
pub(crate) use write::put_part;

/// Bytes of each part but the last.
pub(crate) const PART: u64 = 8 << 20;
/// How long an upload may take.
const LASTS: Duration = Duration::from_hours(24);

/// A file to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadIn {
    /// Its name.
    pub name: String,
    /// Bytes, exactly.
    pub size: u64,
    /// What the sender takes it for; what it is, its content tells.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Who will see it.
    pub visibility: Option<Visibility>,
}

impl Validate for UploadIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 1000);
        problems.optional_length("type", self.kind.as_ref(), 0, 255);
        problems.check(self.size > 0, "size", "The file is empty.");
    }
}

/// How a file is to be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadOut {
    /// The upload, and later the file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// How each part is sent: `PUT`.
    pub method: &'static str,
    /// Where the first part goes.
    pub url: String,
    /// Headers to send with each part.
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// The parts. Each can be sent again; they can be sent in any order, several at once.
    pub parts: Vec<PartOut>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A part.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartOut {
    /// From 1.
    pub number: u32,
    /// Where in the file it begins.
    pub offset: u64,
    /// Bytes, exactly.
    pub size: u64,
    /// Where it goes.
    pub url: String,
    /// Whether it is there.
    pub received: bool,
}

/// A part as it should be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub number: u32,
    pub offset: u64,
    pub size: u64,
}

/// The parts of an upload.
pub(crate) fn parts_of(upload: &uploads::Model) -> impl Iterator<Item = Part> + use<> {
    let (size, each) = (upload.size as u64, (upload.part_size as u64).max(1));
    (0..size.div_ceil(each)).map(move |n| Part {
        number: n as u32 + 1,
        offset: n * each,
        size: each.min(size - n * each),
    })
}

const fn name_place(id: FileId) -> Place<'static> {
    Place {
        column: "uploads.name",
        row: id.0,
    }
}

/// Announces a file.
pub(crate) async fn begin(files: &Files, caller: &Caller, input: UploadIn) -> Result<UploadOut, ApiError> {
    caller.require(Permission::WriteFiles)?;
    let id = FileId::new();
    let keys = files.db().keys(caller.workspace.0).await?;
    let _turn = files.turn_to_add().await;
    let tx = files.db().write().await?;
    lock_workspace(&tx, caller.workspace).await?;
    Allowance::of(&files.config().limits, &*tx, caller.workspace)
        .await?
        .check(input.size)?;
    let name = Sealed::seal(&keys, name_place(id), &names::clean(&input.name)).map_err(DbError::from)?;
    let upload = uploads::Model {
        workspace_id: caller.workspace,
        id,
        owner_id: caller.user,
        name,
        visibility: input.visibility.unwrap_or(Visibility::Private),
        size: input.size as i64,
        part_size: PART as i64,
        created_at: tx.now().micros(),
        expires_at: tx.now().plus(LASTS).micros(),
    };
    let row: uploads::ActiveModel = upload.clone().into();
    uploads::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    tx.commit().await?;
    show(files, &upload, &[]).await
}

/// How far it has come, with fresh addresses.
pub(crate) async fn look(files: &Files, caller: &Caller, id: FileId) -> Result<UploadOut, ApiError> {
    let upload = find(files, caller, id).await?;
    let there = parts::arrived(files, &upload).await?;
    show(files, &upload, &there).await
}

/// Gives it up.
pub(crate) async fn cancel(files: &Files, caller: &Caller, id: FileId) -> Result<(), ApiError> {
    let upload = find(files, caller, id).await?;
    let tx = files.db().write().await?;
    forget(&tx, upload.workspace_id, upload.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the row away, and, by a job, what has arrived; answers whether it was there.
pub(crate) async fn forget(tx: &db::Tx, workspace: WorkspaceId, id: FileId) -> Result<bool, DbError> {
    let gone = uploads::Entity::delete_by_id((workspace, id)).exec(&**tx).await?;
    tx.job(&DeleteObjects::parts(workspace, id)).await?;
    Ok(gone.rows_affected == 1)
}

/// The caller's own upload; 410 when it has expired.
async fn find(files: &Files, caller: &Caller, id: FileId) -> Result<uploads::Model, ApiError> {
    let upload = uploads::Entity::of(caller.workspace)
        .filter(uploads::Column::Id.eq(id))
        .filter(uploads::Column::OwnerId.eq(caller.user))
        .one(files.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("upload"))?;
    check_expiry(files, &upload)?;
    Ok(upload)
}

fn check_expiry(files: &Files, upload: &uploads::Model) -> Result<(), ApiError> {
    if files.db().now().micros() >= upload.expires_at {
        let sentence = "This upload has expired. Please begin it again.";
        return Err(ApiError::new(kit::api::Code::Gone, sentence));
    }
    Ok(())
}

async fn show(files: &Files, upload: &uploads::Model, there: &[(u32, u64)]) -> Result<UploadOut, ApiError> {
    let keys = files.db().keys(upload.workspace_id.0).await?;
    let mut parts = Vec::new();
    for part in parts_of(upload) {
        parts.push(PartOut {
            number: part.number,
            offset: part.offset,
            size: part.size,
            url: parts::address(files, upload, part).await?,
            received: there.contains(&(part.number, part.size)),
        });
    }
    Ok(UploadOut {
        id: upload.id,
        name: name_of(&keys, upload),
        size: upload.size as u64,
        method: "PUT",
        url: parts.first().map(|part| part.url.clone()).unwrap_or_default(),
        headers: Map::new(),
        part_size: upload.part_size as u64,
        parts,
        expires_at: Timestamp(upload.expires_at),
    })
}

fn name_of(keys: &kit::vault::OwnerKeys, upload: &uploads::Model) -> String {
    upload
        .name
        .open(keys, name_place(upload.id))
        .unwrap_or_else(|_| "file".to_owned())
}
