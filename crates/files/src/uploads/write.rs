//! `PUT` of a part to this server, where there is no S3.

use axum::body::Body;
use db::DbError;
use db::FileId;
use db::entity::uploads;
use futures::TryStreamExt;
use http::{HeaderMap, header};
use kit::api::{ApiError, Code};
use kit::blobs::Kind;
use sea_orm::{ColumnTrait, QueryFilter};

use super::{check_expiry, parts, parts_of};
use crate::Files;
use crate::receiving::guarded;
use crate::signing::{Leave, Signature};

/// Takes a part in, for whoever has an address that was signed for it. Sent again, it takes the old one's place.
pub(crate) async fn put_part(
    files: &Files,
    upload: FileId,
    number: u32,
    signature: &Signature,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), ApiError> {
    let signer = files.signer().await?;
    signer.check(signature, upload, Leave::Part(number), files.db().now())?;
    let upload = uploads::Entity::of(signature.w)
        .filter(uploads::Column::Id.eq(upload))
        .one(files.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("upload"))?;
    check_expiry(files, &upload)?;
    let part = parts_of(&upload)
        .find(|part| part.number == number)
        .filter(|_| !files.blobs().signs())
        .ok_or_else(|| ApiError::not_found("part"))?;
    let wrong = || {
        let sentence = format!("Part {number} has exactly {} bytes.", part.size);
        ApiError::invalid("part", sentence)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length != part.size) {
        return Err(wrong());
    }
    let too_large = ApiError {
        code: Code::PayloadTooLarge,
        ..wrong()
    };
    let (body, fault) = guarded(body, part.size, too_large);
    fault.begin();
    let owner = upload.workspace_id.0;
    let keys = files.db().keys(owner).await?;
    let name = parts::name_of(upload.id, number);
    let stream = body.into_data_stream().map_err(|_| fault.take());
    let stored = files.blobs().put_sealed(&keys, owner, &name, stream).await?;
    if stored.size != part.size {
        files.blobs().delete(Kind::Object, owner, &name).await?;
        return Err(wrong());
    }
    Ok(())
}
