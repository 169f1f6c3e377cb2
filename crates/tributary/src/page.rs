//! The embedded page: its files with their caching, and its one document for every address of its own.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use kit::api::{ApiError, Code};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The built page; read from disk by a debug build, part of the binary otherwise.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// What the page may do: nothing from elsewhere, no code in the document, no frames. Only uploads may go to one other
/// origin, where the store of objects takes them itself.
pub fn content_security_policy(uploads: Option<&str>) -> String {
    let uploads = uploads.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
         connect-src 'self'{uploads}; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Answers everything that is not the API.
pub async fn serve(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if path.starts_with("/api/") {
        return ApiError::not_found("call").into_response();
    }
    if path.starts_with("/v1/") {
        return identity::openai_error(ApiError::not_found("call"));
    }
    if method != Method::GET && method != Method::HEAD {
        return ApiError::new(Code::MethodNotAllowed, "The page can only be read.").into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Files::get(name).filter(|_| !name.is_empty() && name != "index.html") {
        return respond(name, file);
    }
    // A missing file is missing; every other address belongs to the page.
    let is_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if is_file {
        return ApiError::not_found("file").into_response();
    }
    match Files::get("index.html") {
        Some(file) => respond("index.html", file),
        None => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            NOT_BUILT,
        )
            .into_response(),
    }
}

const NOT_BUILT: &str = "The page is not built yet: run `make web`. The API is here: /api/v1/docs\n";

fn respond(name: &str, file: EmbeddedFile) -> Response {
    let mime = file.metadata.mimetype().to_owned();
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    let mime = if mime.starts_with("text/") {
        format!("{mime}; charset=utf-8")
    } else {
        mime
    };
    if let Ok(value) = HeaderValue::from_str(&mime) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    // Built files carry a hash of their content in their names.
    let caching = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
