//! `POST /files`: one file in a form (RFC 7578).

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use db::entity::files;
use db::kinds::{FileStatus, Visibility};
use futures::{Stream, StreamExt};
use http::{HeaderMap, header};
use identity::{Caller, Permission};
use kit::api::{ApiError, Code};
use uuid::Uuid;

use super::{Arrival, Fault, Kept, guarded, keep};
use crate::details::reason_of;
use crate::plans::Allowance;
use crate::{Files, names, scan};

/// What a form has beside its file.
const OVERHEAD: u64 = 1 << 20;
const LONGEST_KEY: usize = 255;

/// Takes one file in, from the first byte to the first look at it.
pub(crate) async fn receive(
    files: &Files,
    caller: &Caller,
    request: Request,
) -> Result<files::Model, ApiError> {
    caller.require(Permission::WriteFiles)?;
    let client_id = client_id(request.headers())?;
    let allowance = Allowance::of(&files.config().limits, files.db().read(), caller.workspace).await?;
    if announced(request.headers()).is_some_and(|size| size > allowance.most() + OVERHEAD) {
        return Err(allowance.too_large());
    }
    allowance.check(0)?;
    let (parts, body) = request.into_parts();
    let (body, fault) = guarded(body, allowance.most() + OVERHEAD, allowance.too_large());
    let form = Multipart::from_request(Request::from_parts(parts, body), &()).await;
    let form = form.map_err(|_| {
        let sentence = "The body must be a form (Content-Type: multipart/form-data) with the file in it.";
        ApiError::new(Code::UnsupportedMediaType, sentence)
    })?;
    let arrival = read(files, caller, form, &fault, &allowance).await?;
    let kept = keep(files, caller, Arrival { client_id, ..arrival }).await?;
    let file = match kept {
        Kept::New(file) => scan::at_once(files, file, Some(caller)).await?,
        Kept::Before(file) => file,
    };
    if file.status == FileStatus::Rejected {
        let keys = files.db().keys(caller.workspace.0).await?;
        return Err(rejected(&file, reason_of(&keys, &file)));
    }
    Ok(file)
}

/// 422 with the reason.
pub(crate) fn rejected(file: &files::Model, reason: Option<String>) -> ApiError {
    let reason = reason.unwrap_or_else(|| "It is not safe.".to_owned());
    ApiError::new(Code::FileRejected, format!("This file was rejected. {reason}"))
        .with_detail("reason", reason)
        .with_detail("file_id", file.id.to_string())
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The sender's own name for this upload.
fn client_id(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let bytes = key.as_bytes();
    if bytes.is_empty() || bytes.len() > LONGEST_KEY || !bytes.iter().all(u8::is_ascii_graphic) {
        let sentence = format!("The Idempotency-Key has 1 to {LONGEST_KEY} visible ASCII characters.");
        return Err(ApiError::invalid("Idempotency-Key", sentence));
    }
    Ok(key.to_str().ok().map(str::to_owned))
}

async fn read(
    files: &Files,
    caller: &Caller,
    mut form: Multipart,
    fault: &Fault,
    allowance: &Allowance,
) -> Result<Arrival, ApiError> {
    let mut visibility = Visibility::Private;
    loop {
        let field = form.next_field().await.map_err(|_| fault.take())?;
        let Some(field) = field else {
            let sentence = "The form needs a field named file with the file in it.";
            return Err(ApiError::invalid("file", sentence));
        };
        match field.name() {
            Some("file") => {
                let arrival = store(files, caller, visibility, field, fault, allowance).await?;
                let rest = form.next_field().await.map(|field| field.is_none());
                if let Err(error) = ended(rest.map_err(|_| fault.take())) {
                    drop_object(files, caller, arrival.blob).await;
                    return Err(error);
                }
                return Ok(arrival);
            }
            Some("visibility") => {
                let text = field.text().await.map_err(|_| fault.take())?;
                visibility = visibility_of(&text)?;
            }
            name => {
                let name = name.unwrap_or_default();
                let sentence = "The form takes the fields visibility and, last, file.";
                return Err(ApiError::invalid(name, sentence));
            }
        }
    }
}

/// A form is whole when it was read to its end, and the file is the last thing in it.
fn ended(rest: Result<bool, ApiError>) -> Result<(), ApiError> {
    if rest? {
        Ok(())
    } else {
        Err(ApiError::invalid(
            "file",
            "The file is the last field of the form.",
        ))
    }
}

fn visibility_of(text: &str) -> Result<Visibility, ApiError> {
    match text {
        "private" => Ok(Visibility::Private),
        "workspace" => Ok(Visibility::Workspace),
        _ => Err(ApiError::invalid(
            "visibility",
            "The visibility is private or workspace.",
        )),
    }
}

async fn store(
    files: &Files,
    caller: &Caller,
    visibility: Visibility,
    field: Field<'_>,
    fault: &Fault,
    allowance: &Allowance,
) -> Result<Arrival, ApiError> {
    fault.begin();
    let name = names::clean(field.file_name().unwrap_or_default());
    let blob = kit::ids::new_id();
    let keys = files.db().keys(caller.workspace.0).await?;
    let mut head = Vec::new();
    let stream = bounded(field, fault, allowance, &mut head);
    let stored = files
        .blobs()
        .put_sealed(&keys, caller.workspace.0, &blob.to_string(), stream)
        .await?;
    Ok(Arrival {
        upload: None,
        name,
        visibility,
        blob,
        stored,
        head,
        client_id: None,
    })
}

/// The field's bytes, no more than a file may have; the first of them are noted in `head`, which tells its kind.
fn bounded<'a>(
    field: Field<'a>,
    fault: &'a Fault,
    allowance: &'a Allowance,
    head: &'a mut Vec<u8>,
) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a {
    let mut size = 0;
    field.map(move |bytes| {
        let bytes = bytes.map_err(|_| fault.take())?;
        size += bytes.len() as u64;
        if size > allowance.most() {
            return Err(allowance.too_large());
        }
        note_head(head, &bytes);
        Ok(bytes)
    })
}

/// Adds to the first bytes of a file as many as tell its kind.
pub(crate) fn note_head(head: &mut Vec<u8>, bytes: &[u8]) {
    let missing = documents::HEAD.saturating_sub(head.len());
    head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
}

/// The object that belongs to no file after all.
pub(crate) async fn drop_object(files: &Files, caller: &Caller, blob: Uuid) {
    let name = blob.to_string();
    let gone = files
        .blobs()
        .delete(kit::blobs::Kind::Object, caller.workspace.0, &name)
        .await;
    if let Err(error) = gone {
        tracing::warn!(error = %error, "an object without a file stays until the next sweep");
    }
}
