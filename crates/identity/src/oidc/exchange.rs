//! The code for a token (RFC 6749, section 4.1.3), and what else the issuer says of the person.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use serde::Deserialize;

use super::Refused;
use super::config::Provider;
use super::issuer::{Discovery, Issuer, fetch};
use super::signature::Claims;
use crate::identity::Identity;

/// What the issuer gives for a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub id_token: String,
    #[serde(default)]
    pub access_token: Option<String>,
}

/// A text as it stands in a query or a form.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Fields as a form or a query.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Trades a code in.
pub(super) async fn trade(
    identity: &Identity,
    (issuer, provider): (&Issuer, &Provider),
    discovery: &Discovery,
    (code, redirect_uri, verifier): (&str, &str, &str),
) -> Result<Tokens, Refused> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    let mut request = Request::post(&discovery.token_endpoint)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    let methods = &discovery.token_endpoint_auth_methods_supported;
    let knows = |name: &str| methods.iter().any(|method| method == name);
    match &provider.client_secret {
        Some(secret) if knows("client_secret_post") && !knows("client_secret_basic") => {
            fields.push(("client_id", &provider.client_id));
            fields.push(("client_secret", secret.expose()));
        }
        Some(secret) => {
            let pair = format!("{}:{}", encoded(&provider.client_id), encoded(secret.expose()));
            request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)));
        }
        None => fields.push(("client_id", &provider.client_id)),
    }
    let request = request
        .body(Bytes::from(form(&fields)))
        .map_err(|_| Refused::Token("an address is none"))?;
    fetch(identity.http()?, request, issuer.reach()).await
}

/// Adds what only the userinfo endpoint says; the ID token has the last word.
pub(super) async fn complete(
    identity: &Identity,
    issuer: &Issuer,
    discovery: &Discovery,
    access_token: Option<&str>,
    claims: Claims,
) -> Result<Claims, Refused> {
    let (Some(url), Some(token)) = (&discovery.userinfo_endpoint, access_token) else {
        return Ok(claims);
    };
    let request = Request::get(url)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, "application/json")
        .body(Bytes::new())
        .map_err(|_| Refused::Token("an address is none"))?;
    let mut all: Claims = fetch(identity.http()?, request, issuer.reach()).await?;
    if all.get("sub") != claims.get("sub") {
        return Err(Refused::Token("it speaks of two people"));
    }
    all.extend(claims.into_iter().filter(|(_, value)| !value.is_null()));
    Ok(all)
}
