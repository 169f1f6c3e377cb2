//! How a connection is made: resolve, judge, connect, check again, TLS; all within one time limit.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::guard::{self, Reach, Refusal};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Turns a name into addresses. The system's resolver outside of tests.
pub trait Resolve: Send + Sync {
    /// Every address of `host`.
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The connection took longer than the limit.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(super) struct ConnectTimeout(pub Duration);

/// The name could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
pub(super) struct DnsFailure(#[source] std::io::Error);

/// Resolves a name and drops what may not be reached.
#[derive(Clone)]
pub(super) struct GuardedResolver {
    inner: Arc<dyn Resolve>,
    reach: Reach,
}

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (inner, reach) = (Arc::clone(&self.inner), self.reach);
        Box::pin(async move {
            let found = inner.resolve(name.as_str()).await.map_err(DnsFailure)?;
            // One forbidden address among several is enough to refuse: an honest name has none.
            for address in &found {
                guard::check_address(*address, reach)?;
            }
            let addresses: Vec<_> = found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
            Ok(addresses.into_iter())
        })
    }
}

/// TCP to an address that was judged.
#[derive(Clone)]
pub(super) struct GuardedTcp {
    http: HttpConnector<GuardedResolver>,
    reach: Reach,
}

impl Service<Uri> for GuardedTcp {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // A literal address does not pass the resolver, so it is judged here.
        if let Err(refusal) = guard::check_uri(&uri, self.reach) {
            return Box::pin(async move { Err(refusal.into()) });
        }
        let connecting = self.http.call(uri);
        let reach = self.reach;
        Box::pin(async move {
            let stream = connecting.await?;
            // Whatever happened on the way, this is who answered.
            guard::check_address(stream.inner().peer_addr()?.ip(), reach)?;
            Ok(stream)
        })
    }
}

/// TCP and TLS within one time limit.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<GuardedTcp>,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(
        reach: Reach,
        resolver: Arc<dyn Resolve>,
        tls: rustls::ClientConfig,
        limit: Duration,
    ) -> Self {
        let mut http = HttpConnector::new_with_resolver(GuardedResolver {
            inner: resolver,
            reach,
        });
        http.enforce_http(false);
        // Without it the first small write of a request can wait 40 ms for the other side's delayed ACK.
        http.set_nodelay(true);
        http.set_keepalive(Some(Duration::from_mins(1)));
        http.set_happy_eyeballs_timeout(Some(Duration::from_millis(250)));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(GuardedTcp { http, reach });
        Self { https, limit }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(result) => result,
                Err(_) => Err(ConnectTimeout(limit).into()),
            }
        })
    }
}

/// Settles which of the cipher libraries in this program others use who do not say it: two are linked (one came with the
/// store of objects), and then rustls does not choose.
pub(crate) fn settle_ciphers() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The roots of Mozilla, in the binary: the same on every machine, no system store needed.
pub(super) fn tls_config() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_webpki_roots()
        .with_no_client_auth())
}

/// The guard's reason somewhere in the chain of causes.
pub(super) fn refusal_in(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    find_in::<Refusal>(error).copied()
}

/// The first cause of type `T` in the chain.
pub(super) fn find_in<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<T>() {
            return Some(found);
        }
        // An io::Error shows its inner error's source, not the inner error itself.
        let inner = current
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| find_in::<T>(inner)) {
            return Some(found);
        }
        next = current.source();
    }
    None
}
