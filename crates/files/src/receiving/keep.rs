//! The row of a file whose bytes are in the store of objects.

use std::time::Duration;

use db::entity::files;
use db::kinds::{FileStatus, Visibility};
use db::{DbError, FileId, Sealed, Tx};
use identity::Caller;
use kit::api::{ApiError, Code};
use kit::blobs::Stored;
use kit::vault::OwnerKeys;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::form::drop_object;
use crate::details::{Details, StepState, name_place, with_step};
use crate::plans::{Allowance, lock_workspace};
use crate::scan::ScanFile;
use crate::{Files, announce, objects, uploads};

/// How long the request itself may look before a job does.
const BEFORE_THE_JOB: Duration = Duration::from_secs(15);

/// Bytes that have arrived, and what was said of them.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// The upload in parts that it came by, whose id it gets.
    pub upload: Option<FileId>,
    /// Its name, clean.
    pub name: String,
    /// Who will see it.
    pub visibility: Visibility,
    /// The object.
    pub blob: Uuid,
    /// How long it is, and its hash.
    pub stored: Stored,
    /// The first bytes.
    pub head: Vec<u8>,
    /// The sender's own name for it.
    pub client_id: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Kept {
    /// A new file.
    New(files::Model),
    /// The same was sent before under the same name of the sender.
    Before(files::Model),
}

/// Makes a file of them. Whatever goes wrong, the object does not stay without a row; only when it is not known whether
/// the row was written it does, and the sweep decides.
pub(crate) async fn keep(files: &Files, caller: &Caller, arrival: Arrival) -> Result<Kept, ApiError> {
    let blob = arrival.blob;
    let _turn = files.turn_to_add().await;
    let tx = files.db().write().await;
    let written = match tx {
        Ok(tx) => write(files, caller, &tx, arrival).await.map(|kept| (tx, kept)),
        Err(error) => Err(error.into()),
    };
    match written {
        Ok((tx, Kept::New(file))) => {
            tx.commit().await?;
            Ok(Kept::New(file))
        }
        Ok((tx, before)) => {
            drop(tx);
            drop_object(files, caller, blob).await;
            Ok(before)
        }
        Err(error) => {
            drop_object(files, caller, blob).await;
            Err(error)
        }
    }
}

async fn write(files: &Files, caller: &Caller, tx: &Tx, arrival: Arrival) -> Result<Kept, ApiError> {
    if arrival.stored.size == 0 {
        return Err(ApiError::invalid("file", "The file is empty."));
    }
    let keys = files.db().keys(caller.workspace.0).await?;
    lock_workspace(tx, caller.workspace).await?;
    if let Some(upload) = arrival.upload
        && !uploads::forget(tx, caller.workspace, upload).await?
    {
        let gone = || ApiError::not_found("upload");
        return completed_before(tx, caller, upload)
            .await?
            .map(Kept::Before)
            .ok_or_else(gone);
    }
    if let Some(client_id) = &arrival.client_id
        && let Some(before) = sent_before(tx, caller, client_id).await?
    {
        return same_or_conflict(&keys, before, &arrival.stored);
    }
    Allowance::of(&files.config().limits, &**tx, caller.workspace)
        .await?
        .check(arrival.stored.size)?;
    let blob = objects::keep_blob(tx, &keys, caller.workspace, arrival.blob, &arrival.stored).await?;
    let row = row_of(tx, &keys, caller, arrival, blob)?;
    let file = insert(tx, row).await?;
    announce(files, tx, &file, "file.created").await?;
    tx.job_after(&ScanFile::first(&file), BEFORE_THE_JOB).await?;
    Ok(Kept::New(file))
}

/// What came of an upload that somebody else has completed in the meantime.
async fn completed_before(tx: &Tx, caller: &Caller, id: FileId) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(caller.workspace)
        .filter(files::Column::Id.eq(id))
        .filter(files::Column::OwnerId.eq(caller.user))
        .one(&**tx)
        .await?)
}

async fn insert(tx: &Tx, row: files::ActiveModel) -> Result<files::Model, DbError> {
    Ok(files::Entity::insert(row).exec_with_returning(&**tx).await?)
}

async fn sent_before(tx: &Tx, caller: &Caller, client_id: &str) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(caller.workspace)
        .filter(files::Column::OwnerId.eq(caller.user))
        .filter(files::Column::ClientId.eq(client_id))
        .one(&**tx)
        .await?)
}

fn same_or_conflict(keys: &OwnerKeys, before: files::Model, stored: &Stored) -> Result<Kept, ApiError> {
    if Details::open(keys, &before).sha256 == hex(&stored.sha256) {
        return Ok(Kept::Before(before));
    }
    let sentence = "This Idempotency-Key was used with another file.";
    Err(ApiError::new(Code::Conflict, sentence))
}

fn row_of(
    tx: &Tx,
    keys: &OwnerKeys,
    caller: &Caller,
    arrival: Arrival,
    blob: Uuid,
) -> Result<files::ActiveModel, DbError> {
    let id = arrival.upload.unwrap_or_else(FileId::new);
    let details = Details {
        sha256: hex(&arrival.stored.sha256),
        ..Details::default()
    };
    let now = tx.now().micros();
    Ok(files::ActiveModel {
        workspace_id: Set(caller.workspace),
        id: Set(id),
        owner_id: Set(caller.user),
        blob_id: Set(Some(blob)),
        name: Set(Sealed::seal(keys, name_place(id), &arrival.name)?),
        kind: Set(documents::sniff(&arrival.head, &arrival.name).mime.to_owned()),
        size: Set(arrival.stored.size as i64),
        status: Set(FileStatus::Scanning),
        visibility: Set(arrival.visibility),
        reason: Set(None),
        details: Set(details.seal(keys, id)?),
        steps: Set(with_step(Vec::new(), "scan", StepState::Running, None)),
        text_chars: Set(0),
        client_id: Set(arrival.client_id),
        created_at: Set(now),
        updated_at: Set(now),
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
