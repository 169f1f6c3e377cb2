//! The OpenAI-compatible surface at `/v1`: any OpenAI client, with an API token of ours, any model that its owner can
//! use, `auto` included. A body for a server that speaks the same format passes through as it is; for the others it is
//! converted. Errors have OpenAI's shape; one in mid-answer is an error event, and no `[DONE]` follows it.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::Stream;
use http::{HeaderName, HeaderValue, StatusCode, header};
use identity::{Caller, Permission, openai_error};
use kit::api::{ApiError, Raw};
use providers::{ChatRequest, ProviderError, surface};
use serde::Serialize;

use crate::calls::Purpose;
use crate::embeddings::EmbeddingRequest;
use crate::open::{Failure, Opened, Source};
use crate::routes::asker;
use crate::{Ai, models};

/// Answers a conversation; OpenAI's Chat Completions, streaming and not.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai", request_body(content = Object, description = "As OpenAI documents it; `model` may be `auto` or `provider/model`"),
    responses((status = 200, description = "As OpenAI documents it")))]
pub async fn chat_completions(State(ai): State<Ai>, caller: Caller, Raw(body): Raw) -> Response {
    match complete(&ai, &caller, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn complete(ai: &Ai, caller: &Caller, body: Bytes) -> Result<Response, Response> {
    caller.require(Permission::UseModels).map_err(openai_error)?;
    let request = ChatRequest::from_openai(body).map_err(|e| bad_request(&e))?;
    let plan = ai.plan(asker(caller), Some(&request.model)).await.map_err(openai_error)?;
    let source = Source::Caller(&request);
    let opened = ai.open_source(&plan, asker(caller), Purpose::Api, None, &source, |_| {}).await;
    let mut opened = opened.map_err(|failure| failed(ai, failure))?;
    let created = ai.db().clock().now().seconds().unsigned_abs();
    if request.stream {
        let writer = surface::Writer::new(answer_id(), opened.model(), created, request.include_usage);
        return Ok(event_stream(Body::from_stream(events(ai.clone(), opened, writer))));
    }
    let Some(answer) = opened.take_whole() else {
        return Err(openai_error(ApiError::internal("a whole answer was asked for and a stream came")));
    };
    let bytes = match &answer.raw {
        Some(raw) => raw.clone(),
        None => surface::answer_body(&answer, &answer_id(), created),
    };
    ai.record_soon(opened.finish(None));
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response())
}

fn answer_id() -> String {
    format!("chatcmpl-{}", kit::ids::new_id().simple())
}

fn bad_request(error: &surface::BadRequest) -> Response {
    let body = surface::error_body(&error.message, "invalid_request_error", error.param.as_deref(), None);
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

fn failed(ai: &Ai, failure: Failure) -> Response {
    let Failure { error, cause, outcome } = failure;
    let attempts = outcome.attempts.len();
    ai.record_soon(outcome);
    let Some(cause) = cause.filter(|_| attempts > 0) else { return openai_error(error) };
    let (status, kind, code) = surface::of_provider(&cause);
    let message = if cause.detail.is_empty() { error.message } else { format!("{} ({})", error.message, cause.detail) };
    let body = surface::error_body(&message, kind, None, Some(code));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response =
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response();
    if let Some(wait) = cause.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    response
}

fn event_stream(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// A call that is written down however it ends: whole, broken off, or left by its caller.
struct Logged {
    ai: Ai,
    opened: Option<Opened>,
}

impl Logged {
    fn finish(&mut self, error: Option<&ProviderError>) {
        if let Some(opened) = self.opened.take() {
            self.ai.record_soon(opened.finish(error));
        }
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.take() {
            self.ai.record_soon(opened.finish_early("cancelled"));
        }
    }
}

fn events(ai: Ai, opened: Opened, writer: surface::Writer) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    let state = (Logged { ai, opened: Some(opened) }, writer, false);
    futures::stream::unfold(state, |(mut call, mut writer, mut is_raw)| async move {
        loop {
            let next = call.opened.as_mut()?.next_frame().await;
            let bytes = match next {
                Some(Ok(frame)) => match frame.raw {
                    Some(raw) => {
                        is_raw = true;
                        raw
                    }
                    None => writer.write(&frame),
                },
                Some(Err(error)) => {
                    call.finish(Some(&error));
                    let (_, kind, code) = surface::of_provider(&error);
                    surface::error_event(&error.message(), kind, Some(code))
                }
                None => {
                    call.finish(None);
                    if is_raw { surface::DONE } else { writer.finish() }
                }
            };
            if !bytes.is_empty() || call.opened.is_none() {
                return Some((Ok(bytes), (call, writer, is_raw)));
            }
        }
    })
}

/// Vectors for texts; OpenAI's Embeddings.
#[utoipa::path(post, path = "/v1/embeddings", tag = "openai", request_body(content = Object, description = "As OpenAI documents it"),
    responses((status = 200, description = "As OpenAI documents it")))]
pub async fn embeddings(State(ai): State<Ai>, caller: Caller, Raw(body): Raw) -> Response {
    match embed(&ai, &caller, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn embed(ai: &Ai, caller: &Caller, body: Bytes) -> Result<Response, Response> {
    caller.require(Permission::UseModels).map_err(openai_error)?;
    let request = EmbeddingRequest::from_openai(&body).map_err(|e| bad_request(&e))?;
    let plan = ai.plan(asker(caller), Some(&request.model)).await.map_err(openai_error)?;
    let answered = ai.embed(&plan, asker(caller), &request).await;
    match answered {
        Ok(bytes) => Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()),
        Err(failure) => Err(failed(ai, failure)),
    }
}

#[derive(Serialize)]
struct OpenAiModel {
    id: String,
    object: &'static str,
    created: u64,
    owned_by: String,
}

#[derive(Serialize)]
struct OpenAiModels {
    object: &'static str,
    data: Vec<OpenAiModel>,
}

/// The models that the token's owner can use; OpenAI's list.
#[utoipa::path(get, path = "/v1/models", tag = "openai", responses((status = 200, description = "As OpenAI documents it")))]
pub async fn list_models_openai(State(ai): State<Ai>, caller: Caller) -> Response {
    let listed = match models::list(&ai, asker(&caller)).await {
        Ok(listed) => listed,
        Err(error) => return openai_error(error),
    };
    let auto = OpenAiModel { id: "auto".into(), object: "model", created: 0, owned_by: "tributary".into() };
    let usable = listed.into_iter().filter(|m| m.available).map(|m| OpenAiModel {
        owned_by: m.provider.id().to_owned(),
        id: m.id,
        object: "model",
        created: 0,
    });
    let data: Vec<_> = std::iter::once(auto).chain(usable).collect();
    axum::Json(OpenAiModels { object: "list", data }).into_response()
}

