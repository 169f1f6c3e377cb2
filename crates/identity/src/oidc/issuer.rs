//! What an issuer publishes: its discovery document (OpenID Connect Discovery 1.0) and its keys (JWKS), kept for a
//! while. An unknown key makes them be read anew, but not more often than every ten seconds, so that tokens of
//! strangers do not make us a burden to the issuer; when it cannot be reached, what is known is good for a day.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use kit::clock::Timestamp;
use kit::http::{Client, Reach, Timeouts};
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Refused;
use super::signature::{Claims, Head, Key, verified};
use crate::identity::Identity;

/// How long what was read is good.
const FRESH: Duration = Duration::from_hours(1);
/// How long, when the issuer cannot be reached.
const LAST: Duration = Duration::from_hours(24);
/// How often it is asked at most.
const EVERY: Duration = Duration::from_secs(10);
/// The longest answer that is read.
pub(super) const LARGEST: usize = 512 << 10;
/// How long an issuer may take.
pub(super) const PATIENCE: Timeouts = Timeouts {
    first_byte: Duration::from_secs(10),
    idle: Duration::from_secs(10),
};

/// The part of the discovery document that is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Discovery {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

/// An answer with the moments that count for it.
struct Kept<T> {
    value: Option<(Timestamp, Arc<T>)>,
    asked_at: Option<Timestamp>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            value: None,
            asked_at: None,
        }
    }
}

impl<T> Kept<T> {
    fn within(&self, now: Timestamp, age: Duration) -> Option<Arc<T>> {
        let (at, value) = self.value.as_ref()?;
        (now.since(*at) < age).then(|| value.clone())
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        self.asked_at.is_none_or(|at| now.since(at) >= EVERY)
    }
}

type Keys = Vec<Arc<Key>>;

/// An issuer and what it publishes.
pub(crate) struct Issuer {
    name: String,
    keys_url: Option<String>,
    reach: Reach,
    discovery: Mutex<Kept<Discovery>>,
    keys: Mutex<Kept<Keys>>,
    /// Held by the one who asks; the others wait for the answer.
    asking: tokio::sync::Mutex<()>,
}

/// An answer of an issuer as JSON.
pub(super) async fn fetch<T: DeserializeOwned>(
    client: &Client,
    request: Request<Bytes>,
    reach: Reach,
) -> Result<T, Refused> {
    let failed = |error: kit::http::Error| {
        tracing::warn!(error = %error, "an identity provider cannot be reached");
        Refused::Unreachable
    };
    let answer = client.send(request, reach, &PATIENCE).await.map_err(failed)?;
    let status = answer.status();
    let body = answer.into_body().read(LARGEST).await.map_err(failed)?;
    if !status.is_success() {
        tracing::warn!(status = status.as_u16(), "an identity provider refused");
        return Err(if status.is_server_error() {
            Refused::Unreachable
        } else {
            Refused::Token("the provider refused")
        });
    }
    serde_json::from_slice(&body).map_err(|_| Refused::Token("the answer is not what the standard says"))
}

fn get(url: &str) -> Result<Request<Bytes>, Refused> {
    Request::get(url)
        .header(header::ACCEPT, "application/json")
        .body(Bytes::new())
        .map_err(|_| Refused::Token("an address is none"))
}

impl Issuer {
    pub fn new(name: &str, keys_url: Option<&str>, reach: Reach) -> Self {
        Self {
            name: name.to_owned(),
            keys_url: keys_url.map(str::to_owned),
            reach,
            discovery: Mutex::default(),
            keys: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// As it writes itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far requests to it may go.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// An address that it named may be used: encrypted, unless it is in a private network.
    fn check_url(&self, url: &str) -> Result<(), Refused> {
        let plain = self.reach == Reach::AllowPrivate && url.starts_with("http://");
        if url.starts_with("https://") || plain {
            Ok(())
        } else {
            Err(Refused::Token("an address is not encrypted"))
        }
    }

    /// Its discovery document.
    pub async fn discovery(&self, identity: &Identity) -> Result<Arc<Discovery>, Refused> {
        let now = identity.now();
        if let Some(known) = self.discovery.lock().within(now, FRESH) {
            return Ok(known);
        }
        let _turn = self.asking.lock().await;
        self.discover(identity, now).await
    }

    /// The same while holding the turn.
    async fn discover(&self, identity: &Identity, now: Timestamp) -> Result<Arc<Discovery>, Refused> {
        {
            let mut kept = self.discovery.lock();
            if let Some(known) = kept.within(now, FRESH) {
                return Ok(known);
            }
            if !kept.may_ask(now) {
                return kept.within(now, LAST).ok_or(Refused::Unreachable);
            }
            kept.asked_at = Some(now);
        }
        let url = format!(
            "{}/.well-known/openid-configuration",
            self.name.trim_end_matches('/')
        );
        match self.read_discovery(identity, &url).await {
            Ok(found) => {
                let found = Arc::new(found);
                self.discovery.lock().value = Some((now, found.clone()));
                Ok(found)
            }
            Err(error) => self.discovery.lock().within(now, LAST).ok_or(error),
        }
    }

    async fn read_discovery(&self, identity: &Identity, url: &str) -> Result<Discovery, Refused> {
        let found: Discovery = fetch(identity.http()?, get(url)?, self.reach).await?;
        if found.issuer != self.name {
            return Err(Refused::Token("its discovery document is another's"));
        }
        for url in [
            &found.authorization_endpoint,
            &found.token_endpoint,
            &found.jwks_uri,
        ] {
            self.check_url(url)?;
        }
        if let Some(url) = &found.userinfo_endpoint {
            self.check_url(url)?;
        }
        Ok(found)
    }

    /// The keys that may have made this signature.
    async fn keys_for(&self, identity: &Identity, head: &Head) -> Result<Keys, Refused> {
        let now = identity.now();
        let suited = |keys: &Keys| -> Keys { keys.iter().filter(|key| key.suits(head)).cloned().collect() };
        let known = |age| {
            let keys = self.keys.lock().within(now, age)?;
            Some(suited(&keys)).filter(|keys| !keys.is_empty())
        };
        if let Some(keys) = known(FRESH) {
            return Ok(keys);
        }
        let _turn = self.asking.lock().await;
        if let Some(keys) = known(FRESH) {
            return Ok(keys);
        }
        let may_ask = {
            let mut kept = self.keys.lock();
            let may_ask = kept.may_ask(now);
            if may_ask {
                kept.asked_at = Some(now);
            }
            may_ask
        };
        let read = if may_ask {
            self.read_keys(identity, now).await
        } else {
            self.keys.lock().within(now, LAST).ok_or(Refused::Unreachable)
        };
        match read {
            Ok(keys) => {
                let keys = suited(&keys);
                if keys.is_empty() {
                    Err(Refused::Token("its key is unknown"))
                } else {
                    Ok(keys)
                }
            }
            Err(error) => known(LAST).ok_or(error),
        }
    }

    async fn read_keys(&self, identity: &Identity, now: Timestamp) -> Result<Arc<Keys>, Refused> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let url = match &self.keys_url {
            Some(url) => url.clone(),
            None => self.discover(identity, now).await?.jwks_uri.clone(),
        };
        let set: Set = fetch(identity.http()?, get(&url)?, self.reach).await?;
        let keys: Arc<Keys> = Arc::new(set.keys.iter().filter_map(Key::read).map(Arc::new).collect());
        self.keys.lock().value = Some((now, keys.clone()));
        Ok(keys)
    }

    /// The claims of a token that this issuer signed by one of these algorithms.
    pub async fn verify(
        &self,
        identity: &Identity,
        token: &str,
        algorithms: &[String],
    ) -> Result<Claims, Refused> {
        let head = Head::read(token, algorithms)?;
        let keys = self.keys_for(identity, &head).await?;
        verified(token, &head, &keys)
    }
}
