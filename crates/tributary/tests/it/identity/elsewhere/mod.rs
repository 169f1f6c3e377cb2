//! People who are known elsewhere: an issuer inside the test that can be told to lie, and a real provider.

mod attacks;
mod bearers;
mod issuer;
mod linking;
mod provider;

use identity::oidc::{Provider, TrustedIssuer};
use serde_json::{Value, json};

use super::browser::Browser;
use crate::support::{Answer, TestApp};
use issuer::Issuer;

/// The configuration of an issuer, changed.
fn provider(issuer: &Issuer, change: Value) -> Provider {
    serde_json::from_value(merged(
        json!({
            "id": "house", "name": "House", "issuer": issuer.base(), "client_id": "tributary",
            "client_secret": "a secret of two", "private_network": true,
        }),
        change,
    ))
    .unwrap()
}

fn trusted(issuer: &Issuer, change: Value) -> TrustedIssuer {
    serde_json::from_value(merged(
        json!({ "id": "house", "issuer": issuer.base(), "audience": ["api"], "private_network": true }),
        change,
    ))
    .unwrap()
}

fn merged(mut value: Value, change: Value) -> Value {
    for (name, new) in change.as_object().into_iter().flatten() {
        value[name.as_str()] = new.clone();
    }
    value
}

/// A server with the issuer as its provider, and whose first account is the operator's.
async fn house(issuer: &Issuer, change: Value) -> TestApp {
    let app = TestApp::with(|c| c.identity.oidc = vec![provider(issuer, change)]).await;
    app.person("operator").await;
    app
}

/// What was sent along to the issuer.
struct Journey {
    asked: Vec<(String, String)>,
}

impl Journey {
    /// Sets out from a browser.
    async fn begin(browser: &mut Browser) -> Self {
        Self::begin_to(browser, "/threads/new").await
    }

    async fn begin_to(browser: &mut Browser, return_to: &str) -> Self {
        let path = format!("/api/v1/auth/oidc/house/start?return_to={return_to}");
        let answer = browser.get(&path).await;
        answer.expect(302);
        Self {
            asked: query(location(&answer)),
        }
    }

    fn asked(&self, name: &str) -> &str {
        let found = self.asked.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// Comes back with a code for these claims.
    async fn end(&self, browser: &mut Browser, issuer: &Issuer, claims: &Value) -> Answer {
        let token = issuer.sign(claims);
        self.end_with(browser, issuer, &token).await
    }

    async fn end_with(&self, browser: &mut Browser, issuer: &Issuer, token: &str) -> Answer {
        let code = issuer.code_for(token, self.asked("code_challenge"));
        browser.get(&self.way_back(&code)).await
    }

    fn way_back(&self, code: &str) -> String {
        let state = self.asked("state");
        format!("/api/v1/auth/oidc/house/callback?code={code}&state={state}")
    }

    /// What a genuine token claims.
    fn claims(&self, issuer: &Issuer, app: &TestApp, name: &str) -> Value {
        let now = app.clock.now().seconds();
        json!({
            "iss": issuer.base(), "aud": "tributary", "sub": format!("sub-{name}"), "iat": now, "exp": now + 300,
            "nonce": self.asked("nonce"), "email": format!("{name}@example.org"), "email_verified": true,
            "name": name,
        })
    }
}

fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

fn query(address: &str) -> Vec<(String, String)> {
    let (_, query) = address.split_once('?').unwrap();
    let unescaped = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, more)) = rest.split_first() {
            if *first == b'%' {
                let digits = std::str::from_utf8(&more[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &more[2..];
            } else {
                bytes.push(*first);
                rest = more;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), unescaped(value)))
        .collect()
}

/// Signs somebody in by the issuer.
async fn signed_in(app: &TestApp, issuer: &Issuer, name: &str, change: Value) -> Browser {
    let mut browser = Browser::new(app);
    let journey = Journey::begin(&mut browser).await;
    let claims = merged(journey.claims(issuer, app, name), change);
    let answer = journey.end(&mut browser, issuer, &claims).await;
    answer.expect(302);
    assert_eq!(location(&answer), "/threads/new");
    browser
}
