//! Bytes on their way out: ranges, caches, and headers that keep a browser from running anything.

use std::ops::Range;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use db::entity::files;
use db::kinds::FileStatus;
use db::{DbError, FileId};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kit::api::{ApiError, ErrorBody};
use kit::blobs::SealedObject;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::details::{Details, name_of};
use crate::signing::{Leave, Signature};
use crate::{Files, names, objects};

/// The kinds that a browser shows without running anything; all others are saved.
const SHOWN: [&str; 12] = [
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/mp4",
    "video/ogg",
    "text/plain",
];

/// Something to send.
struct Outgoing {
    object: SealedObject,
    kind: String,
    tag: String,
    disposition: String,
    expires: i64,
}

/// The bytes of a file, for whoever has an address that was signed for it.
pub(crate) async fn content(
    files: &Files,
    file: FileId,
    signature: &Signature,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let signer = files.signer().await?;
    signer.check(signature, file, Leave::Content, files.db().now())?;
    let row = files::Entity::of(signature.w)
        .filter(files::Column::Id.eq(file))
        .filter(files::Column::Status.is_in([FileStatus::Processing, FileStatus::Ready]))
        .one(files.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("file"))?;
    let keys = files.db().keys(signature.w.0).await?;
    let is_shown = SHOWN.contains(&row.kind.as_str()) && signature.download.as_deref() != Some("1");
    let kind = match Details::open(&keys, &row).metadata.get("encoding") {
        Some(encoding) if row.kind.starts_with("text/") => {
            format!("{}; charset={}", row.kind, encoding.as_str().unwrap_or("utf-8"))
        }
        _ => row.kind.clone(),
    };
    let outgoing = Outgoing {
        object: objects::open_unscanned(files, &row).await?,
        kind,
        tag: format!("\"{}\"", row.blob_id.unwrap_or_default().simple()),
        disposition: names::disposition(
            if is_shown { "inline" } else { "attachment" },
            &name_of(&keys, &row),
        ),
        expires: signature.exp,
    };
    send(files, outgoing, headers).await
}

/// The picture of a page.
pub(crate) async fn preview(
    files: &Files,
    file: FileId,
    page: i32,
    signature: &Signature,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let signer = files.signer().await?;
    signer.check(signature, file, Leave::Preview(page), files.db().now())?;
    let (row, object) = objects::open_preview(files, signature.w, file, page).await?;
    let outgoing = Outgoing {
        tag: format!("\"{}-{page}-{}\"", file.0.simple(), row.size),
        object,
        kind: row.kind,
        disposition: "inline".to_owned(),
        expires: signature.exp,
    };
    send(files, outgoing, headers).await
}

async fn send(files: &Files, outgoing: Outgoing, headers: &HeaderMap) -> Result<Response, ApiError> {
    let size = outgoing.object.size();
    let mut response = if is_known(headers, &outgoing.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match wanted(headers, &outgoing.tag, size) {
            Wanted::All => {
                let bytes = outgoing.object.read(0..size).await?;
                with_length(StatusCode::OK, Body::from_stream(bytes), size)
            }
            Wanted::Some(range) => {
                let bytes = outgoing.object.read(range.clone()).await?;
                let body = Body::from_stream(bytes);
                let mut part = with_length(StatusCode::PARTIAL_CONTENT, body, range.end - range.start);
                let said = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                set(&mut part, header::CONTENT_RANGE, &said);
                part
            }
            Wanted::Nothing => {
                let mut refused = unsatisfiable();
                set(&mut refused, header::CONTENT_RANGE, &format!("bytes */{size}"));
                return Ok(refused);
            }
        }
    };
    let left = (outgoing.expires - files.db().now().seconds()).max(0);
    for (name, value) in [
        (header::CONTENT_TYPE, outgoing.kind.as_str()),
        (header::ETAG, &outgoing.tag),
        (header::CONTENT_DISPOSITION, &outgoing.disposition),
        (header::ACCEPT_RANGES, "bytes"),
        (
            header::CACHE_CONTROL,
            &format!("public, max-age={left}, immutable"),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-site",
        ),
    ] {
        set(&mut response, name, value);
    }
    Ok(response)
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn with_length(status: StatusCode, body: Body, length: u64) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// 416, which no code of the table has.
fn unsatisfiable() -> Response {
    let body = ApiError::invalid("Range", "The file is shorter than that.").body();
    (StatusCode::RANGE_NOT_SATISFIABLE, axum::Json::<ErrorBody>(body)).into_response()
}

/// Whether the client has it already (`If-None-Match`).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == "*" || known == tag)
}

/// What part of it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Some(Range<u64>),
    Nothing,
}

/// One range of bytes (RFC 9110, 14.2). Several at once, other units and nonsense are passed over, as they may be: the
/// whole is an answer to each of them.
fn wanted(headers: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let changed = |value: &HeaderValue| value.to_str().is_ok_and(|known| known.trim() != tag);
    if headers.get(header::IF_RANGE).is_some_and(changed) {
        return Wanted::All;
    }
    let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
        return Wanted::All;
    };
    let parsed = range
        .strip_prefix("bytes=")
        .and_then(|range| range.trim().split_once('-'));
    let number = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())
    };
    match parsed.map(|(from, to)| {
        (
            from.is_empty(),
            number(from).flatten(),
            to.is_empty(),
            number(to).flatten(),
        )
    }) {
        Some((false, Some(from), true, _)) if from < size => Wanted::Some(from..size),
        Some((false, Some(from), false, Some(to))) if from <= to && from < size => {
            Wanted::Some(from..to.saturating_add(1).min(size))
        }
        Some((false, Some(from), false, Some(to))) if from <= to => Wanted::Nothing,
        Some((false, Some(_), true, _)) | Some((true, _, false, Some(0))) => Wanted::Nothing,
        Some((true, _, false, Some(last))) => Wanted::Some(size.saturating_sub(last)..size),
        _ => Wanted::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(range: &str, size: u64) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        wanted(&headers, "\"t\"", size)
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", Wanted::Some(0..1)),
            ("bytes=2-", Wanted::Some(2..10)),
            ("bytes=2-99", Wanted::Some(2..10)),
            ("bytes=-3", Wanted::Some(7..10)),
            ("bytes=-99", Wanted::Some(0..10)),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-12", Wanted::Nothing),
            ("bytes=3-2", Wanted::All),
            ("bytes=0-1,4-5", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("lines=1-2", Wanted::All),
            ("bytes=0-99999999999999999999999", Wanted::All),
        ] {
            assert_eq!(ask(range, 10), expected, "{range}");
        }
    }
}
