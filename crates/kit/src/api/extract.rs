//! What comes in: a body, a query, an id in the path. Each refusal has its code and one clear sentence.

use std::time::Duration;

use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::{ApiError, Code, Detail};

/// Collects what is wrong with an input.
#[derive(Debug, Default)]
pub struct Problems(Vec<Detail>);

impl Problems {
    /// Notes a fault unless `ok`.
    pub fn check(&mut self, ok: bool, field: &str, message: impl Into<String>) {
        if !ok {
            self.0.push(Detail {
                field: field.to_owned(),
                message: message.into(),
                code: None,
            });
        }
    }

    /// Checks that a text has between `min` and `max` characters, not counting blank ends for the minimum.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let (all, inner) = (text.chars().count(), text.trim().chars().count());
        if inner < min {
            let message = if min == 1 {
                "This must not be empty.".to_owned()
            } else {
                format!("This needs at least {min} characters.")
            };
            self.check(false, field, message);
        } else {
            self.check(
                all <= max,
                field,
                format!("This must not be longer than {max} characters."),
            );
        }
        self.check(
            !text.contains('\0'),
            field,
            "This must not contain the character U+0000.",
        );
    }

    /// The same for a text that may be absent.
    pub fn optional_length(&mut self, field: &str, text: Option<&String>, min: usize, max: usize) {
        if let Some(text) = text {
            self.length(field, text, min, max);
        }
    }

    /// 422 if anything was noted.
    pub fn into_result(self) -> Result<(), ApiError> {
        let Some(first) = self.0.first() else {
            return Ok(());
        };
        let mut error = ApiError::new(
            Code::ValidationFailed,
            format!("{}: {}", first.field, first.message),
        );
        error.details = self.0;
        Err(error)
    }
}

/// An input that knows its own limits.
pub trait Validate {
    /// Notes everything that is wrong.
    fn validate(&self, problems: &mut Problems);
}

/// A JSON body, parsed and validated. Broken JSON is 400, a wrong type or an unknown field 422 with the field's path.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let declared = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("");
        if !declared.is_empty() && !is_json(declared) {
            return Err(ApiError::new(
                Code::UnsupportedMediaType,
                "The body must be JSON (Content-Type: application/json).",
            ));
        }
        let Raw(bytes) = Raw::from_request(request, state).await?;
        let value = parse_json::<T>(&bytes)?;
        let mut problems = Problems::default();
        value.validate(&mut problems);
        problems.into_result()?;
        Ok(Self(value))
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // An empty body stands for an empty object, so that a POST without input needs none.
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // An array would be read as a struct's fields in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::new(
            Code::ValidationFailed,
            "The body must be a JSON object.",
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.classify() == serde_json::error::Category::Data {
            let sentence = plain(&inner);
            let field = if path == "." {
                named_field(&sentence).unwrap_or_default()
            } else {
                path
            };
            ApiError::invalid(field, sentence)
        } else {
            ApiError::new(
                Code::InvalidJson,
                format!(
                    "The body is not valid JSON (line {}, column {}).",
                    inner.line(),
                    inner.column()
                ),
            )
        }
    })?;
    reader
        .end()
        .map_err(|_| ApiError::new(Code::InvalidJson, "The body has something after its JSON value."))?;
    Ok(value)
}

/// The field in "Missing field `title`" and "Unknown field `titel`, expected …".
fn named_field(sentence: &str) -> Option<String> {
    let about_a_field = sentence.starts_with("Missing field") || sentence.starts_with("Unknown field");
    sentence
        .split('`')
        .nth(1)
        .filter(|_| about_a_field)
        .map(str::to_owned)
}

/// serde's sentence without its position.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}

/// How long a body may take to arrive: a client that sends a byte now and then must not keep a connection for ever.
const BODY_IN: Duration = Duration::from_mins(2);

/// The body's bytes, within the limit.
#[derive(Debug)]
pub struct Raw(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Ok(read) = tokio::time::timeout(BODY_IN, Bytes::from_request(request, state)).await else {
            return Err(ApiError::new(Code::Timeout, "The body took too long to arrive."));
        };
        read.map(Self).map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::new(Code::PayloadTooLarge, "The body is larger than this call takes.")
            }
            _ => ApiError::new(Code::InvalidJson, "The body could not be read to its end."),
        })
    }
}

/// The query string, parsed; what does not fit is 422.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // Texts of the store cannot hold it, so that no query can ask for it.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            let sentence = "The query must not contain the character U+0000.";
            return Err(ApiError::invalid("query", sentence));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|q| Self(q.0))
            .map_err(|rejection| {
                let text = rejection.body_text();
                let message = text
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&text);
                let field = message
                    .split(':')
                    .next()
                    .filter(|f| !f.contains(' '))
                    .unwrap_or("query");
                ApiError::invalid(field, format!("The query is not understood: {message}."))
            })
    }
}

/// Reads ids from the path. What is not an id is simply not there: 404.
pub struct PathId;

impl PathId {
    /// The path parameters in order, as they were written.
    pub async fn texts<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<String>, ApiError> {
        let Path(pairs) = Path::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found("thing"))?;
        Ok(pairs.into_iter().map(|(_, value)| value).collect())
    }

    /// The first path parameter; `what` is what is not there if it is no id.
    pub async fn first<S: Send + Sync>(parts: &mut Parts, state: &S, what: &str) -> Result<Uuid, ApiError> {
        let texts = Self::texts(parts, state).await?;
        texts
            .first()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ApiError::not_found(what))
    }

    /// All path parameters in order.
    pub async fn all<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<Uuid>, ApiError> {
        Self::texts(parts, state)
            .await?
            .iter()
            .map(|text| text.parse().map_err(|_| ApiError::not_found("thing")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Input {
        #[allow(dead_code)]
        title: String,
    }

    #[test]
    fn each_kind_of_wrong_json_has_its_code() {
        for (body, code) in [
            ("{", Code::InvalidJson),
            ("{\"title\":\"a\"} x", Code::InvalidJson),
            ("{\"title\":5}", Code::ValidationFailed),
            ("{\"title\":\"a\",\"x\":1}", Code::ValidationFailed),
            ("[]", Code::ValidationFailed),
            (" [\"a\"]", Code::ValidationFailed),
            ("", Code::ValidationFailed),
            ("{\"title\":\"\\ud800\"}", Code::InvalidJson),
        ] {
            assert_eq!(
                parse_json::<Input>(body.as_bytes()).unwrap_err().code,
                code,
                "{body}"
            );
        }
        let deep = "[".repeat(100_000);
        assert_eq!(
            parse_json::<Input>(deep.as_bytes()).unwrap_err().code,
            Code::ValidationFailed
        );
        assert_eq!(
            parse_json::<Input>(b"{\"title\":7}").unwrap_err().details[0].field,
            "title"
        );
    }
}
