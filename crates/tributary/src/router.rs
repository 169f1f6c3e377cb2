//! The HTTP assembly: the rooms' calls, the layers around them, the page beside them. From the outside in: request id
//! and log, security headers, CORS, size limits, authentication, rate limits, repeats.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use ai::Ai;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use business::Business;
use chat::Chat;
use chat::live::Live;
use db::Db;
use files::Files;
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Method, header};
use identity::Identity;
use kit::api::{ApiError, Code, REQUEST_ID_HEADER, current_request_id, with_request_id};
use kit::lifecycle::Lifecycle;
use kit::measure::Recorder;
use ops::Ops;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::{docs, page};

/// The largest body of an ordinary call.
const BODY: usize = 4 << 20;
/// The largest body at `/v1`: conversations with pictures in them.
const OPENAI_BODY: usize = 32 << 20;

/// The rooms.
#[derive(Clone)]
pub struct Rooms {
    pub db: Db,
    pub identity: Identity,
    pub ai: Ai,
    pub files: Files,
    pub business: Business,
    pub chat: Chat,
    pub live: Live,
    pub ops: Ops,
    pub keeping: crate::keeping::Keeping,
    pub lifecycle: Lifecycle,
    pub allowed_origins: Vec<String>,
    /// Where browsers write parts of uploads to, if not to this server.
    pub upload_origin: Option<String>,
}

fn calls(rooms: &Rooms) -> OpenApiRouter {
    OpenApiRouter::with_openapi(describe())
        .merge(identity::routes(rooms.identity.clone()))
        .merge(files::routes(rooms.files.clone()))
        .merge(business::routes(rooms.business.clone()))
        .merge(chat::routes(rooms.chat.clone()))
        .merge(chat::live::routes(rooms.live.clone()))
        .merge(ai::routes(rooms.ai.clone()))
        .merge(ops::routes(rooms.ops.clone()))
        .merge(crate::keeping::routes(rooms.keeping.clone()))
}

fn describe() -> OpenApi {
    let mut info = Info::new("Tributary", env!("CARGO_PKG_VERSION"));
    info.description = Some("A self-hosted AI workspace. See /api/v1/docs for a readable page.".to_owned());
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme(
        "cookie",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("trb_access"))),
    );
    document.security = Some(vec![
        utoipa::openapi::SecurityRequirement::new("bearer", Vec::<String>::new()),
        utoipa::openapi::SecurityRequirement::new("cookie", Vec::<String>::new()),
    ]);
    document
}

/// The OpenAPI document of all rooms.
pub fn openapi(rooms: &Rooms) -> serde_json::Value {
    let (_, document) = calls(rooms).split_for_parts();
    complete(&document)
}

/// What every call can answer beside its own, and what every answer needs.
const COMMON: [(&str, &str); 6] = [
    ("400", "The body is not JSON (`INVALID_JSON`)"),
    ("401", "Nobody is signed in (`UNAUTHORIZED`)"),
    ("403", "Not permitted (`FORBIDDEN`)"),
    ("422", "A field is at fault (`VALIDATION_FAILED`)"),
    ("429", "Too many requests (`RATE_LIMITED`)"),
    ("503", "Try again later (`UNAVAILABLE`)"),
];

/// Adds to each call the errors that the layers around it make, and to each answer the description that OpenAPI wants.
fn complete(document: &OpenApi) -> serde_json::Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        let error = serde_json::json!({ "$ref": "#/components/schemas/ErrorBody" });
        let content = if path.starts_with("/v1/") {
            serde_json::json!({ "application/json": {} })
        } else {
            serde_json::json!({ "application/json": { "schema": error } })
        };
        for call in methods.as_object_mut().into_iter().flat_map(|m| m.values_mut()) {
            let Some(answers) = call["responses"].as_object_mut() else {
                continue;
            };
            for (status, why) in COMMON {
                answers
                    .entry(status)
                    .or_insert_with(|| serde_json::json!({ "description": why, "content": content }));
            }
            for (status, answer) in answers {
                let said = status
                    .parse()
                    .ok()
                    .and_then(|s| http::StatusCode::from_u16(s).ok());
                if answer.get("description").is_none() {
                    answer["description"] = said
                        .and_then(|s| s.canonical_reason())
                        .unwrap_or("An answer")
                        .into();
                }
            }
        }
    }
    document
}

/// What is served on the listener of operators: nobody signs in there, so it must not be reached from outside.
pub fn operations(rooms: &Rooms) -> Router {
    let recorder = rooms.db.recorder().clone();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new()
        .route(
            "/metrics",
            get(move || async move { (kind, ops::render_metrics(&recorder)) }),
        )
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(crate::ready::ready).with_state(rooms.clone()))
}

/// Everything that is served.
pub fn router(rooms: &Rooms) -> Router {
    let (calls, document) = calls(rooms).split_for_parts();
    let document = complete(&document);
    let readable = docs::render(&document);
    let identity = &rooms.identity;
    let json = [(header::CONTENT_TYPE, "application/json")];
    let written = bytes::Bytes::from(document.to_string());
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    // The origin was checked when the configuration was read; one that no header can carry opens nothing.
    let policy = page::content_security_policy(rooms.upload_origin.as_deref());
    let policy =
        HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"));
    // From the outside in. One by one each would be boxed, and the boxes cloned for every request.
    let api = calls.layer((
        middleware::from_fn_with_state(rooms.lifecycle.clone(), finish_writes),
        middleware::from_fn_with_state(identity.clone(), identity::authenticate),
        middleware::from_fn_with_state(identity.clone(), identity::limit_requests),
        middleware::from_fn_with_state(identity.clone(), identity::replay_repeats),
        middleware::from_fn(limit_bodies),
    ));
    // Two stacks instead of one long one: the type of a single stack grows beyond what the compiler likes.
    Router::new()
        .merge(api)
        .route(
            "/api/v1/openapi.json",
            get(move || async move { (json, written) }),
        )
        .route("/api/v1/docs", get(move || async move { (html, readable) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(crate::ready::ready).with_state(rooms.clone()))
        .merge(Router::new().fallback(page::serve).layer(CompressionLayer::new()))
        .method_not_allowed_fallback(|| async {
            ApiError::new(Code::MethodNotAllowed, "This address does not take this method.")
        })
        .layer((
            middleware::from_fn_with_state(rooms.db.recorder().clone(), observe),
            middleware::map_response_with_state(policy, security_headers),
            cors(&rooms.allowed_origins),
        ))
}

/// What a node answers that serves no page: whether it lives and is ready.
pub fn probes(rooms: &Rooms) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(crate::ready::ready).with_state(rooms.clone()))
        .fallback(|| async { ApiError::new(Code::NotFound, "This node does work of the background only.") })
        .layer(middleware::from_fn_with_state(
            rooms.db.recorder().clone(),
            observe,
        ))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|o| o.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::IF_RANGE,
            header::RANGE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("x-csrf"),
            REQUEST_ID_HEADER,
        ])
        .expose_headers([
            REQUEST_ID_HEADER,
            header::RETRY_AFTER,
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            header::ETAG,
            HeaderName::from_static("x-vercel-ai-ui-message-stream"),
        ])
}

/// Finishes a write that has begun, even if its client hangs up: between a commit and what has to follow it (an answer
/// that begins, a right that is forgotten) nobody may step in. Under `/v1` a client that goes away saves the money.
async fn finish_writes(State(lifecycle): State<Lifecycle>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    let work = async move {
        let _ = tell.send(next.run(request).await);
    };
    let work = with_request_id(current_request_id(), work).instrument(tracing::Span::current());
    lifecycle.spawn("write", work);
    match told.await {
        Ok(response) => response,
        Err(_) if lifecycle.is_stopping() => {
            ApiError::unavailable("The server is stopping. Please try again.", STOPPING).into_response()
        }
        Err(_) => ApiError::internal("a handler panicked").into_response(),
    }
}

/// When to come back to a server that stops.
pub(crate) const STOPPING: std::time::Duration = std::time::Duration::from_secs(5);

/// The room for pictures is where OpenAI's clients send them, and nowhere else. Files are bounded where they are received,
/// by the plan and while they flow.
async fn limit_bodies(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_file = (request.method() == Method::POST && path == "/api/v1/files")
        || (request.method() == Method::POST
            && path.starts_with("/api/v1/connectors/")
            && path.ends_with("/upload"))
        || (request.method() == Method::PUT && path.starts_with("/api/v1/files/uploads/"));
    if is_file {
        DefaultBodyLimit::disable().apply(&mut request);
        return next.run(request).await;
    }
    let most = if request.uri().path().starts_with("/v1/") {
        OPENAI_BODY
    } else {
        BODY
    };
    DefaultBodyLimit::max(most).apply(&mut request);
    next.run(request).await
}

async fn security_headers(State(policy): State<HeaderValue>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    // What people uploaded has a stricter one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Gives each request its id, writes one line about it, measures it, and turns a panic into an answer.
async fn observe(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("page", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", request.id = %id, %method, route = &*route);
    let began = Instant::now();
    let value = HeaderValue::from_str(&id);
    let run = with_request_id(id, AssertUnwindSafe(next.run(request)).catch_unwind());
    let mut response = match run.instrument(span.clone()).await {
        Ok(response) => response,
        Err(_) => span
            .in_scope(|| ApiError::internal("a handler panicked"))
            .into_response(),
    };
    if let Ok(value) = value {
        response.headers_mut().insert(REQUEST_ID_HEADER, value);
    }
    ops::answered(&recorder, &method, &route, &response, began.elapsed());
    let (status, duration_ms) = (response.status().as_u16(), began.elapsed().as_secs_f64() * 1000.0);
    span.in_scope(|| tracing::debug!(status, duration_ms, "answered"));
    response
}

/// The caller's id if it is short and plain, one of ours otherwise.
fn request_id(request: &Request) -> String {
    let given = request
        .headers()
        .get(REQUEST_ID_HEADER)
        .and_then(|v| v.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given
        .filter(is_plain)
        .map_or_else(|| kit::ids::new_id().to_string(), str::to_owned)
}
