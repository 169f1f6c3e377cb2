//! The OpenAI-compatible surface at `/v1`: any OpenAI client, with an API token of ours, any model that its owner can
//! use, `auto` included. A body for a server that speaks the same format passes through as it is; for the others it is
//! converted. Errors have OpenAI's shape; one in mid-answer is an error event, and no `[DONE]` follows it.

use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::Stream;
use http::{HeaderValue, StatusCode, header};
use identity::{Caller, Permission, openai_error};
use kit::api::{ApiError, Code, Raw, event_stream};
use providers::{ChatRequest, ProviderError, surface};
use serde::Serialize;

use crate::calls::Purpose;
use crate::embeddings::{EmbeddingRequest, builtin};
use crate::open::Opened;
use crate::routes::asker;
use crate::trying::{Errand, Failure, Source};
use crate::{Ai, models};

/// A body as it came, or what is wrong with it, told in OpenAI's shape.
type Sent = Result<Raw, ApiError>;

/// Answers a conversation; OpenAI's Chat Completions, streaming and not.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai",
    request_body(content = Object, description = "As OpenAI documents it; `model` may be `auto` or `provider/model`"),
    responses((status = 200, description = "As OpenAI documents it")))]
pub async fn chat_completions(State(ai): State<Ai>, caller: Caller, body: Sent) -> Response {
    match complete(&ai, &caller, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn complete(ai: &Ai, caller: &Caller, body: Sent) -> Result<Response, Response> {
    let began = Instant::now();
    caller.require(Permission::UseModels).map_err(refused)?;
    let request = ChatRequest::from_openai(body.map_err(refused)?.0).map_err(|e| bad_request(&e))?;
    let needs = request.needs();
    let plan = ai.plan_for(asker(caller), Some(&request.model), &needs).await;
    let plan = plan.map_err(refused)?;
    let errand = Errand {
        asker: asker(caller),
        purpose: Purpose::Api,
        message: None,
        began,
    };
    let opened = ai
        .open_source(&plan, errand, Source::Caller(&request), |_| {})
        .await;
    let mut opened = opened.map_err(|failure| failed(ai, failure))?;
    let created = ai.db().clock().now().seconds().unsigned_abs();
    if request.stream {
        let writer = surface::Writer::new(answer_id(), opened.model(), created, request.include_usage);
        return Ok(event_stream(Body::from_stream(events(
            ai.clone(),
            opened,
            writer,
        ))));
    }
    let Some(answer) = opened.take_whole() else {
        let cause = "a whole answer was asked for and a stream came";
        return Err(refused(ApiError::internal(cause)));
    };
    let bytes = match &answer.raw {
        Some(raw) => raw.clone(),
        None => surface::answer_body(&answer, &answer_id(), created),
    };
    ai.record_soon(opened.finish(None));
    Ok(json(StatusCode::OK, bytes))
}

fn answer_id() -> String {
    format!("chatcmpl-{}", kit::ids::new_id().simple())
}

fn json(status: StatusCode, body: Bytes) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}

fn bad_request(error: &surface::BadRequest) -> Response {
    let kind = "invalid_request_error";
    let body = surface::error_body(&error.message, kind, error.param.as_deref(), None);
    json(StatusCode::BAD_REQUEST, body)
}

/// What we say no to ourselves, in OpenAI's shape.
fn refused(error: ApiError) -> Response {
    let code = match error.code {
        Code::NoProviderKey => "no_provider_key",
        Code::InvalidProviderKey => "invalid_provider_key",
        Code::ValidationFailed => {
            let param = error.details.into_iter().next().map(|d| d.field);
            return bad_request(&surface::BadRequest {
                message: error.message,
                param,
            });
        }
        _ => return openai_error(error),
    };
    let body = surface::error_body(&error.message, "provider_key_error", Some("model"), Some(code));
    json(error.code.status(), body)
}

/// Nobody answered. One cause is told as the provider told it; several together are a bad gateway.
fn failed(ai: &Ai, failure: Failure) -> Response {
    let Failure {
        error,
        cause,
        outcome,
    } = failure;
    ai.record_soon(outcome);
    let wait = error.retry_after;
    let mut response = match cause {
        None if error.code == Code::AllProvidersFailed => {
            let code = Some("all_providers_failed");
            let body = surface::error_body(&error.message, "server_error", None, code);
            json(StatusCode::BAD_GATEWAY, body)
        }
        None => return refused(error),
        Some(cause) => {
            let (status, kind, code) = surface::of_provider(&cause);
            let message = match cause.detail.as_str() {
                "" => error.message,
                detail => format!("{} ({detail})", error.message),
            };
            let body = surface::error_body(&message, kind, None, Some(code));
            json(
                StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
                body,
            )
        }
    };
    if let Some(wait) = wait {
        let seconds = wait.as_millis().div_ceil(1000).max(1) as u64;
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
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

fn events(
    ai: Ai,
    opened: Opened,
    writer: surface::Writer,
) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    let state = (
        Logged {
            ai,
            opened: Some(opened),
        },
        writer,
        false,
    );
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
#[utoipa::path(post, path = "/v1/embeddings", tag = "openai",
    request_body(content = Object, description = "As OpenAI documents it; `model` may be `auto`, `provider/model`, or `builtin` for the one inside the program"),
    responses((status = 200, description = "As OpenAI documents it")))]
pub async fn embeddings(State(ai): State<Ai>, caller: Caller, body: Sent) -> Response {
    match embed(&ai, &caller, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn embed(ai: &Ai, caller: &Caller, body: Sent) -> Result<Response, Response> {
    caller.require(Permission::UseModels).map_err(refused)?;
    let request = EmbeddingRequest::from_openai(&body.map_err(refused)?.0).map_err(|e| bad_request(&e))?;
    if builtin().is_called(request.model.trim()) {
        let made = ai.embed_locally(asker(caller), &request).await;
        return made.map(|bytes| json(StatusCode::OK, bytes)).map_err(refused);
    }
    let plan = ai.plan_vectors(asker(caller), Some(&request.model)).await;
    let plan = plan.map_err(refused)?;
    match ai.embed(&plan, asker(caller), &request).await {
        Ok(bytes) => Ok(json(StatusCode::OK, bytes)),
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
        Err(error) => return refused(error),
    };
    let auto = OpenAiModel {
        id: "auto".into(),
        object: "model",
        created: 0,
        owned_by: "tributary".into(),
    };
    let usable = listed.into_iter().filter(|m| m.available).map(|m| OpenAiModel {
        owned_by: m.provider.id().to_owned(),
        id: m.id,
        object: "model",
        created: 0,
    });
    let data: Vec<_> = std::iter::once(auto).chain(usable).collect();
    axum::Json(OpenAiModels { object: "list", data }).into_response()
}
