//! Errors in OpenAI's shape: <https://platform.openai.com/docs/guides/error-codes>.

use bytes::Bytes;
use serde::Serialize;

use crate::{ErrorKind, ProviderError};

/// A request that is wrong in itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadRequest {
    /// What is wrong, for a developer.
    pub message: String,
    /// Which field.
    pub param: Option<String>,
}

impl BadRequest {
    pub(crate) fn new(message: impl Into<String>, param: Option<&str>) -> Self {
        Self {
            message: message.into(),
            param: param.map(str::to_owned),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    message: &'a str,
    r#type: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

/// `{"error":{"message":…,"type":…,"param":…,"code":…}}`.
pub fn error_body(message: &str, r#type: &str, param: Option<&str>, code: Option<&str>) -> Bytes {
    let envelope = Envelope {
        error: Inner {
            message,
            r#type,
            param,
            code,
        },
    };
    serde_json::to_vec(&envelope).map(Bytes::from).unwrap_or_default()
}

/// The same as an event of a stream. After it the stream ends, and no `[DONE]` pretends that it was whole:
/// that is how OpenAI's own clients learn of a failure in the middle.
pub fn error_event(message: &str, r#type: &str, code: Option<&str>) -> Bytes {
    let body = error_body(message, r#type, None, code);
    let mut event = Vec::with_capacity(body.len() + 8);
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(&body);
    event.extend_from_slice(b"\n\n");
    event.into()
}

/// Status, type and code that OpenAI's clients expect for a provider's failure.
pub fn of_provider(error: &ProviderError) -> (u16, &'static str, &'static str) {
    match error.kind {
        ErrorKind::BadRequest => (400, "invalid_request_error", "bad_request"),
        ErrorKind::ContextTooLong => (400, "invalid_request_error", "context_length_exceeded"),
        ErrorKind::Refused => (400, "invalid_request_error", "content_filter"),
        ErrorKind::NotFound => (404, "invalid_request_error", "model_not_found"),
        ErrorKind::RateLimited => (429, "rate_limit_error", "rate_limit_exceeded"),
        ErrorKind::OutOfCredit => (429, "insufficient_quota", "insufficient_quota"),
        // Not 401: the caller's own token was right, the key behind it is not.
        ErrorKind::InvalidKey => (424, "provider_key_error", "invalid_provider_key"),
        ErrorKind::Forbidden => (424, "provider_key_error", "provider_key_forbidden"),
        ErrorKind::Overloaded => (503, "overloaded_error", "overloaded"),
        ErrorKind::TimeoutFirstByte | ErrorKind::TimeoutIdle => (504, "server_error", "timeout"),
        ErrorKind::Cancelled => (499, "server_error", "cancelled"),
        ErrorKind::Server
        | ErrorKind::Unreachable
        | ErrorKind::Blocked
        | ErrorKind::BrokenStream
        | ErrorKind::Garbage => (502, "server_error", "provider_error"),
    }
}
