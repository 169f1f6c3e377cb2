//! The calls of this room.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use db::FileId;
use http::HeaderMap;
use http::request::Parts;
use identity::Caller;
use kit::api::{ApiError, Created, Data, Empty, ErrorBody, Json, Listing, PageIn, PathId, Query};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::AtFile;
use crate::change::{self, FilePatch};
use crate::listing::{self, FileQuery};
use crate::pages::{self, PageText};
use crate::show::{FileOut, show_one};
use crate::signing::Signature;
use crate::uploads::{self, CompleteIn, UploadIn, UploadOut};
use crate::{Files, analysis, download, receiving};

/// All calls of this room.
pub fn routes(files: Files) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_files, upload_file))
        .routes(routes!(get_file, change_file, delete_file))
        .routes(routes!(begin_upload))
        .routes(routes!(get_upload, cancel_upload))
        .routes(routes!(put_part))
        .routes(routes!(complete_upload))
        .routes(routes!(list_pages))
        .routes(routes!(get_content))
        .routes(routes!(get_preview))
        .merge(analysis::routes())
        .with_state(files)
}

/// The form of an upload.
#[derive(ToSchema)]
#[allow(dead_code)] // it describes; the form is read as it flows
struct UploadForm {
    /// `private` (unless told) or `workspace`; in front of the file.
    visibility: Option<String>,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file. It is streamed, so that its size does not matter to the server. With an `Idempotency-Key` the same
/// file sent again is answered with the first one.
#[utoipa::path(post, path = "/api/v1/files", tag = "files",
    request_body(content = inline(UploadForm), content_type = "multipart/form-data"),
    responses((status = 201, body = Data<FileOut>), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 415, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn upload_file(
    State(files): State<Files>,
    caller: Caller,
    request: Request,
) -> Result<Created<FileOut>, ApiError> {
    let file = receiving::receive(&files, &caller, request).await?;
    Ok(Created(show_one(&files, &caller, &file).await?))
}

/// One's own files and the workspace's, newest first.
#[utoipa::path(get, path = "/api/v1/files", tag = "files", params(FileQuery),
    responses((status = 200, body = Listing<FileOut>)))]
async fn list_files(
    State(files): State<Files>,
    caller: Caller,
    Query(query): Query<FileQuery>,
) -> Result<Listing<FileOut>, ApiError> {
    Ok(listing::list(&files, &caller, &query).await?.into())
}

/// A file.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<FileOut>), (status = 404, body = ErrorBody)))]
async fn get_file(State(files): State<Files>, at: AtFile) -> Result<Data<FileOut>, ApiError> {
    Ok(Data::new(show_one(&files, &at.caller, &at.file).await?))
}

/// Renames a file, or opens it to the workspace.
#[utoipa::path(patch, path = "/api/v1/files/{id}", tag = "files", params(("id" = Uuid, Path)), request_body = FilePatch,
    responses((status = 200, body = Data<FileOut>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn change_file(
    State(files): State<Files>,
    at: AtFile,
    Json(patch): Json<FilePatch>,
) -> Result<Data<FileOut>, ApiError> {
    let file = change::change(&files, &at, patch).await?;
    Ok(Data::new(show_one(&files, &at.caller, &file).await?))
}

/// Deletes a file, its text and its pictures, for good. Messages that it was attached to stay.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn delete_file(State(files): State<Files>, at: AtFile) -> Result<Data<Empty>, ApiError> {
    change::delete(&files, &at).await?;
    Ok(Data::new(Empty {}))
}

/// The text of a file, page by page.
#[utoipa::path(get, path = "/api/v1/files/{id}/pages", tag = "files", params(("id" = Uuid, Path), PageIn),
    responses((status = 200, body = Listing<PageText>), (status = 404, body = ErrorBody)))]
async fn list_pages(
    State(files): State<Files>,
    at: AtFile,
    Query(page): Query<PageIn>,
) -> Result<Listing<PageText>, ApiError> {
    Ok(pages::list(&files, &at, &page).await?.into())
}

/// The ids in the path of a signed address.
struct Signed {
    file: FileId,
    number: Option<u32>,
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let texts = PathId::texts(parts, state).await?;
        let file = texts.first().and_then(|text| text.parse().ok());
        Ok(Self {
            file: FileId(file.ok_or_else(|| ApiError::not_found("file"))?),
            number: texts.get(1).and_then(|text| text.parse().ok()),
        })
    }
}

/// A file's bytes. The address comes from `url` of the file; whoever has it may read until it expires. Ranges are served.
#[utoipa::path(get, path = "/api/v1/files/{id}/content", tag = "files", security(()),
    params(("id" = Uuid, Path), Signature),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream"),
        (status = 304), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 416, body = ErrorBody)))]
async fn get_content(
    State(files): State<Files>,
    path: Signed,
    Query(signature): Query<Signature>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    download::content(&files, path.file, &signature, &headers).await
}

/// The picture of a page. The address comes from `preview_url` or `previews` of the file.
#[utoipa::path(get, path = "/api/v1/files/{id}/previews/{page}", tag = "files", security(()),
    params(("id" = Uuid, Path), ("page" = i32, Path), Signature),
    responses((status = 200, content_type = "image/jpeg"), (status = 304), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn get_preview(
    State(files): State<Files>,
    path: Signed,
    Query(signature): Query<Signature>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = path.number.and_then(|page| i32::try_from(page).ok());
    let page = page.ok_or_else(|| ApiError::not_found("preview"))?;
    download::preview(&files, path.file, page, &signature, &headers).await
}

/// Announces a file that is to come in parts: large ones, and ones whose upload may be interrupted. Each part is sent with
/// `PUT` to its address, with exactly its bytes as the body; then the upload is completed.
#[utoipa::path(post, path = "/api/v1/files/upload-url", tag = "files", request_body = UploadIn,
    responses((status = 201, body = Data<UploadOut>), (status = 413, body = ErrorBody)))]
async fn begin_upload(
    State(files): State<Files>,
    caller: Caller,
    Json(input): Json<UploadIn>,
) -> Result<Created<UploadOut>, ApiError> {
    Ok(Created(uploads::begin(&files, &caller, input).await?))
}

/// Which parts have arrived, and fresh addresses for those that have not.
#[utoipa::path(get, path = "/api/v1/files/uploads/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<UploadOut>), (status = 404, body = ErrorBody), (status = 410, body = ErrorBody)))]
async fn get_upload(
    State(files): State<Files>,
    caller: Caller,
    path: Signed,
) -> Result<Data<UploadOut>, ApiError> {
    Ok(Data::new(uploads::look(&files, &caller, path.file).await?))
}

/// Gives an upload up; what has arrived goes.
#[utoipa::path(delete, path = "/api/v1/files/uploads/{id}", tag = "files", params(("id" = Uuid, Path)),
    responses((status = 200, body = Data<Empty>), (status = 404, body = ErrorBody), (status = 410, body = ErrorBody)))]
async fn cancel_upload(
    State(files): State<Files>,
    caller: Caller,
    path: Signed,
) -> Result<Data<Empty>, ApiError> {
    uploads::cancel(&files, &caller, path.file).await?;
    Ok(Data::new(Empty {}))
}

/// Sends a part. The address comes from the upload; with S3 it leads there and not here.
#[utoipa::path(put, path = "/api/v1/files/uploads/{id}/parts/{number}", tag = "files", security(()),
    params(("id" = Uuid, Path), ("number" = u32, Path), Signature),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = Data<Empty>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 410, body = ErrorBody), (status = 413, body = ErrorBody)))]
async fn put_part(
    State(files): State<Files>,
    path: Signed,
    Query(signature): Query<Signature>,
    headers: HeaderMap,
    request: Request,
) -> Result<Data<Empty>, ApiError> {
    let number = path.number.ok_or_else(|| ApiError::not_found("part"))?;
    let body = request.into_body();
    uploads::put_part(&files, path.file, number, &signature, &headers, body).await?;
    Ok(Data::new(Empty {}))
}

/// Puts the parts together to a file. Asked again, it answers the same file.
#[utoipa::path(post, path = "/api/v1/files/{id}/complete", tag = "files", params(("id" = Uuid, Path)), request_body = CompleteIn,
    responses((status = 201, body = Data<FileOut>), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 410, body = ErrorBody), (status = 413, body = ErrorBody)))]
async fn complete_upload(
    State(files): State<Files>,
    caller: Caller,
    path: Signed,
    Json(input): Json<CompleteIn>,
) -> Result<Created<FileOut>, ApiError> {
    let file = uploads::complete(&files, &caller, path.file, &input).await?;
    Ok(Created(show_one(&files, &caller, &file).await?))
}
