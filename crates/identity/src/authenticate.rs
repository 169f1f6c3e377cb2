//! The layer that finds out who calls. Closed by default: a route of the API without a line in the table of
//! [`crate::open`] needs a caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::entity::{api_tokens, members, sessions, users};
use db::kinds::Role;
use db::{UserId, WorkspaceId};
use http::request::Parts;
use http::{HeaderMap, header};
use kit::api::{ApiError, Code};
use kit::clock::Timestamp;
use kit::vault::sha256;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::access::TokenUse;
use crate::caller::{Caller, Via};
use crate::client::{address_of, host_of};
use crate::cookies;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::known::{KnownSession, KnownToken};
use crate::open::{Open, opening};
use crate::scopes::{Scope, Scopes};
use crate::{oidc, served, tickets};

/// How often the use of an API token is noted.
const NOTE_USE_EVERY: Duration = Duration::from_mins(1);

const TOKEN_PREFIX: &str = "trb_";

/// What a path belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Area {
    /// `/api/…`
    Api,
    /// `/v1/…`, the OpenAI-compatible surface.
    OpenAi,
    /// The page, and what operators ask.
    Page,
}

impl Area {
    pub fn of(path: &str) -> Self {
        let under = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/api") {
            Self::Api
        } else if under("/v1") {
            Self::OpenAi
        } else {
            Self::Page
        }
    }
}

/// The path as it was routed, with its placeholders; the bare path where nothing was routed.
pub(crate) fn routed_path(parts: &Parts) -> &str {
    parts
        .extensions
        .get::<MatchedPath>()
        .map_or_else(|| parts.uri.path(), MatchedPath::as_str)
}

/// The layer. It puts a [`Caller`] into the request, or answers 401 or 403.
pub async fn authenticate(State(identity): State<Identity>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&identity, &parts).await {
        Ok(Some(caller)) => {
            parts.extensions.insert(caller);
            served::to(&caller, next.run(Request::from_parts(parts, body)).await)
        }
        Ok(None) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => refusal(Area::of(parts.uri.path()), error),
    }
}

async fn admit(identity: &Identity, parts: &Parts) -> Result<Option<Caller>, ApiError> {
    let path = routed_path(parts);
    if Area::of(path) == Area::Page {
        return Ok(None);
    }
    match opening(&parts.method, path) {
        None => identify(identity, parts).await.map(Some),
        Some(Open::Freely) => {
            check_origin(identity, parts)?;
            Ok(None)
        }
        Some(Open::ByCookie) => {
            check_origin(identity, parts)?;
            let by_cookie = bearer(&parts.headers).is_none();
            if by_cookie && cookies::read(&parts.headers, cookies::REFRESH).is_some() {
                check_csrf(&parts.headers)?;
            }
            match identify(identity, parts).await {
                Err(error) if error.code == Code::Unauthorized => Ok(None),
                other => other.map(Some),
            }
        }
    }
}

async fn identify(identity: &Identity, parts: &Parts) -> Result<Caller, ApiError> {
    let is_socket = parts.uri.path() == tickets::SOCKET;
    if is_socket && let Some(ticket) = tickets::offered(&parts.headers) {
        return tickets::redeem(identity, parts, ticket).await;
    }
    let (token, via) = match bearer(&parts.headers) {
        Some(token) => (token, Via::Bearer),
        None => match cookies::read(&parts.headers, cookies::ACCESS) {
            Some(token) => (token, Via::Cookie),
            None => return Err(ApiError::unauthorized()),
        },
    };
    if via == Via::Bearer && token.starts_with(TOKEN_PREFIX) {
        return by_api_token(identity, parts, token).await;
    }
    if via == Via::Bearer
        && let Some(caller) = oidc::by_trusted_issuer(identity, parts, token).await?
    {
        return Ok(caller);
    }
    let caller = by_access_token(identity, parts, token, via).await?;
    if via == Via::Cookie && is_socket {
        tickets::check_socket_origin(identity, parts)?;
    }
    if via == Via::Cookie && !parts.method.is_safe() {
        check_origin(identity, parts)?;
        check_csrf(&parts.headers)?;
    }
    Ok(caller)
}

/// The token in `Authorization`. Other schemes are not ours: a proxy may ask for them.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn by_access_token(
    identity: &Identity,
    parts: &Parts,
    token: &str,
    via: Via,
) -> Result<Caller, ApiError> {
    let now = identity.now();
    let known = identity.known();
    let hash = sha256(token.as_bytes());
    let claims = if let Some(claims) = known.claims.get(&hash) {
        claims
    } else {
        let claims = identity
            .signing()
            .await?
            .access
            .read(token)
            .filter(|claims| claims.is_fresh(now))
            .ok_or_else(ApiError::unauthorized)?;
        known.claims.insert(hash, claims);
        claims
    };
    if !claims.is_fresh(now) {
        return Err(ApiError::unauthorized());
    }
    let session = find_session(identity, claims.sid, now)
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    if session.user != claims.sub {
        return Err(ApiError::unauthorized());
    }
    Ok(Caller {
        user: session.user,
        workspace: claims.tid,
        role: role_of(identity, claims.tid, session.user)
            .await?
            .ok_or_else(ApiError::unauthorized)?,
        is_instance_admin: session.is_instance_admin,
        session: Some(claims.sid),
        token: None,
        scopes: Scopes::ALL,
        via,
        address: address_of(identity.config(), parts),
    })
}

/// The session, if it goes on.
pub(crate) async fn find_session(
    identity: &Identity,
    id: db::SessionId,
    now: Timestamp,
) -> Result<Option<KnownSession>, IdentityError> {
    if let Some(session) = identity.known().session(id)
        && session.expires_at > now
    {
        return Ok(Some(session));
    }
    let epoch = identity.known().epoch();
    let found = sessions::Entity::find_by_id(id)
        .filter(sessions::Column::EndedAt.is_null())
        .filter(sessions::Column::ExpiresAt.gt(now.micros()))
        .one(identity.db().read())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let Some(is_instance_admin) = administers(identity, row.user_id).await? else {
        return Ok(None);
    };
    let session = KnownSession {
        user: row.user_id,
        is_instance_admin,
        expires_at: Timestamp(row.expires_at),
    };
    identity
        .known()
        .keep(epoch, |known| known.put_session(id, session));
    Ok(Some(session))
}

/// Whether a person administers the installation; none for who has no account any more, or may not use it.
pub(crate) async fn administers(identity: &Identity, user: UserId) -> Result<Option<bool>, IdentityError> {
    let found = users::Entity::find_by_id(user).one(identity.db().read()).await?;
    Ok(found
        .filter(|person| person.disabled_at.is_none())
        .map(|person| person.is_instance_admin))
}

/// What a person is in a workspace, if they belong to it.
pub(crate) async fn role_of(
    identity: &Identity,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<Role>, IdentityError> {
    if let Some(role) = identity.known().role(workspace, user) {
        return Ok(Some(role));
    }
    let epoch = identity.known().epoch();
    let found = members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .one(identity.db().read())
        .await?;
    Ok(found.map(|member| {
        identity
            .known()
            .keep(epoch, |known| known.put_role(workspace, user, member.role));
        member.role
    }))
}

async fn by_api_token(identity: &Identity, parts: &Parts, token: &str) -> Result<Caller, ApiError> {
    let now = identity.now();
    let hash = sha256(token.as_bytes());
    let known = match identity.known().token(&hash) {
        Some(known) => known,
        None => find_token(identity, hash)
            .await?
            .ok_or_else(ApiError::unauthorized)?,
    };
    if known.expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::unauthorized());
    }
    let role = role_of(identity, known.workspace, known.user)
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    let needed = match Area::of(parts.uri.path()) {
        Area::OpenAi => Scope::Ai,
        _ if parts.method.is_safe() => Scope::Read,
        _ => Scope::Write,
    };
    if !known.scopes.allow(needed) {
        return Err(ApiError::forbidden(format!(
            "This API token does not have the scope {}.",
            needed.name()
        )));
    }
    let last = known.last_used_at.load(Ordering::Relaxed);
    if now.since(Timestamp(last)) >= NOTE_USE_EVERY
        && known
            .last_used_at
            .compare_exchange(last, now.micros(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    {
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|v| v.to_str().ok()).unwrap_or_default();
        let how = TokenUse {
            at: now,
            user: known.user,
            address: address_of(identity.config(), parts).to_string(),
            agent: agent.chars().take(300).collect(),
        };
        identity.note_use(known.workspace, known.id, how);
    }
    Ok(Caller {
        user: known.user,
        workspace: known.workspace,
        role,
        is_instance_admin: known.is_instance_admin && known.scopes.allow(Scope::Admin),
        session: None,
        token: Some(known.id),
        scopes: known.scopes,
        via: Via::ApiToken,
        address: address_of(identity.config(), parts),
    })
}

async fn find_token(identity: &Identity, hash: [u8; 32]) -> Result<Option<Arc<KnownToken>>, IdentityError> {
    let epoch = identity.known().epoch();
    let found = api_tokens::Entity::find()
        .filter(api_tokens::Column::TokenHash.eq(hash.to_vec()))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .one(identity.db().read())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let Some(is_instance_admin) = administers(identity, row.user_id).await? else {
        return Ok(None);
    };
    let token = Arc::new(KnownToken {
        id: row.id,
        workspace: row.workspace_id,
        user: row.user_id,
        is_instance_admin,
        scopes: Scopes::parse(&row.scopes),
        expires_at: row.expires_at.map(Timestamp),
        last_used_at: AtomicI64::new(row.last_used_at.unwrap_or(i64::MIN)),
    });
    identity
        .known()
        .keep(epoch, |known| known.put_token(hash, token.clone()));
    Ok(Some(token))
}

/// A page of another origin cannot set this header without being asked for leave first (CORS).
fn check_csrf(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get("x-csrf") {
        Some(value) if !value.is_empty() => Ok(()),
        _ => Err(ApiError::forbidden("A write by cookie needs the header X-CSRF.")),
    }
}

/// Refuses what a browser says comes from the page of somebody else.
fn check_origin(identity: &Identity, parts: &Parts) -> Result<(), ApiError> {
    let refused = || ApiError::forbidden("This request comes from the page of another origin.");
    if parts.method.is_safe() {
        return Ok(());
    }
    if let Some(origin) = parts.headers.get(header::ORIGIN) {
        let origin = origin.to_str().map_err(|_| refused())?;
        return if is_trusted_origin(identity, origin, parts) {
            Ok(())
        } else {
            Err(refused())
        };
    }
    match parts.headers.get("sec-fetch-site") {
        Some(site) if site == "cross-site" => Err(refused()),
        _ => Ok(()),
    }
}

/// Whether a page of this origin may act for the person who has it open.
pub(crate) fn is_trusted_origin(identity: &Identity, origin: &str, parts: &Parts) -> bool {
    let config = identity.config();
    let same_host = origin
        .split_once("://")
        .is_some_and(|(_, host)| host.eq_ignore_ascii_case(host_of(&parts.headers, &parts.uri)));
    same_host
        || config
            .public_url
            .iter()
            .chain(&config.allowed_origins)
            .any(|allowed| origin.eq_ignore_ascii_case(origin_of(allowed)))
}

/// The origin of an address: without its path.
fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    match url[host..].find('/') {
        Some(end) => &url[..host + end],
        None => url,
    }
}

/// An error of a layer, in the shape that the area's clients read.
pub(crate) fn refusal(area: Area, error: ApiError) -> Response {
    match area {
        Area::OpenAi => openai_error(error),
        _ => error.into_response(),
    }
}

/// An error as clients of `/v1` read it: `{"error": {"message", "type", "param", "code"}}`.
pub fn openai_error(error: ApiError) -> Response {
    let (kind, code) = match error.code {
        Code::Unauthorized => ("invalid_request_error", "invalid_api_key"),
        Code::Forbidden => ("permission_error", "insufficient_permissions"),
        Code::RateLimited => ("rate_limit_error", "rate_limit_exceeded"),
        Code::BudgetExceeded => ("insufficient_quota", "insufficient_quota"),
        Code::NotFound => ("invalid_request_error", "not_found"),
        code if code.status().is_server_error() => ("api_error", "server_error"),
        _ => ("invalid_request_error", "invalid_request"),
    };
    let body = serde_json::json!({
        "error": {
            "message": error.message,
            "type": kind,
            "param": error.details.first().map(|d| d.field.clone()),
            "code": code,
        }
    });
    let (status, retry, headers) = (error.code.status(), error.retry_after, error.headers);
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(wait) = retry {
        let seconds = wait.as_secs().max(1);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_belong_to_areas_by_whole_segments() {
        for (path, area) in [
            ("/api/v1/threads", Area::Api),
            ("/api", Area::Api),
            ("/api/v9/x", Area::Api),
            ("/v1/models", Area::OpenAi),
            ("/v1", Area::OpenAi),
            ("/v12", Area::Page),
            ("/apiary", Area::Page),
            ("/", Area::Page),
            ("/healthz", Area::Page),
        ] {
            assert_eq!(Area::of(path), area, "{path}");
        }
    }

    #[test]
    fn an_origin_is_an_address_without_its_path() {
        assert_eq!(origin_of("https://a.example/x/y"), "https://a.example");
        assert_eq!(origin_of("https://a.example:8443"), "https://a.example:8443");
    }

    #[test]
    fn a_bearer_is_read_whatever_its_case() {
        let read = |text: &'static str| {
            let value = http::HeaderValue::from_static(text);
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc ").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }
}
