//! What comes in, and what goes wrong with it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Fault, State, shopify, stripe, woocommerce};

/// A request, read whole.
pub(super) struct Asked {
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub fault: Option<Fault>,
}

impl Asked {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.param(name)?.parse().ok()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub(super) fn router(state: Arc<State>) -> Router {
    Router::new().fallback(answer).with_state(state)
}

async fn answer(Shared(state): Shared<Arc<State>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 4 << 20).await.unwrap_or_default();
    state.requests.lock().push(parts.uri.to_string());
    let mut asked = Asked {
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body,
        fault: None,
    };
    // Faults are for data, not for the questions around them.
    let is_data = asked.path != "/wp-json/" && !asked.path.starts_with("/v1/account");
    let fault = if is_data {
        state.faults.lock().pop_front()
    } else {
        None
    };
    if let Some(fault) = fault {
        match general(&fault, &asked) {
            Some(response) => return response,
            None => asked.fault = Some(fault),
        }
    }
    let edit = if let Some(Fault::Edit(ids)) = &asked.fault {
        ids.clone()
    } else {
        Vec::new()
    };
    let response = if asked.path.starts_with("/admin/") || asked.path.starts_with("/bulk/") {
        shopify::answer(&state, &asked)
    } else if asked.path.starts_with("/v1/") {
        stripe::answer(&state, &asked)
    } else {
        woocommerce::answer(&state, &asked)
    };
    for id in edit {
        state.shop.lock().touch(id, |_| {});
    }
    response
}

/// Faults that are the same for all.
fn general(fault: &Fault, asked: &Asked) -> Option<Response> {
    let said = |status: StatusCode, said: &str| {
        Some(json_answer(status, &json!({ "errors": said, "message": said })))
    };
    match fault {
        Fault::RateLimited(seconds) => {
            let mut response = json_answer(
                StatusCode::TOO_MANY_REQUESTS,
                &json!({ "errors": "Exceeded the limit" }),
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            Some(response)
        }
        Fault::Unauthorized => said(StatusCode::UNAUTHORIZED, "Invalid API key or access token"),
        Fault::Forbidden => said(StatusCode::FORBIDDEN, "This action requires another scope"),
        Fault::Unavailable => said(StatusCode::BAD_GATEWAY, "Bad gateway"),
        Fault::Garbage => Some((StatusCode::OK, "<html>Back soon</html>").into_response()),
        Fault::Redirect(to) => {
            let location = [(header::LOCATION, format!("{to}{}", asked.path))];
            Some((StatusCode::FOUND, location).into_response())
        }
        Fault::Cut => {
            let body = Body::from(r#"[{"id": 1"#);
            let mut response = Response::new(body);
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Some(response)
        }
        _ => None,
    }
}

pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// Puts a page through what is wrong with it: an older one, another order.
pub(super) fn bent(state: &State, asked: &Asked, list: &str, mut records: Vec<Value>) -> Vec<Value> {
    if asked.fault == Some(Fault::Reorder) {
        records.reverse();
    }
    let mut pages = state.last.lock();
    let before = pages.get(list).and_then(|text| serde_json::from_str(text).ok());
    if asked.fault == Some(Fault::Repeat)
        && let Some(before) = before
    {
        return before;
    }
    pages.insert(list.to_owned(), Value::Array(records.clone()).to_string());
    records
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    };
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(pair)
        .collect()
}

fn decoded(text: &str) -> String {
    let (mut out, mut bytes) = (Vec::new(), text.bytes());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair: Vec<u8> = bytes.by_ref().take(2).collect();
            let hex = std::str::from_utf8(&pair)
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            out.extend(hex);
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
