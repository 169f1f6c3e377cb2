//! Where a request comes from: its address, its device, the host it asked for.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{HeaderMap, Uri, header};

use crate::config::{CookieSecurity, IdentityConfig};
use crate::identity::Identity;

/// What is noted of the other side at sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub address: IpAddr,
    pub user_agent: String,
    /// Cookies are kept to encrypted connections.
    pub secure: bool,
    /// Where the page is, as far as this request tells.
    pub origin: String,
}

impl Client {
    /// Nobody on the network: the operator at the command line.
    pub fn operator() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "command line".into(),
            secure: true,
            origin: String::new(),
        }
    }
}

impl FromRequestParts<Identity> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, Infallible> {
        let config = identity.config();
        let host = host_of(&parts.headers, &parts.uri);
        let secure = match config.cookies {
            CookieSecurity::Always => true,
            CookieSecurity::Never => false,
            CookieSecurity::Auto => !is_loopback(host),
        };
        let origin = match &config.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{}://{host}", if secure { "https" } else { "http" }),
        };
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .chars()
            .take(300)
            .collect();
        Ok(Self {
            address: address_of(config, parts),
            user_agent,
            secure,
            origin,
        })
    }
}

/// The address of the other side. Behind a trusted proxy, the last entry of `X-Forwarded-For`, which that proxy
/// wrote; the ones before it are the client's own claims.
pub(crate) fn address_of(config: &IdentityConfig, parts: &Parts) -> IpAddr {
    let told = if config.trusted_proxy {
        parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.rsplit(',').next())
            .and_then(|v| v.trim().parse::<IpAddr>().ok())
    } else {
        None
    };
    told.or_else(|| {
        parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip())
    })
    .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    .to_canonical()
}

/// The part of an address that stands for one subscriber: IPv6 hands out networks of 64 bits.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        IpAddr::V4(_) => address,
    }
}

/// The host (and port) that was asked for.
pub(crate) fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> &'a str {
    headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok())
        .or_else(|| uri.authority().map(http::uri::Authority::as_str))
        .unwrap_or_default()
}

/// Whether a host is this machine itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_many_names() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:80",
            "app.localhost:3000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "10.0.0.1:8080",
            "[2001:db8::1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn only_the_entry_of_the_trusted_proxy_is_believed() {
        let (mut parts, ()) = http::Request::builder()
            .header("x-forwarded-for", "6.6.6.6, 203.0.113.9")
            .body(())
            .unwrap()
            .into_parts();
        parts
            .extensions
            .insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 5))));
        let mut config = IdentityConfig::default();
        assert_eq!(address_of(&config, &parts).to_string(), "10.0.0.1");
        config.trusted_proxy = true;
        assert_eq!(address_of(&config, &parts).to_string(), "203.0.113.9");
    }

    #[test]
    fn a_network_of_ipv6_is_one_subscriber() {
        let a = subscriber("2001:db8:1:2::1".parse().unwrap());
        assert_eq!(a, subscriber("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(a, subscriber("2001:db8:1:3::1".parse().unwrap()));
    }
}
