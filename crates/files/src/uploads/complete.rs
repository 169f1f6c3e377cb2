//! Putting the parts together: through hash, bounds and sealing into one object, which becomes a file.

use bytes::Bytes;
use db::entity::{files, uploads};
use db::kinds::FileStatus;
use db::{DbError, FileId};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use identity::{Caller, Permission};
use kit::api::{ApiError, Code, Problems, Validate};
use kit::blobs::Stored;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use super::{Part, find, name_of, parts, parts_of};
use crate::details::reason_of;
use crate::receiving::{Arrival, Kept, drop_object, hex, keep, note_head, rejected};
use crate::{Files, scan};

/// What the sender knows of the whole.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompleteIn {
    /// SHA-256 of all bytes, in hexadecimal.
    pub sha256: Option<String>,
}

impl Validate for CompleteIn {
    fn validate(&self, problems: &mut Problems) {
        let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        problems.check(
            self.sha256.as_ref().is_none_or(is_hash),
            "sha256",
            "This must be 64 hexadecimal digits.",
        );
    }
}

/// Makes a file of an upload. Asked again, it answers the file that came of it.
pub(crate) async fn complete(
    files: &Files,
    caller: &Caller,
    id: FileId,
    input: &CompleteIn,
) -> Result<files::Model, ApiError> {
    caller.require(Permission::WriteFiles)?;
    let file = match find(files, caller, id).await {
        Ok(upload) => match assemble(files, caller, &upload, input).await? {
            Kept::New(file) => scan::at_once(files, file, Some(caller)).await?,
            Kept::Before(file) => file,
        },
        Err(missing) if missing.code == Code::NotFound => {
            completed(files, caller, id).await?.ok_or(missing)?
        }
        Err(error) => return Err(error),
    };
    if file.status == FileStatus::Rejected {
        let keys = files.db().keys(caller.workspace.0).await?;
        return Err(rejected(&file, reason_of(&keys, &file)));
    }
    Ok(file)
}

async fn completed(files: &Files, caller: &Caller, id: FileId) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(caller.workspace)
        .filter(files::Column::Id.eq(id))
        .filter(files::Column::OwnerId.eq(caller.user))
        .one(files.db().read())
        .await?)
}

async fn assemble(
    files: &Files,
    caller: &Caller,
    upload: &uploads::Model,
    input: &CompleteIn,
) -> Result<Kept, ApiError> {
    check_parts(files, upload).await?;
    let blob = kit::ids::new_id();
    let keys = files.db().keys(caller.workspace.0).await?;
    let mut head = Vec::new();
    let stream = whole(files, upload, &mut head);
    let stored = files
        .blobs()
        .put_sealed(&keys, caller.workspace.0, &blob.to_string(), stream)
        .await?;
    if let Err(error) = check_whole(upload, input, &stored) {
        drop_object(files, caller, blob).await;
        return Err(error);
    }
    keep(files, caller, arrival(&keys, upload, blob, stored, head)).await
}

fn arrival(
    keys: &kit::vault::OwnerKeys,
    upload: &uploads::Model,
    blob: Uuid,
    stored: Stored,
    head: Vec<u8>,
) -> Arrival {
    Arrival {
        upload: Some(upload.id),
        name: name_of(keys, upload),
        visibility: upload.visibility,
        blob,
        stored,
        head,
        client_id: None,
    }
}

/// 409 with the parts that are missing, 422 with those of the wrong length.
async fn check_parts(files: &Files, upload: &uploads::Model) -> Result<(), ApiError> {
    let there = parts::arrived(files, upload).await?;
    let size_of = |part: &Part| {
        there
            .iter()
            .find(|(number, _)| *number == part.number)
            .map(|(_, size)| *size)
    };
    let mut missing = ApiError::new(Code::Conflict, "Some parts have not arrived.");
    let mut wrong = ApiError::new(Code::ValidationFailed, "Some parts have the wrong length.");
    for part in parts_of(upload) {
        let field = format!("parts.{}", part.number);
        match size_of(&part) {
            None => missing = missing.with_detail(field, "This part has not arrived."),
            Some(size) if size != part.size => {
                let sentence = format!("It has {size} bytes, not {}.", part.size);
                wrong = wrong.with_detail(field, sentence);
            }
            Some(_) => {}
        }
    }
    [missing, wrong]
        .into_iter()
        .find(|error| !error.details.is_empty())
        .map_or(Ok(()), Err)
}

fn check_whole(upload: &uploads::Model, input: &CompleteIn, stored: &Stored) -> Result<(), ApiError> {
    if stored.size != upload.size as u64 {
        let sentence = format!("{} bytes arrived, not {}.", stored.size, upload.size);
        return Err(ApiError::invalid("size", sentence));
    }
    match &input.sha256 {
        Some(hash) if !hash.eq_ignore_ascii_case(&hex(&stored.sha256)) => {
            let sentence = "What arrived has another hash. Please send it again.";
            Err(ApiError::invalid("sha256", sentence))
        }
        _ => Ok(()),
    }
}

/// All parts, one after the other; the first bytes are noted in `head`.
fn whole<'a>(
    files: &'a Files,
    upload: &'a uploads::Model,
    head: &'a mut Vec<u8>,
) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a {
    stream::iter(parts_of(upload))
        .then(move |part| opened(files, upload, part))
        .try_flatten()
        .inspect_ok(move |bytes| note_head(head, bytes))
}

/// A part as long as it should be: it may have been sent again since it was looked at.
async fn opened(
    files: &Files,
    upload: &uploads::Model,
    part: Part,
) -> Result<BoxStream<'static, Result<Bytes, ApiError>>, ApiError> {
    let mut left = part.size;
    let bytes = parts::read(files, upload, part.number).await?;
    let bounded = bytes.map(move |bytes| {
        let bytes = bytes?;
        left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            let sentence = "A part was sent again while the upload was completed.";
            ApiError::new(Code::Conflict, sentence)
        })?;
        Ok(bytes)
    });
    Ok(bounded.boxed())
}
