//! The layer that counts requests: by person and endpoint, and, where nobody is known yet, by address. And the
//! counting of wrong passwords.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName};
use kit::api::ApiError;
use kit::limit::Allowance;

use crate::authenticate::{Area, refusal, routed_path};
use crate::caller::Caller;
use crate::client::{address_of, subscriber};
use crate::identity::Identity;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The layer. Inside of [`crate::authenticate`], so that it knows the caller.
pub async fn limit_requests(State(identity): State<Identity>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let area = Area::of(parts.uri.path());
    let Some(allowance) = count(&identity, area, &parts).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let mut response = if allowance.allowed {
        next.run(Request::from_parts(parts, body)).await
    } else {
        refusal(area, ApiError::rate_limited(whole_seconds(allowance.reset_in)))
    };
    // A handler with a limit of its own has told it already.
    if !response.headers().contains_key(LIMIT) {
        tell(response.headers_mut(), allowance);
    }
    response
}

async fn count(identity: &Identity, area: Area, parts: &http::request::Parts) -> Option<Allowance> {
    let limits = &identity.config().limits;
    let limiter = identity.limiter();
    let (method, path) = (&parts.method, routed_path(parts));
    let caller = parts.extensions.get::<Caller>();
    if let Some((id, limit)) = caller.and_then(|caller| identity.throttle_of(caller)) {
        return Some(limiter.take(&format!("throttle:{id}"), limit).await);
    }
    let limit = match (area, caller) {
        (Area::Page, _) => 0,
        // A page of pictures: each was signed for somebody who is known.
        (Area::Api, None) if path.starts_with("/api/v1/files/") => limits.requests,
        // Sources come as often as something happens in a shop; how much may wait is told where they are written down.
        (Area::Api, None) if path.starts_with("/api/v1/webhooks/") => 0,
        (_, None) => limits.open_requests,
        (Area::Api, Some(_)) => limits.requests,
        (Area::OpenAi, Some(_)) => limits.openai_requests,
    };
    if limit == 0 {
        return None;
    }
    let key = if let Some(caller) = caller {
        format!("{}:{}:{method} {path}", caller.workspace, caller.user)
    } else {
        let address = subscriber(address_of(identity.config(), parts));
        format!("-:{address}:{method} {path}")
    };
    Some(limiter.take(&key, limit).await)
}

fn tell(headers: &mut HeaderMap, allowance: Allowance) {
    headers.insert(LIMIT, allowance.limit.into());
    headers.insert(REMAINING, allowance.remaining.into());
    headers.insert(RESET, whole_seconds(allowance.reset_in).as_secs().into());
}

/// Rounded up: whoever waits that long is let in.
fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_millis().div_ceil(1000) as u64)
}

/// Counts wrong passwords for one e-mail address and from one network address.
pub(crate) struct Attempts<'a> {
    identity: &'a Identity,
    email_key: &'a str,
    address: IpAddr,
}

impl<'a> Attempts<'a> {
    pub fn new(identity: &'a Identity, email_key: &'a str, address: IpAddr) -> Self {
        Self {
            identity,
            email_key,
            address: subscriber(address),
        }
    }

    /// 429 when too many went wrong. Ask while holding the turn to hash, so that many at once are not all let in.
    pub async fn check(&self) -> Result<(), ApiError> {
        let limits = &self.identity.config().limits;
        let limiter = self.identity.limiter();
        let by_email = limiter.look(&self.email(), limits.failures_by_email).await;
        let by_address = limiter.look(&self.network(), limits.failures_by_address).await;
        for (allowance, limit) in [
            (by_email, limits.failures_by_email),
            (by_address, limits.failures_by_address),
        ] {
            if limit > 0 && !allowance.allowed {
                let mut error = ApiError::rate_limited(whole_seconds(allowance.reset_in));
                let mut headers = HeaderMap::new();
                tell(&mut headers, allowance);
                error.headers = headers
                    .into_iter()
                    .filter_map(|(name, value)| Some((name?, value)))
                    .collect();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Counts one that went wrong.
    pub async fn failed(&self) {
        let limiter = self.identity.limiter();
        limiter.take(&self.email(), u32::MAX).await;
        limiter.take(&self.network(), u32::MAX).await;
    }

    /// The person is who they say.
    pub async fn succeeded(&self) {
        self.identity.limiter().forget(&self.email()).await;
    }

    /// The address itself is nobody's business, on a server that is shared least of all.
    fn email(&self) -> String {
        let hash = kit::vault::sha256(self.email_key.as_bytes());
        let short = u128::from_be_bytes(std::array::from_fn(|at| hash[at]));
        format!("failed:email:{short:032x}")
    }

    fn network(&self) -> String {
        format!("failed:address:{}", self.address)
    }
}
