//! The one door for outgoing HTTP.
//!
//! Everything that leaves the house passes here, so that four things hold everywhere: the
//! [guard](guard) judges the very addresses that are connected to; every wait has a limit (connection,
//! first byte, silence in the middle of an answer); bytes are handed on as they come, with a bound when
//! someone wants all of them; and redirects are followed only when asked, each hop judged again.
//!
//! ```no_run
//! # async fn example() -> Result<(), kit::http::Error> {
//! use kit::http::{Client, Reach, Timeouts};
//! let client = Client::new()?;
//! let request = http::Request::get("https://example.com/").body(bytes::Bytes::new()).unwrap();
//! let answer = client.send(request, Reach::PublicOnly, &Timeouts::default()).await?;
//! let page = answer.into_body().read(1 << 20).await?;
//! # Ok(()) }
//! ```

mod body;
mod connect;
mod error;
pub mod guard;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use body::Body;
pub(crate) use connect::settle_ciphers;
pub use connect::{Resolve, SystemResolver};
pub use error::{Error, Phase};
pub use guard::{Reach, Refusal};

/// An answer whose body arrives piece by piece.
pub type Response = http::Response<Body>;

type Pool = legacy::Client<connect::Connector, Full<Bytes>>;

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From sending the request to the first byte of the answer, connecting included.
    pub first_byte: Duration,
    /// The longest silence in the middle of an answer.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_mins(1),
            idle: Duration::from_mins(1),
        }
    }
}

/// Settings of a [`Client`].
#[derive(Clone)]
pub struct Options {
    /// The longest wait for a connection: name, TCP and TLS together.
    pub connect: Duration,
    /// How long an unused connection is kept.
    pub keep: Duration,
    /// How many unused connections are kept for one host.
    pub keep_per_host: usize,
    /// Who turns names into addresses.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            keep: Duration::from_mins(1),
            keep_per_host: 256,
            resolver: Arc::new(SystemResolver),
        }
    }
}

/// A client with its connections. Cloning it is cheap and shares them.
#[derive(Clone)]
pub struct Client {
    pools: Arc<Pools>,
}

/// One pool for each [`Reach`]: a connection that was allowed to a private address is never handed to a
/// request that may only reach public ones.
struct Pools {
    public: Pool,
    private: Pool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client with the usual settings.
    pub fn new() -> Result<Self, Error> {
        Self::with(&Options::default())
    }

    /// A client with these settings.
    pub fn with(options: &Options) -> Result<Self, Error> {
        let tls = connect::tls_config().map_err(|_| Error::Tls)?;
        let pool = |reach| {
            let connector =
                connect::Connector::new(reach, Arc::clone(&options.resolver), tls.clone(), options.connect);
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(options.keep)
                .pool_max_idle_per_host(options.keep_per_host)
                .build(connector)
        };
        let pools = Pools {
            public: pool(Reach::PublicOnly),
            private: pool(Reach::AllowPrivate),
        };
        Ok(Self {
            pools: Arc::new(pools),
        })
    }

    /// Sends one request and waits for the head of the answer. Redirects are answers like others.
    /// Dropping the future, or later the body, ends the exchange at once.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        reach: Reach,
        timeouts: &Timeouts,
    ) -> Result<Response, Error> {
        guard::check_uri(request.uri(), reach).map_err(Error::Refused)?;
        let pool = match reach {
            Reach::PublicOnly => &self.pools.public,
            Reach::AllowPrivate => &self.pools.private,
        };
        let sending = pool.request(request.map(Full::new));
        let answer = match tokio::time::timeout(timeouts.first_byte, sending).await {
            Ok(answer) => answer.map_err(|error| Error::of_client(&error))?,
            Err(_) => return Err(Error::Timeout(Phase::FirstByte)),
        };
        Ok(answer.map(|incoming| Body::new(incoming, timeouts.idle)))
    }

    /// Reads an address, following at most `hops` redirects. Each hop is judged as the first was.
    /// `Authorization`, `Cookie` and every other header of the caller stay behind when a redirect leads
    /// to another origin.
    pub async fn get_following(
        &self,
        uri: Uri,
        headers: HeaderMap,
        reach: Reach,
        timeouts: &Timeouts,
        hops: usize,
    ) -> Result<Response, Error> {
        let (mut uri, mut headers) = (uri, headers);
        for _ in 0..=hops {
            let mut request = Request::new(Bytes::new());
            *request.method_mut() = Method::GET;
            *request.uri_mut() = uri.clone();
            *request.headers_mut() = headers.clone();
            let answer = self.send(request, reach, timeouts).await?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let Some(location) = answer.headers().get(header::LOCATION) else {
                return Ok(answer);
            };
            let next = location
                .to_str()
                .ok()
                .and_then(|text| resolve_location(&uri, text));
            let next = next.ok_or(Error::Refused(Refusal::Host))?;
            // From https to http would show in the open what was asked in private.
            if uri.scheme_str() == Some("https") && next.scheme_str() != Some("https") {
                return Err(Error::Refused(Refusal::Scheme));
            }
            if next.authority() != uri.authority() || next.scheme() != uri.scheme() {
                headers = HeaderMap::new();
            }
            uri = next;
        }
        Err(Error::TooManyRedirects)
    }
}

/// A `Location` seen from `base`: absolute, `//host/path`, `/path` or relative.
fn resolve_location(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    let scheme = base.scheme_str()?;
    let authority = base.authority()?.as_str();
    if location.contains("://") && !location.starts_with(['/', '?']) {
        return location.parse().ok();
    }
    if let Some(rest) = location.strip_prefix("//") {
        return format!("{scheme}://{rest}").parse().ok();
    }
    let path = if location.starts_with('/') {
        location.to_owned()
    } else if location.starts_with('?') || location.is_empty() {
        format!("{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{location}")
    };
    format!("{scheme}://{authority}{path}").parse().ok()
}
