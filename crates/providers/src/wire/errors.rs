//! Errors of every provider, read into one list.
//!
//! Sources: <https://platform.openai.com/docs/guides/error-codes>, <https://console.groq.com/docs/errors>,
//! <https://docs.anthropic.com/en/api/errors>, <https://ai.google.dev/gemini-api/docs/troubleshooting>.
//! Compatible servers write their errors in half a dozen shapes, so one reader takes them all: what decides
//! is the status, then the code, then well-known words.

use serde_json::Value;

use super::retry;
use crate::{ErrorKind, ProviderError, ProviderKind};

/// What a provider said about a failure.
#[derive(Debug, Default)]
struct Said {
    /// Every code it gave, in lower case and joined: `invalid_request_error context_length_exceeded`.
    codes: String,
    message: String,
    retry_after: Option<std::time::Duration>,
}

/// The body of an answer that is not a good one.
pub(crate) fn of_body(provider: ProviderKind, status: Option<u16>, body: &[u8]) -> ProviderError {
    let said = serde_json::from_slice::<Value>(body)
        .ok()
        .map(|value| read(&value));
    let said = said.unwrap_or_else(|| {
        // A page of a proxy says nothing to a person; a line of text may.
        let text = String::from_utf8_lossy(&body[..body.len().min(1_000)]);
        let is_page = text.trim_start().starts_with('<');
        Said {
            message: if is_page { String::new() } else { text.into_owned() },
            ..Said::default()
        }
    });
    build(provider, status, &said)
}

/// An error object inside a good answer or inside a stream.
pub(crate) fn of_value(provider: ProviderKind, value: &Value) -> ProviderError {
    let said = read(value);
    // Without a status the object may carry one: Gemini's `code`, OpenRouter's `code`.
    let inner = value.get("error").unwrap_or(value);
    let status = inner
        .get("code")
        .and_then(Value::as_u64)
        .filter(|code| (400..600).contains(code));
    build(provider, status.map(|code| code as u16), &said)
}

/// Whether a JSON answer with status 200 is an error all the same.
pub(crate) fn is_error(value: &Value) -> bool {
    value.get("error").is_some_and(|error| !error.is_null())
        || value.get("type").and_then(Value::as_str) == Some("error")
        || value.get("object").and_then(Value::as_str) == Some("error")
}

fn build(provider: ProviderKind, status: Option<u16>, said: &Said) -> ProviderError {
    let kind = classify(status, &said.codes, &said.message.to_lowercase());
    let mut error = ProviderError::new(provider, kind).with_detail(&said.message);
    error.status = status;
    error.retry_after = match kind {
        ErrorKind::RateLimited => said.retry_after.or_else(|| retry::of_words(&said.message)),
        ErrorKind::Overloaded | ErrorKind::Server => said.retry_after,
        _ => None,
    };
    error
}

fn read(value: &Value) -> Said {
    // Gemini wraps the error of a stream into an array.
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let inner = match value.get("error") {
        // Ollama: {"error": "model not found"}
        Some(Value::String(text)) => {
            return Said {
                message: text.clone(),
                ..Said::default()
            };
        }
        Some(inner) if inner.is_object() => inner,
        _ => value,
    };
    let mut said = Said::default();
    let mut code = |value: Option<&Value>| {
        if let Some(text) = value.and_then(Value::as_str) {
            said.codes.push_str(&text.to_lowercase());
            said.codes.push(' ');
        }
    };
    code(inner.get("type"));
    code(inner.get("code"));
    code(inner.get("status"));
    for detail in inner
        .get("details")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        code(detail.get("reason"));
    }
    // llama.cpp and OpenRouter put the upstream's words one level deeper.
    let message = inner
        .get("message")
        .or_else(|| inner.get("detail"))
        .or_else(|| inner.get("msg"));
    said.message = match message {
        Some(Value::String(text)) => text.clone(),
        Some(other) if !other.is_null() => other.to_string(),
        _ => String::new(),
    };
    let details = inner
        .get("details")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let delays = details.filter_map(|detail| detail.get("retryDelay")?.as_str());
    said.retry_after = delays.filter_map(retry::of_duration).max();
    said
}

fn classify(status: Option<u16>, codes: &str, words: &str) -> ErrorKind {
    let has = |list: &[&str]| list.iter().any(|mark| codes.contains(mark));
    let says = |list: &[&str]| list.iter().any(|mark| words.contains(mark));
    // What a code or a word says plainly comes before the status: 400 and 429 mean many things.
    if has(&[
        "invalid_api_key",
        "api_key_invalid",
        "authentication_error",
        "unauthenticated",
        "api_key_expired",
    ]) || says(&[
        "api key not valid",
        "incorrect api key",
        "invalid api key",
        "api key expired",
        "invalid x-api-key",
    ]) {
        return ErrorKind::InvalidKey;
    }
    if has(&[
        "insufficient_quota",
        "billing_error",
        "billing_not_active",
        "billing_hard_limit",
    ]) || says(&[
        "credit balance is too low",
        "insufficient credit",
        "insufficient balance",
    ]) {
        return ErrorKind::OutOfCredit;
    }
    if has(&[
        "context_length_exceeded",
        "request_too_large",
        "exceed_context_size",
    ]) || says(&[
        "maximum context length",
        "context length exceeded",
        "context window",
        "context size",
        "prompt is too long",
        "exceed context limit",
        "exceeds the maximum number of tokens",
        "reduce the length of the messages",
        "maximum number of input tokens",
    ]) {
        return ErrorKind::ContextTooLong;
    }
    if has(&["content_filter", "content_policy", "moderation", "refusal"])
        || says(&["content management policy", "safety system", "content policy"])
    {
        return ErrorKind::Refused;
    }
    if has(&["rate_limit", "resource_exhausted", "too_many_requests"]) {
        return ErrorKind::RateLimited;
    }
    if has(&["overloaded", "unavailable", "capacity_exceeded"]) {
        return ErrorKind::Overloaded;
    }
    if has(&["model_not_found", "model_decommissioned", "not_found"]) {
        return ErrorKind::NotFound;
    }
    if has(&["permission", "unsupported_country"]) {
        return ErrorKind::Forbidden;
    }
    match status {
        Some(401) => ErrorKind::InvalidKey,
        Some(402) => ErrorKind::OutOfCredit,
        Some(403) => ErrorKind::Forbidden,
        Some(404 | 410) => ErrorKind::NotFound,
        Some(413) => ErrorKind::ContextTooLong,
        Some(429) => ErrorKind::RateLimited,
        Some(498 | 503 | 529) => ErrorKind::Overloaded,
        Some(400..=499) if says(&["model"]) && says(&["not found", "does not exist", "not supported"]) => {
            ErrorKind::NotFound
        }
        // The provider gave up waiting, for itself or for us.
        Some(408) => ErrorKind::Server,
        Some(400..=499) => ErrorKind::BadRequest,
        Some(300..=399) => ErrorKind::Garbage,
        _ if has(&[
            "invalid_request",
            "invalid_argument",
            "bad_request",
            "failed_precondition",
        ]) =>
        {
            ErrorKind::BadRequest
        }
        _ => ErrorKind::Server,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn kind(status: u16, body: &str) -> ErrorKind {
        of_body(ProviderKind::Custom, Some(status), body.as_bytes()).kind
    }

    #[test]
    fn real_errors_are_told_apart() {
        use ErrorKind as K;
        for (status, body, expected) in [
            // OpenAI
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided: sk-x.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
                K::InvalidKey,
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
                K::OutOfCredit,
            ),
            (
                429,
                r#"{"error":{"message":"Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
                K::RateLimited,
            ),
            (
                400,
                r#"{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
                K::ContextTooLong,
            ),
            (
                404,
                r#"{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
                K::NotFound,
            ),
            (
                400,
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.2 with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
                K::BadRequest,
            ),
            (
                403,
                r#"{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}}"#,
                K::Forbidden,
            ),
            (
                500,
                r#"{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}"#,
                K::Server,
            ),
            (
                503,
                r#"{"error":{"message":"The engine is currently overloaded, please try again later.","type":"server_error","param":null,"code":null}}"#,
                K::Overloaded,
            ),
            // Groq
            (
                400,
                r#"{"error":{"message":"The model `mixtral-8x7b-32768` has been decommissioned and is no longer supported.","type":"invalid_request_error","code":"model_decommissioned"}}"#,
                K::NotFound,
            ),
            (
                413,
                r#"{"error":{"message":"Request too large for model `llama` on tokens per minute (TPM): Limit 6000, Requested 9000","type":"tokens","code":"rate_limit_exceeded"}}"#,
                K::RateLimited,
            ),
            (
                498,
                r#"{"error":{"message":"Flex tier capacity exceeded","type":"capacity"}}"#,
                K::Overloaded,
            ),
            // Anthropic
            (
                401,
                r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
                K::InvalidKey,
            ),
            (
                403,
                r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission."}}"#,
                K::Forbidden,
            ),
            (
                404,
                r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#,
                K::NotFound,
            ),
            (
                413,
                r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
                K::ContextTooLong,
            ),
            (
                429,
                r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit"}}"#,
                K::RateLimited,
            ),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                K::Overloaded,
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
                K::ContextTooLong,
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
                K::OutOfCredit,
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages: roles must alternate"}}"#,
                K::BadRequest,
            ),
            // Gemini
            (
                400,
                r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#,
                K::InvalidKey,
            ),
            (
                403,
                r#"{"error":{"code":403,"message":"Your API key was reported as leaked.","status":"PERMISSION_DENIED"}}"#,
                K::Forbidden,
            ),
            (
                404,
                r#"{"error":{"code":404,"message":"models/gemini-9 is not found for API version v1beta","status":"NOT_FOUND"}}"#,
                K::NotFound,
            ),
            (
                503,
                r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
                K::Overloaded,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
                K::ContextTooLong,
            ),
            (
                400,
                r#"[{"error":{"code":400,"message":"Invalid JSON payload received.","status":"INVALID_ARGUMENT"}}]"#,
                K::BadRequest,
            ),
            // compatible servers
            (
                404,
                r#"{"error":"model \"llama9\" not found, try pulling it first"}"#,
                K::NotFound,
            ),
            (
                400,
                r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#,
                K::ContextTooLong,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_ctx":4096}}"#,
                K::ContextTooLong,
            ),
            (401, r#"{"detail":"Not authenticated"}"#, K::InvalidKey),
            (502, "<html><body>Bad Gateway</body></html>", K::Server),
            (503, "no healthy upstream", K::Overloaded),
            (418, "", K::BadRequest),
            (302, "", K::Garbage),
        ] {
            assert_eq!(kind(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn pages_are_not_repeated_to_people() {
        let error = of_body(
            ProviderKind::Groq,
            Some(502),
            b"<html><h1>Bad Gateway nginx</h1></html>",
        );
        assert_eq!((error.detail.as_str(), error.status), ("", Some(502)));
    }

    #[test]
    fn waiting_times_are_read_from_bodies() {
        let gemini = br#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"#;
        let error = of_body(ProviderKind::Gemini, Some(429), gemini);
        assert_eq!(
            (error.kind, error.retry_after),
            (ErrorKind::RateLimited, Some(Duration::from_secs(34)))
        );
        let groq = br#"{"error":{"message":"Rate limit reached for model. Please try again in 7.66s.","type":"tokens","code":"rate_limit_exceeded"}}"#;
        let error = of_body(ProviderKind::Groq, Some(429), groq);
        assert_eq!(error.retry_after, Some(Duration::from_millis(7660)));
    }

    #[test]
    fn errors_inside_good_answers_are_found() {
        let value: Value =
            serde_json::from_str(r#"{"error":{"message":"Provider returned error","code":429}}"#).unwrap();
        assert!(is_error(&value));
        assert_eq!(
            of_value(ProviderKind::Custom, &value).kind,
            ErrorKind::RateLimited
        );
        assert!(!is_error(&serde_json::json!({"error": null, "choices": []})));
    }
}
