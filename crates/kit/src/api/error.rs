//! One table of error codes with their statuses, and the body that carries them.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::time::Duration;

use super::request_id::current_request_id;

/// Every code the API answers with. A code always has the same status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)] // the names are the documentation; the contract explains them
pub enum Code {
    InvalidJson,
    Unauthorized,
    SecondFactorRequired,
    BudgetExceeded,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Gone,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    FileRejected,
    NoProviderKey,
    InvalidProviderKey,
    RateLimited,
    Internal,
    AllProvidersFailed,
    Unavailable,
    Timeout,
}

impl Code {
    /// The status that goes with it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidJson => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::SecondFactorRequired => StatusCode::UNAUTHORIZED,
            Self::BudgetExceeded => StatusCode::PAYMENT_REQUIRED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ValidationFailed | Self::FileRejected => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoProviderKey | Self::InvalidProviderKey => StatusCode::FAILED_DEPENDENCY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::AllProvidersFailed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What is wrong with one field, or what one attempt came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Detail {
    /// The field, as a path (`messages.0.content`), or the attempt (`groq/llama-3.3-70b`).
    pub field: String,
    /// A sentence for the person.
    pub message: String,
    /// The attempt's own code, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The error part of the envelope.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// Always `false`.
    pub success: bool,
    /// One plain sentence.
    pub error: String,
    /// The code.
    pub code: Code,
    /// Quote it when asking for help; it is in the logs too.
    pub request_id: String,
    /// Where a field is at fault, or one row for each attempt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

/// An answer that is an error. The cause of an internal one is logged where it is made, and not told.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The code, which fixes the status.
    pub code: Code,
    /// The sentence.
    pub message: String,
    /// Fields or attempts.
    pub details: Vec<Detail>,
    /// When it makes sense to try again.
    pub retry_after: Option<Duration>,
    /// Further headers, such as the rate limit's.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    /// An error with a code and a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
            headers: Vec::new(),
        }
    }

    /// 404, also for what belongs to another workspace.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// 401.
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "Please sign in.")
    }

    /// 403 with the reason.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// 422 for one field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::new(Code::ValidationFailed, message.clone()).with_detail(field, message)
    }

    /// 500; logs the cause.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "internal error");
        Self::new(
            Code::Internal,
            "Something went wrong on our side. Please try again.",
        )
    }

    /// 503 with the time to wait.
    pub fn unavailable(message: impl Into<String>, retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(Code::Unavailable, message)
        }
    }

    /// 429 with the time to wait.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs().max(1);
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                Code::RateLimited,
                format!("Too many requests. Please wait {seconds} s."),
            )
        }
    }

    /// Adds a field's fault.
    #[must_use]
    pub fn with_detail(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.details.push(Detail {
            field: field.into(),
            message: message.into(),
            code: None,
        });
        self
    }

    /// The body that is sent.
    pub fn body(&self) -> ErrorBody {
        ErrorBody {
            success: false,
            error: self.message.clone(),
            code: self.code,
            request_id: current_request_id(),
            details: self.details.clone(),
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), axum::Json(self.body())).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
        }
        headers.extend(self.headers);
        response
    }
}
