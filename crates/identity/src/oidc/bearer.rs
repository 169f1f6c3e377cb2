//! Access tokens of issuers that are trusted, as bearers at the API. What a token said is remembered for a minute at
//! most; whether its person still belongs to a workspace is asked each time.

use std::sync::Arc;
use std::time::Duration;

use db::{UserId, WorkspaceId};
use http::request::Parts;
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::vault::sha256;
use moka::sync::Cache;

use super::claims::{check_access_token, person};
use super::config::TrustedIssuer;
use super::issuer::Issuer;
use super::link::{House, enter};
use super::{Refused, groups, signature};
use crate::authenticate::{Area, administers, role_of};
use crate::caller::{Caller, Via};
use crate::client::address_of;
use crate::identity::Identity;
use crate::known::TokenHash;
use crate::scopes::{Scope, Scopes};
use crate::sessions;

const REMEMBERED: Duration = Duration::from_mins(1);

/// Whom a token stands for, and how far it goes.
#[derive(Debug)]
struct Bearer {
    user: UserId,
    workspace: WorkspaceId,
    scopes: Scopes,
    administers: bool,
    expires_at: Timestamp,
}

/// Tokens that were believed lately.
pub(crate) struct Bearers(Cache<TokenHash, Arc<Bearer>>);

impl Default for Bearers {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(50_000)
                .time_to_live(REMEMBERED)
                .build(),
        )
    }
}

/// The caller that a token of a trusted issuer stands for; none if no such issuer made it.
pub(crate) async fn by_trusted_issuer(
    identity: &Identity,
    parts: &Parts,
    token: &str,
) -> Result<Option<Caller>, ApiError> {
    let trusted = signature::unproved_issuer(token)
        .map(|issuer| identity.issuers().trusted(&issuer))
        .unwrap_or_default();
    if trusted.is_empty() {
        return Ok(None);
    }
    let hash = sha256(token.as_bytes());
    let known = identity.bearers().0.get(&hash);
    let bearer = if let Some(bearer) = known.filter(|bearer| identity.now() < bearer.expires_at) {
        bearer
    } else {
        let bearer = Arc::new(believe(identity, parts, token, &trusted).await?);
        identity.bearers().0.insert(hash, bearer.clone());
        bearer
    };
    caller(identity, parts, &bearer).await.map(Some)
}

async fn caller(identity: &Identity, parts: &Parts, bearer: &Bearer) -> Result<Caller, ApiError> {
    let needed = match Area::of(parts.uri.path()) {
        Area::OpenAi => Scope::Ai,
        _ if parts.method.is_safe() => Scope::Read,
        _ => Scope::Write,
    };
    if !bearer.scopes.allow(needed) {
        return Err(ApiError::forbidden("Tokens of this issuer may only read."));
    }
    let person = administers(identity, bearer.user)
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    let role = role_of(identity, bearer.workspace, bearer.user)
        .await?
        .ok_or_else(ApiError::unauthorized)?;
    Ok(Caller {
        user: bearer.user,
        workspace: bearer.workspace,
        role,
        is_instance_admin: person && bearer.administers,
        session: None,
        token: None,
        scopes: bearer.scopes,
        via: Via::Bearer,
        address: address_of(identity.config(), parts),
    })
}

async fn believe(
    identity: &Identity,
    parts: &Parts,
    token: &str,
    trusted: &[(Arc<Issuer>, Arc<TrustedIssuer>)],
) -> Result<Bearer, ApiError> {
    let mut last = Refused::Unknown;
    for (issuer, trusted) in trusted {
        match read(identity, parts, token, (issuer, trusted)).await {
            Ok(bearer) => return Ok(bearer),
            Err(error) => last = error,
        }
    }
    tracing::debug!(error = %last, "a token of a trusted issuer was refused");
    Err(match last {
        Refused::Unreachable => ApiError::unavailable(
            "The issuer of this token cannot be reached.",
            Duration::from_secs(10),
        ),
        Refused::Inside(error) => error.into(),
        _ => ApiError::unauthorized(),
    })
}

async fn read(
    identity: &Identity,
    parts: &Parts,
    token: &str,
    (issuer, trusted): (&Issuer, &TrustedIssuer),
) -> Result<Bearer, Refused> {
    let claims = issuer.verify(identity, token, &trusted.algorithms).await?;
    check_access_token(&claims, trusted, identity.now())?;
    let person = person(&claims, &trusted.people)?;
    let house = House::of_trusted(trusted);
    let user = enter(identity, &house, &person, address_of(identity.config(), parts)).await?;
    let workspace = sessions::home_of(identity, user, None).await?;
    let rules = &trusted.people;
    let administers = groups::administers(rules, &person.groups);
    let admin = administers || groups::administers_workspace(rules, &person.groups, workspace);
    let all = [
        (Scope::Read, true),
        (Scope::Write, !trusted.read_only),
        (Scope::Ai, !trusted.read_only),
        (Scope::Admin, admin && !trusted.read_only),
    ];
    let seconds = claims
        .get("exp")
        .and_then(serde_json::Value::as_f64)
        .unwrap_or_default();
    Ok(Bearer {
        user,
        workspace,
        scopes: all
            .into_iter()
            .filter(|(_, has)| *has)
            .map(|(scope, _)| scope)
            .collect(),
        administers,
        expires_at: Timestamp((seconds as i64).saturating_mul(1_000_000)),
    })
}
