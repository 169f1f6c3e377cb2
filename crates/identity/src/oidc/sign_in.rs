//! The way to the issuer and back (OpenID Connect Core 1.0, section 3.1, with PKCE by S256, RFC 7636). What goes along
//! is bound to the browser by a cookie of its own, and good once.

use std::time::Duration;

use axum::response::{AppendHeaders, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::secret::same_secret;
use kit::vault::sha256;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::claims::{check_id_token, person};
use super::exchange::{complete, form, trade};
use super::link::{House, enter};
use super::{Refused, signature};
use crate::audit::{Actor, audit};
use crate::challenges::{self, Kind};
use crate::client::Client;
use crate::identity::Identity;
use crate::{cookies, second_factor, sessions};

/// How long somebody may take at the issuer.
const PATIENCE: Duration = Duration::from_mins(10);
const COOKIE_PATH: &str = "/api/v1/auth/oidc";

/// What has to fit when somebody comes back.
#[derive(Serialize, Deserialize)]
struct Journey {
    provider: String,
    nonce: String,
    verifier: String,
    /// SHA-256 of the browser's cookie.
    browser: [u8; 32],
    redirect_uri: String,
    return_to: String,
}

/// With what the issuer sends somebody back.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Callback {
    /// To be traded for tokens.
    pub code: Option<String>,
    /// What we sent along.
    pub state: Option<String>,
    /// Why not.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// A path of our own page, or its beginning: nobody is sent elsewhere.
pub(crate) fn own_path(wished: Option<&str>) -> &str {
    let is_own = |path: &&str| {
        path.len() <= 500
            && path.starts_with('/')
            && !path.starts_with("//")
            && !path.starts_with("/api/")
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    wished.filter(is_own).unwrap_or("/")
}

fn cookie_name(state: &str) -> String {
    let plain = state.chars().filter(char::is_ascii_alphanumeric);
    format!("trb_oidc_{}", plain.take(12).collect::<String>())
}

fn redirect(to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(error) => kit::api::ApiError::internal(error).into_response(),
    }
}

fn refused(provider: &str, error: &Refused) -> Response {
    match error {
        Refused::Inside(inside) => tracing::error!(error = %inside, "a sign-in failed"),
        error => tracing::info!(provider, error = %error, "a sign-in was refused"),
    }
    redirect(&format!("/login?error={}", error.code()))
}

/// Sends somebody to the issuer.
pub(crate) async fn start(
    identity: &Identity,
    provider: &str,
    return_to: Option<&str>,
    client: &Client,
) -> Response {
    match depart(identity, provider, own_path(return_to), client).await {
        Ok(response) => response,
        Err(error) => refused(provider, &error),
    }
}

async fn depart(
    identity: &Identity,
    id: &str,
    return_to: &str,
    client: &Client,
) -> Result<Response, Refused> {
    let (issuer, provider) = identity.issuers().provider(id)?;
    let discovery = issuer.discovery(identity).await?;
    let browser = kit::ids::random_token();
    let journey = Journey {
        provider: id.to_owned(),
        nonce: kit::ids::random_token(),
        verifier: kit::ids::random_token(),
        browser: sha256(browser.as_bytes()),
        redirect_uri: format!("{}{COOKIE_PATH}/{id}/callback", client.origin),
        return_to: return_to.to_owned(),
    };
    let state = challenges::ask(identity, (Kind::Oidc, None), &journey, PATIENCE).await?;
    let challenge = URL_SAFE_NO_PAD.encode(sha256(journey.verifier.as_bytes()));
    let scopes = provider.scopes.join(" ");
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", &journey.redirect_uri),
        ("scope", &scopes),
        ("state", &state),
        ("nonce", &journey.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let endpoint = &discovery.authorization_endpoint;
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    let name = cookie_name(&state);
    let cookie = cookies::cookie(&name, &browser, COOKIE_PATH, PATIENCE, client.secure);
    let response = redirect(&format!("{endpoint}{joint}{query}"));
    Ok((AppendHeaders(cookie), response).into_response())
}

/// Takes somebody in who comes back.
pub(crate) async fn finish(
    identity: &Identity,
    provider: &str,
    callback: &Callback,
    headers: &HeaderMap,
    client: &Client,
) -> Response {
    let response = match arrive(identity, provider, callback, headers, client).await {
        Ok(response) => response,
        Err(error) => {
            note_failure(identity, provider, &error, client).await;
            refused(provider, &error)
        }
    };
    let name = cookie_name(callback.state.as_deref().unwrap_or_default());
    let gone = cookies::cookie(&name, "", COOKIE_PATH, Duration::ZERO, client.secure);
    (AppendHeaders(gone), response).into_response()
}

async fn note_failure(identity: &Identity, provider: &str, error: &Refused, client: &Client) {
    let actor = Actor {
        workspace: None,
        user: None,
        address: client.address,
    };
    let details = json!({ "by": format!("oidc:{provider}"), "reason": error.code() });
    let written = async {
        let tx = identity.db().write().await?;
        audit(&tx, actor, "auth.login_failed", "account", &details).await?;
        tx.commit().await
    };
    if let Err(error) = written.await {
        tracing::error!(error = %error, "a refused sign-in could not be noted");
    }
}

/// The journey that ends here: of this provider, begun in this browser, and not ended before.
async fn journey(
    identity: &Identity,
    id: &str,
    callback: &Callback,
    headers: &HeaderMap,
) -> Result<Journey, Refused> {
    let state = callback.state.as_deref().ok_or(Refused::State)?;
    let cookie = cookies::read(headers, &cookie_name(state)).ok_or(Refused::State)?;
    // Another browser's must not use up what it cannot have: it is looked at before it is taken.
    let found = challenges::find::<Journey>(identity, Kind::Oidc, state)
        .await?
        .ok_or(Refused::State)?;
    let fits = same_secret(&sha256(cookie.as_bytes()), &found.body.browser) && found.body.provider == id;
    if fits && found.close(identity).await? {
        Ok(found.body)
    } else {
        Err(Refused::State)
    }
}

async fn arrive(
    identity: &Identity,
    id: &str,
    callback: &Callback,
    headers: &HeaderMap,
    client: &Client,
) -> Result<Response, Refused> {
    let (issuer, provider) = identity.issuers().provider(id)?;
    let journey = journey(identity, id, callback, headers).await?;
    // An answer of another issuer, sent here to be mixed up (RFC 9207).
    if callback.iss.as_deref().is_some_and(|iss| iss != issuer.name()) {
        return Err(Refused::Token("another issuer answered"));
    }
    if callback.error.is_some() {
        return Err(Refused::Denied);
    }
    let code = callback.code.as_deref().ok_or(Refused::Denied)?;
    let discovery = issuer.discovery(identity).await?;
    let way = (code, journey.redirect_uri.as_str(), journey.verifier.as_str());
    let tokens = trade(identity, (&issuer, &provider), &discovery, way).await?;
    let mut claims = issuer
        .verify(identity, &tokens.id_token, &signature::all())
        .await?;
    let names = (issuer.name(), provider.client_id.as_str());
    check_id_token(&claims, names, &journey.nonce, identity.now())?;
    if person(&claims, &provider.people)?.email.is_none() {
        let token = tokens.access_token.as_deref();
        claims = complete(identity, &issuer, &discovery, token, claims).await?;
    }
    let house = House::of_provider(identity, &provider);
    let user = enter(
        identity,
        &house,
        &person(&claims, &provider.people)?,
        client.address,
    )
    .await?;
    if second_factor::is_asked_of(identity, user).await? {
        let challenge = second_factor::ask(identity, user, &house.store_id).await?;
        let return_to = form(&[("challenge", &challenge), ("return_to", &journey.return_to)]);
        return Ok(redirect(&format!("/login#{return_to}")));
    }
    let signed_in = sessions::sign_in(identity, user, &house.store_id, client).await?;
    Ok(signed_in.redirect(redirect(&journey.return_to)))
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for own in ["/", "/threads/1?a=b#c", "/login"] {
            assert_eq!(own_path(Some(own)), own);
        }
        for other in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\r\nset-cookie: x",
            "/a b",
            "/ä",
            "javascript:alert(1)",
            "/api/v1/auth/logout",
        ] {
            assert_eq!(own_path(Some(other)), "/", "{other}");
        }
        assert_eq!(own_path(None), "/");
    }
}
