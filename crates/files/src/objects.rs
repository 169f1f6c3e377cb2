//! What files are in the store of objects: one object for the same bytes, one for each preview.

use db::entity::{blobs, file_previews, files};
use db::kinds::FileStatus;
use db::{DbError, FileId, Tx, WorkspaceId};
use kit::api::ApiError;
use kit::blobs::{SealedObject, Stored};
use kit::vault::{OwnerKeys, VaultError, hmac_sha256};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Files;
use crate::collect::DeleteObjects;

/// The object of the picture of a page.
pub fn preview_object(file: FileId, page: i32) -> String {
    format!("{}/{page}", previews_of(file))
}

pub(crate) fn previews_of(file: FileId) -> String {
    format!("previews/{file}")
}

/// What tells the same bytes apart from others: a keyed hash, so that nobody without the key learns which they are.
fn fingerprint(keys: &OwnerKeys, sha256: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
    Ok(hmac_sha256(&keys.derive("blobs.fingerprint")?, sha256).to_vec())
}

/// Gives bytes that were just stored under `fresh` their row, and answers the object that holds them: an older one, if
/// the workspace has the same bytes already; then the fresh one goes.
pub(crate) async fn keep_blob(
    tx: &Tx,
    keys: &OwnerKeys,
    workspace: WorkspaceId,
    fresh: Uuid,
    stored: &Stored,
) -> Result<Uuid, DbError> {
    let fingerprint = fingerprint(keys, &stored.sha256)?;
    let row = blobs::ActiveModel {
        workspace_id: Set(workspace),
        id: Set(fresh),
        fingerprint: Set(fingerprint.clone()),
        size: Set(stored.size as i64),
        created_at: Set(tx.now().micros()),
    };
    let same = [blobs::Column::WorkspaceId, blobs::Column::Fingerprint];
    blobs::Entity::insert(row)
        .on_conflict(OnConflict::columns(same).do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    // Held, so that it is not collected before the file that refers to it is there.
    let kept = blobs::Entity::of(workspace)
        .filter(blobs::Column::Fingerprint.eq(fingerprint))
        .lock_shared()
        .one(&**tx)
        .await?
        .ok_or_else(|| sea_orm::DbErr::RecordNotFound(fresh.to_string()))?;
    if kept.id != fresh {
        let duplicate = DeleteObjects::one(workspace, fresh.to_string());
        tx.job(&duplicate).await?;
    }
    Ok(kept.id)
}

/// Lets an object go in the transaction that took a file from it, if that was the last one.
pub(crate) async fn release_blob(tx: &Tx, workspace: WorkspaceId, blob: Uuid) -> Result<(), DbError> {
    let held = blobs::Entity::of(workspace)
        .filter(blobs::Column::Id.eq(blob))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    let users = files::Entity::of(workspace)
        .filter(files::Column::BlobId.eq(blob))
        .count(&**tx)
        .await?;
    if held.is_some() && users == 0 {
        blobs::Entity::delete_by_id((workspace, blob)).exec(&**tx).await?;
        tx.job(&DeleteObjects::one(workspace, blob.to_string())).await?;
    }
    Ok(())
}

/// A file's bytes, whatever its state; only scanning may ask.
pub(crate) async fn open_unscanned(files: &Files, file: &files::Model) -> Result<SealedObject, ApiError> {
    let blob = file.blob_id.ok_or_else(|| ApiError::not_found("file"))?;
    let keys = files.db().keys(file.workspace_id.0).await?;
    let workspace = file.workspace_id.0;
    Ok(files
        .blobs()
        .open_sealed(&keys, workspace, &blob.to_string())
        .await?)
}

/// A file's bytes. Nothing that has not been scanned is opened.
pub async fn open(files: &Files, workspace: WorkspaceId, file: FileId) -> Result<SealedObject, ApiError> {
    let row = files::Entity::of(workspace)
        .filter(files::Column::Id.eq(file))
        .filter(files::Column::Status.is_in([FileStatus::Processing, FileStatus::Ready]))
        .one(files.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("file"))?;
    open_unscanned(files, &row).await
}

/// The picture of a page: its row and its bytes.
pub async fn open_preview(
    files: &Files,
    workspace: WorkspaceId,
    file: FileId,
    page: i32,
) -> Result<(file_previews::Model, SealedObject), ApiError> {
    let row = file_previews::Entity::of(workspace)
        .filter(file_previews::Column::FileId.eq(file))
        .filter(file_previews::Column::Page.eq(page))
        .one(files.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("preview"))?;
    let keys = files.db().keys(workspace.0).await?;
    let name = preview_object(file, page);
    let object = files.blobs().open_sealed(&keys, workspace.0, &name).await?;
    Ok((row, object))
}
