//! People who are known elsewhere: sign-in with any issuer of OpenID Connect, and access tokens of issuers that are
//! trusted. `docs/identity.md` has the configurations.
//!
//! One file a step: [`config`] what the operator says, [`issuer`] discovery and keys, [`signature`] and [`claims`]
//! what a token must be, [`sign_in`] the way there and back, [`exchange`] the code for a token, [`link`] whose
//! account it is, [`groups`] what their groups give, [`bearer`] tokens at the API.

mod bearer;
mod claims;
mod config;
mod exchange;
mod groups;
mod issuer;
mod link;
mod sign_in;
mod signature;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use bearer::{Bearers, by_trusted_issuer};
pub use config::{GroupRule, PeopleRules, Provider, TrustedIssuer};
pub(crate) use sign_in::{Callback, finish, start};

use crate::config::IdentityConfig;
use crate::error::IdentityError;
use issuer::Issuer;

/// Why somebody does not come in by another house's word. Each has the code that the page explains.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("there is no such provider")]
    Unknown,
    #[error("the sign-in was not begun in this browser, was used, or took too long")]
    State,
    #[error("the provider refused")]
    Denied,
    #[error("the provider cannot be reached")]
    Unreachable,
    #[error("the provider's answer cannot be believed: {0}")]
    Token(&'static str),
    #[error("the provider names no e-mail address")]
    NoEmail,
    #[error("the provider has not verified the e-mail address")]
    Unverified,
    #[error("the e-mail address may not come in")]
    Domain,
    #[error("the account with this e-mail address belongs to another person of this provider")]
    Taken,
    #[error("there is no account, and none is made")]
    NoAccount,
    #[error(transparent)]
    Inside(#[from] IdentityError),
}

impl Refused {
    /// For `/login?error=…`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "OIDC_UNKNOWN",
            Self::State => "OIDC_STATE",
            Self::Denied => "OIDC_DENIED",
            Self::Unreachable => "OIDC_UNREACHABLE",
            Self::Token(_) => "OIDC_FAILED",
            Self::NoEmail => "OIDC_EMAIL_MISSING",
            Self::Unverified => "OIDC_EMAIL_UNVERIFIED",
            Self::Domain => "OIDC_EMAIL_REFUSED",
            Self::Taken => "OIDC_EMAIL_TAKEN",
            Self::NoAccount => "OIDC_NO_ACCOUNT",
            Self::Inside(_) => "INTERNAL",
        }
    }
}

impl From<sea_orm::DbErr> for Refused {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Inside(error.into())
    }
}

impl From<db::DbError> for Refused {
    fn from(error: db::DbError) -> Self {
        Self::Inside(error.into())
    }
}

/// The issuers of the configuration, with what was fetched from them.
pub(crate) struct Issuers {
    providers: HashMap<String, (Arc<Issuer>, Arc<Provider>)>,
    trusted: Vec<(Arc<Issuer>, Arc<TrustedIssuer>)>,
}

impl Issuers {
    pub fn new(config: &IdentityConfig) -> Self {
        let providers = config.oidc.iter().map(|provider| {
            let issuer = Issuer::new(&provider.issuer, None, provider.people.reach());
            (
                provider.id.clone(),
                (Arc::new(issuer), Arc::new(provider.clone())),
            )
        });
        let trusted = config.trusted_issuers.iter().map(|trusted| {
            let keys = trusted.jwks_url.as_deref();
            let issuer = Issuer::new(&trusted.issuer, keys, trusted.people.reach());
            (Arc::new(issuer), Arc::new(trusted.clone()))
        });
        Self {
            providers: providers.collect(),
            trusted: trusted.collect(),
        }
    }

    fn provider(&self, id: &str) -> Result<(Arc<Issuer>, Arc<Provider>), Refused> {
        self.providers.get(id).cloned().ok_or(Refused::Unknown)
    }

    fn trusted(&self, issuer: &str) -> Vec<(Arc<Issuer>, Arc<TrustedIssuer>)> {
        let same = |(_, trusted): &&(Arc<Issuer>, Arc<TrustedIssuer>)| trusted.issuer == issuer;
        self.trusted.iter().filter(same).cloned().collect()
    }
}
