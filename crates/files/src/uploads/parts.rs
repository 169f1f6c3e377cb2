//! Where the parts of an upload lie. A client writes to S3 itself, so that they lie there as it sent them; what comes
//! through this server is sealed at once.

use std::time::Duration;

use bytes::Bytes;
use db::FileId;
use db::entity::uploads;
use futures::stream::BoxStream;
use kit::api::ApiError;
use kit::blobs::{BlobError, Kind};
use kit::clock::Timestamp;

use super::Part;
use crate::Files;
use crate::signing::Leave;

/// The folder of an upload's parts among the objects.
pub(crate) fn folder_of(upload: FileId) -> String {
    format!("parts/{upload}")
}

/// The upload that an object is a part of.
pub(crate) fn upload_of(name: &str) -> Option<FileId> {
    let rest = name.strip_prefix("parts/")?;
    rest.split('/').next()?.parse().ok().map(FileId)
}

fn kind(files: &Files) -> Kind {
    if files.blobs().signs() {
        Kind::Part
    } else {
        Kind::Object
    }
}

pub(super) fn name_of(upload: FileId, number: u32) -> String {
    format!("{}/{number}", folder_of(upload))
}

/// Where a client sends a part.
pub(super) async fn address(files: &Files, upload: &uploads::Model, part: Part) -> Result<String, ApiError> {
    let name = name_of(upload.id, part.number);
    let left = Timestamp(upload.expires_at).since(files.db().now());
    let lasts = left.max(Duration::from_secs(1));
    let owner = upload.workspace_id.0;
    if let Some(url) = files.blobs().sign_put(owner, &name, part.size, lasts).await? {
        return Ok(url);
    }
    let expires = Timestamp(upload.expires_at).seconds();
    let leave = Leave::Part(part.number);
    Ok(files
        .signer()
        .await?
        .address(upload.workspace_id, upload.id, leave, expires))
}

/// The parts that are there, each with its length.
pub(super) async fn arrived(files: &Files, upload: &uploads::Model) -> Result<Vec<(u32, u64)>, BlobError> {
    let folder = folder_of(upload.id);
    let found = files
        .blobs()
        .list(kind(files), upload.workspace_id.0, &folder)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(name, size)| Some((name.rsplit('/').next()?.parse().ok()?, size)))
        .collect())
}

/// The bytes of a part.
pub(super) async fn read(
    files: &Files,
    upload: &uploads::Model,
    number: u32,
) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, ApiError> {
    let (blobs, owner) = (files.blobs(), upload.workspace_id.0);
    let name = name_of(upload.id, number);
    if blobs.signs() {
        return Ok(blobs.read_raw(owner, &name).await?);
    }
    let keys = files.db().keys(owner).await?;
    let part = blobs.open_sealed(&keys, owner, &name).await?;
    Ok(part.read(0..part.size()).await?)
}
