//! What an operator may choose.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::oidc::{Provider, TrustedIssuer};

/// Who may make an account. The first account can always be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Everybody who reaches the page.
    #[default]
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody; the operator makes accounts on the command line.
    Closed,
}

/// Whether cookies are kept to encrypted connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CookieSecurity {
    /// Yes, unless the page was asked for on this machine itself.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No: for a network that is trusted and has no TLS.
    Never,
}

/// How often something may be done in a minute; 0 switches a limit off.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests by one person to one endpoint.
    pub requests: u32,
    /// The same under `/v1`.
    pub openai_requests: u32,
    /// Requests from one address to one open endpoint.
    pub open_requests: u32,
    /// Wrong passwords for one e-mail address.
    pub failures_by_email: u32,
    /// Wrong passwords from one address.
    pub failures_by_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 3000,
            openai_requests: 6000,
            open_requests: 120,
            failures_by_email: 10,
            failures_by_address: 60,
        }
    }
}

/// The configuration of this room.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// Who may make an account.
    pub registration: Registration,
    /// How long an access token is good.
    pub access_lifetime: Duration,
    /// How long a device stays signed in without being used.
    pub session_lifetime: Duration,
    /// Whether cookies are kept to encrypted connections.
    pub cookies: CookieSecurity,
    /// How often something may be done.
    pub limits: Limits,
    /// Where people reach the page, such as `https://ai.example.org`; asked from the request if not set.
    pub public_url: Option<String>,
    /// Other origins whose pages may use the API with a person's cookies.
    pub allowed_origins: Vec<String>,
    /// A proxy in front of us writes `X-Forwarded-For` and `X-Forwarded-Proto`; the last entry is believed.
    pub trusted_proxy: bool,
    /// Whether people may sign in with a password.
    pub passwords: bool,
    /// Other houses with which people sign in.
    pub oidc: Vec<Provider>,
    /// Other houses whose access tokens are good at the API.
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// How long the log of who came in is kept.
    pub access_kept: Duration,
    /// Shown to the page.
    pub version: String,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            registration: Registration::Open,
            access_lifetime: Duration::from_mins(15),
            session_lifetime: Duration::from_hours(30 * 24),
            cookies: CookieSecurity::Auto,
            limits: Limits::default(),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxy: false,
            passwords: true,
            oidc: Vec::new(),
            trusted_issuers: Vec::new(),
            access_kept: Duration::from_hours(90 * 24),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
