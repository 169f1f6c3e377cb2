//! Answers that come piece by piece: nothing on the way may keep or change them.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

/// Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
pub fn event_stream(body: Body) -> Response {
    streaming("text/event-stream; charset=utf-8", body)
}

/// A body of this type that is written while it is sent.
pub fn streaming(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    // Proxies that buffer would undo the streaming.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}
