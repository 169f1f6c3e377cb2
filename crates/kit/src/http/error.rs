//! What can go wrong on the way out and back.

use super::connect::{ConnectTimeout, DnsFailure, find_in, refusal_in};
use super::guard::Refusal;

/// Which wait was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Making the connection.
    Connect,
    /// From the request to the first byte of the answer.
    FirstByte,
    /// Silence in the middle of the answer.
    Idle,
}

/// Why a request has no (whole) answer. None of the messages contains an address or a header.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The guard said no; nothing was sent.
    #[error("{0}")]
    Refused(Refusal),
    /// The name is unknown.
    #[error("the server's name could not be resolved")]
    Dns,
    /// Nobody answers there.
    #[error("no connection to the server could be made")]
    Connect,
    /// The server is not who it should be, or speaks no TLS.
    #[error("no secure connection to the server could be made")]
    Tls,
    /// A wait was longer than its limit.
    #[error("the server did not answer in time")]
    Timeout(Phase),
    /// The connection ended in the middle of the exchange.
    #[error("the connection to the server broke")]
    Broken,
    /// What came is not HTTP.
    #[error("the server's answer is not HTTP")]
    Protocol,
    /// The answer is longer than the reader's limit.
    #[error("the server's answer is larger than {limit} bytes")]
    TooLarge {
        /// The reader's limit.
        limit: usize,
    },
    /// More redirects than allowed.
    #[error("the server redirected too often")]
    TooManyRedirects,
}

impl Error {
    pub(super) fn of_client(error: &hyper_util::client::legacy::Error) -> Self {
        if let Some(refusal) = refusal_in(error) {
            return Self::Refused(refusal);
        }
        if find_in::<ConnectTimeout>(error).is_some() {
            return Self::Timeout(Phase::Connect);
        }
        if find_in::<DnsFailure>(error).is_some() {
            return Self::Dns;
        }
        if find_in::<rustls::Error>(error).is_some() {
            return Self::Tls;
        }
        if error.is_connect() {
            return Self::Connect;
        }
        find_in::<hyper::Error>(error).map_or(Self::Broken, Self::of_hyper)
    }

    pub(super) fn of_hyper(error: &hyper::Error) -> Self {
        if error.is_parse() {
            Self::Protocol
        } else {
            Self::Broken
        }
    }

    /// Whether the request certainly never reached the server.
    pub fn is_before_sending(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Dns | Self::Connect | Self::Tls | Self::Timeout(Phase::Connect)
        )
    }
}
