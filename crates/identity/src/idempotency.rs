//! The layer for repeated POSTs: the same `Idempotency-Key` with the same body is answered with the first answer,
//! for a day, and does nothing a second time.
//!
//! The key is claimed by a row before the handler runs, and the answer is sealed into that row after it. Whose
//! key it is (a person in a workspace, or an address before sign-in) is part of the row's name. The stored answer
//! has its cookies too, or a browser that lost the first answer would be signed in without them; whoever repeats
//! a sign-in shows the password again, and a repeated refresh is bound to the refresh token that it traded in.
//! Answers that stream are not stored: messages and analyses are repeated by their own ids.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use db::entity::{idempotency, invitations, sessions};
use db::{Db, DbError, INSTANCE, Sealed};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use kit::api::{ApiError, Code, current_request_id, with_request_id};
use kit::clock::Timestamp;
use kit::vault::{Place, hmac_sha256, sha256};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::authenticate::Area;
use crate::caller::Caller;
use crate::client::{address_of, subscriber};
use crate::identity::Identity;
use crate::{Result, cookies};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// After that long without an answer, whoever claimed the key is taken for dead.
const ABANDONED: Duration = Duration::from_mins(2);
/// The largest body that is read ahead of its handler, which has its own, smaller limit.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
/// The largest answer that is stored.
const LARGEST_ANSWER: u64 = 1024 * 1024;
/// The longest `Idempotency-Key`.
const LONGEST_KEY: usize = 255;
/// The longest path that is remembered; a longer one leads nowhere, and would not fit into an index.
const LONGEST_PATH: usize = 500;

const REFRESH_PATH: &str = "/api/v1/auth/refresh";
const LOGOUT_PATH: &str = "/api/v1/auth/logout";

/// The name of a repeated request.
#[derive(Clone, Debug)]
struct Repeat {
    owner: String,
    endpoint: String,
    name: String,
    body_hash: Vec<u8>,
}

impl Repeat {
    fn place(&self) -> Place<'static> {
        let name = format!("{}|{}|{}", self.owner, self.endpoint, self.name);
        let hash = sha256(name.as_bytes());
        let mut row = [0; 16];
        row.copy_from_slice(&hash[..16]);
        Place {
            column: "idempotency.answer",
            row: Uuid::from_bytes(row),
        }
    }

    /// Its row, as long as it is the claim that was made at this time.
    fn claimed(&self, at: i64) -> Condition {
        Condition::all()
            .add(idempotency::Column::Owner.eq(&self.owner))
            .add(idempotency::Column::Endpoint.eq(&self.endpoint))
            .add(idempotency::Column::Name.eq(&self.name))
            .add(idempotency::Column::CreatedAt.eq(at))
    }

    fn key(&self) -> (String, String, String) {
        (self.owner.clone(), self.endpoint.clone(), self.name.clone())
    }
}

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    content_type: String,
    cookies: Vec<String>,
    body: String,
}

/// The layer. Inside of [`crate::authenticate`], so that it knows the caller.
pub async fn replay_repeats(State(identity): State<Identity>, request: Request, next: Next) -> Response {
    let name = match key_of(request.method(), request.uri().path(), request.headers()) {
        Ok(Some(name)) => name,
        Ok(None) => return next.run(request).await,
        Err(error) => return error.into_response(),
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        let sentence = "The body is larger than this call takes, or ended too soon.";
        return ApiError::new(Code::PayloadTooLarge, sentence).into_response();
    };
    match answer(&identity, name, parts, bytes, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// The key, if this request is one that is remembered.
fn key_of(method: &Method, path: &str, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(&KEY) else {
        return Ok(None);
    };
    if method != Method::POST || Area::of(path) != Area::Api || streams(path) || path == LOGOUT_PATH {
        return Ok(None);
    }
    if path.len() > LONGEST_PATH {
        return Ok(None);
    }
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    if !is_json {
        return Ok(None);
    }
    let bytes = value.as_bytes();
    if bytes.is_empty() || bytes.len() > LONGEST_KEY || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(ApiError::invalid(
            "Idempotency-Key",
            format!("The Idempotency-Key has 1 to {LONGEST_KEY} visible ASCII characters."),
        ));
    }
    Ok(value.to_str().ok().map(str::to_owned))
}

/// Whether the path answers with a stream.
fn streams(path: &str) -> bool {
    let of_threads = ["/messages", "/edit", "/regenerate", "/continue"];
    let is_answer = path.contains("/threads/") && of_threads.iter().any(|end| path.ends_with(end));
    is_answer || (path.contains("/files/") && path.ends_with("/analyze"))
}

enum Claim {
    /// The handler runs; the row is known by the time it was claimed.
    Ours(i64),
    Running,
    OtherBody,
    Done(idempotency::Model),
}

async fn answer(
    identity: &Identity,
    name: String,
    parts: Parts,
    bytes: Bytes,
    next: Next,
) -> Result<Response> {
    let repeat = Repeat {
        owner: owner_of(identity, &parts),
        endpoint: format!("POST {}", parts.uri.path()),
        name,
        body_hash: body_hash(identity, &parts, &bytes).await?,
    };
    match claim(identity.db(), &repeat).await? {
        Claim::Ours(at) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            run(identity, repeat, at, request, next).await
        }
        Claim::Running => Err(ApiError {
            retry_after: Some(Duration::from_secs(1)),
            ..ApiError::new(
                Code::Conflict,
                "The first request with this Idempotency-Key is still running.",
            )
        }
        .into()),
        Claim::OtherBody => {
            Err(ApiError::new(Code::Conflict, "This Idempotency-Key was used with another body.").into())
        }
        Claim::Done(row) => replay(identity.db(), &repeat, &row).await,
    }
}

fn owner_of(identity: &Identity, parts: &Parts) -> String {
    match parts.extensions.get::<Caller>() {
        Some(caller) => format!("{}:{}", caller.workspace, caller.user),
        None => format!("address:{}", subscriber(address_of(identity.config(), parts))),
    }
}

/// A keyed hash: bodies may hold passwords, and a bare hash of one could be guessed.
async fn body_hash(identity: &Identity, parts: &Parts, bytes: &[u8]) -> Result<Vec<u8>> {
    let key = &identity.signing().await?.repeats;
    let mut hash = hmac_sha256(key, bytes);
    if parts.uri.path() == REFRESH_PATH
        && let Some(token) = cookies::read(&parts.headers, cookies::REFRESH)
    {
        hash = hmac_sha256(&hash, token.as_bytes());
    }
    Ok(hash.to_vec())
}

async fn claim(db: &Db, repeat: &Repeat) -> Result<Claim> {
    let tx = db.write().await?;
    let now = tx.now().micros();
    let fresh = idempotency::ActiveModel {
        owner: Set(repeat.owner.clone()),
        endpoint: Set(repeat.endpoint.clone()),
        name: Set(repeat.name.clone()),
        body_hash: Set(repeat.body_hash.clone()),
        status: Set(0),
        answer: Set(None),
        created_at: Set(now),
    };
    let inserted = idempotency::Entity::insert(fresh.clone())
        .on_conflict_do_nothing()
        .exec_without_returning(&*tx)
        .await?;
    if matches!(inserted, sea_orm::TryInsertResult::Inserted(n) if n > 0) {
        tx.commit().await?;
        return Ok(Claim::Ours(now));
    }
    let Some(row) = idempotency::Entity::find_by_id(repeat.key()).one(&*tx).await? else {
        return Ok(Claim::Running);
    };
    let age = Timestamp(now).since(Timestamp(row.created_at));
    let forgotten = age >= KEPT || (row.status == 0 && age >= ABANDONED);
    if !forgotten {
        return Ok(match row {
            row if row.body_hash != repeat.body_hash => Claim::OtherBody,
            row if row.status == 0 => Claim::Running,
            row => Claim::Done(row),
        });
    }
    // Of two that find it abandoned, one changes it.
    let taken = idempotency::Entity::update_many()
        .set(fresh)
        .filter(repeat.claimed(row.created_at))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(if taken.rows_affected == 1 {
        Claim::Ours(now)
    } else {
        Claim::Running
    })
}

/// Runs the handler and keeps its answer, even if the client goes away in the meantime: that is when it repeats.
async fn run(identity: &Identity, repeat: Repeat, at: i64, request: Request, next: Next) -> Result<Response> {
    let Some(lifecycle) = identity.lifecycle() else {
        let response = next.run(request).await;
        return Ok(finish(identity.db(), &repeat, at, response).await);
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let db = identity.db().clone();
    let work = async move {
        let response = next.run(request).await;
        let _ = tell.send(finish(&db, &repeat, at, response).await);
    };
    lifecycle.spawn("request", with_request_id(current_request_id(), work));
    told.await.map_err(|_| {
        ApiError::unavailable(
            "The server is stopping. Please try again.",
            Duration::from_secs(1),
        )
        .into()
    })
}

/// Stores the answer, or gives the key back if it is one that a repeat should not get.
async fn finish(db: &Db, repeat: &Repeat, at: i64, response: Response) -> Response {
    let status = response.status();
    let for_good = !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let whole = response
        .body()
        .size_hint()
        .upper()
        .is_some_and(|n| n <= LARGEST_ANSWER);
    let content_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .filter(|kind| kind.starts_with("application/json"))
        .map(str::to_owned);
    let (Some(content_type), true, true) = (content_type, for_good, whole) else {
        log(give_back(db, repeat, at).await);
        return response;
    };
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, LARGEST_ANSWER as usize).await {
        Ok(bytes) => bytes,
        Err(error) => {
            log(give_back(db, repeat, at).await);
            return ApiError::internal(error).into_response();
        }
    };
    let cookies = parts
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok().map(str::to_owned))
        .collect();
    let answer = Answer {
        content_type,
        cookies,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    log(store(db, repeat, at, status, &answer).await);
    Response::from_parts(parts, Body::from(bytes))
}

fn log(outcome: Result<()>) {
    if let Err(error) = outcome {
        // The request itself has its answer; a repeat within two minutes is told that it is still running.
        tracing::error!(error = %error, "an answer could not be kept for repeats");
    }
}

async fn store(db: &Db, repeat: &Repeat, at: i64, status: StatusCode, answer: &Answer) -> Result<()> {
    let sealed = Sealed::seal(&db.keys(INSTANCE).await?, repeat.place(), answer)?;
    let tx = db.write().await?;
    idempotency::Entity::update_many()
        .set(idempotency::ActiveModel {
            status: Set(i32::from(status.as_u16())),
            answer: Set(Some(sealed)),
            ..Default::default()
        })
        .filter(repeat.claimed(at))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn give_back(db: &Db, repeat: &Repeat, at: i64) -> Result<()> {
    let tx = db.write().await?;
    idempotency::Entity::delete_many()
        .filter(repeat.claimed(at))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn replay(db: &Db, repeat: &Repeat, row: &idempotency::Model) -> Result<Response> {
    let sealed = row
        .answer
        .as_ref()
        .ok_or_else(|| ApiError::internal("a finished row without an answer"))?;
    let answer: Answer = sealed.open(&db.keys(INSTANCE).await?, repeat.place())?;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = u16::try_from(row.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| ApiError::internal("a stored status that is none"))?;
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if let Ok(kind) = HeaderValue::try_from(answer.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for cookie in answer.cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// Removes what nobody asks for any more: stored answers after a day, sessions and invitations a month after
/// their end.
pub async fn forget_expired(db: &Db) -> Result<(), DbError> {
    const MONTH: Duration = Duration::from_hours(30 * 24);
    let tx = db.write().await?;
    let month_ago = tx.now().minus(MONTH).micros();
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(tx.now().minus(KEPT).micros()))
        .exec(&*tx)
        .await?;
    sessions::Entity::delete_many()
        .filter(sessions::Column::ExpiresAt.lt(month_ago))
        .exec(&*tx)
        .await?;
    sessions::Entity::delete_many()
        .filter(sessions::Column::EndedAt.lt(month_ago))
        .exec(&*tx)
        .await?;
    invitations::Entity::delete_many()
        .filter(invitations::Column::ExpiresAt.lt(month_ago))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(
        method: &Method,
        path: &str,
        headers: &[(HeaderName, &'static str)],
    ) -> Result<Option<String>, Code> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        key_of(method, path, &headers).map_err(|error| error.code)
    }

    #[test]
    fn only_posts_of_the_api_that_do_not_stream_are_remembered() {
        let with = &[(KEY, "k-1")][..];
        assert_eq!(
            key(&Method::POST, "/api/v1/threads", with),
            Ok(Some("k-1".into()))
        );
        assert_eq!(key(&Method::POST, "/api/v1/threads", &[]), Ok(None));
        assert_eq!(key(&Method::PATCH, "/api/v1/threads/1", with), Ok(None));
        assert_eq!(key(&Method::POST, "/v1/chat/completions", with), Ok(None));
        assert_eq!(key(&Method::POST, "/api/v1/threads/1/messages", with), Ok(None));
        assert_eq!(
            key(&Method::POST, "/api/v1/threads/1/messages/2/edit", with),
            Ok(None)
        );
        assert_eq!(key(&Method::POST, "/api/v1/files/1/analyze", with), Ok(None));
        let form = &[(KEY, "k"), (header::CONTENT_TYPE, "multipart/form-data")];
        assert_eq!(key(&Method::POST, "/api/v1/files", form), Ok(None));
    }

    #[test]
    fn a_key_is_visible_and_short() {
        assert_eq!(
            key(&Method::POST, "/api/v1/x", &[(KEY, "")]),
            Err(Code::ValidationFailed)
        );
        assert_eq!(
            key(&Method::POST, "/api/v1/x", &[(KEY, "a b")]),
            Err(Code::ValidationFailed)
        );
        let long: &'static str = Box::leak("x".repeat(256).into_boxed_str());
        assert_eq!(
            key(&Method::POST, "/api/v1/x", &[(KEY, long)]),
            Err(Code::ValidationFailed)
        );
        assert!(key(&Method::POST, "/api/v1/x", &[(KEY, &long[1..])]).is_ok());
    }
}
