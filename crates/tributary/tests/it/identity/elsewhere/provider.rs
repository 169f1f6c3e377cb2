//! Sign-in with a real provider (npm `oidc-provider`), through its own pages.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use http::Method;
use serde_json::json;

use super::super::browser::{Browser, set_cookies};
use super::location;
use crate::support::{Answer, Client, TestApp};

/// The provider's process; it ends with its standard input, that is with the test.
struct RealProvider {
    issuer: String,
    process: Child,
    /// Kept open: what the provider says later must not break it.
    _said: BufReader<ChildStdout>,
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts it; none, with the reason printed, where node or the package is missing.
fn start(redirect_uri: &str) -> Option<RealProvider> {
    let web = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../web");
    if !web.join("node_modules/oidc-provider").exists() {
        eprintln!("NOT RUN: web/node_modules has no oidc-provider (npm ci in web/)");
        return None;
    }
    let started = Command::new("node")
        .args(["tests/oidc/provider.mjs", redirect_uri])
        .current_dir(web)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut process = match started {
        Ok(process) => process,
        Err(error) => {
            eprintln!("NOT RUN: node cannot be started: {error}");
            return None;
        }
    };
    let mut issuer = String::new();
    let out = process.stdout.take().unwrap();
    let mut said = BufReader::new(out);
    said.read_line(&mut issuer).unwrap();
    assert!(issuer.starts_with("http"), "the provider did not start");
    Some(RealProvider {
        issuer: issuer.trim().to_owned(),
        process,
        _said: said,
    })
}

/// A browser at the provider: it keeps cookies and follows redirects as long as they stay there.
struct Guest {
    client: Client,
    base: String,
    cookies: std::collections::BTreeMap<String, String>,
}

impl Guest {
    async fn send(&mut self, method: Method, address: &str, body: &str) -> Answer {
        let path = address.strip_prefix(&self.base).unwrap_or(address).to_owned();
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let headers = [
            ("cookie", cookies.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = self.client.send(method, &path, &headers, body.to_owned()).await;
        for cookie in set_cookies(&answer) {
            if cookie["value"].is_empty() {
                self.cookies.remove(&cookie["name"]);
            } else {
                self.cookies
                    .insert(cookie["name"].clone(), cookie["value"].clone());
            }
        }
        answer
    }

    /// Reads until a page, or until the way leads elsewhere.
    async fn follow(&mut self, address: &str) -> Result<(String, String), String> {
        let mut address = address.to_owned();
        for _ in 0..10 {
            let answer = self.send(Method::GET, &address, "").await;
            if !answer.status.is_redirection() {
                return Ok((address, String::from_utf8_lossy(&answer.bytes).into_owned()));
            }
            address = location(&answer).to_owned();
            if !address.starts_with('/') && !address.starts_with(&self.base) {
                return Err(address);
            }
        }
        panic!("the provider goes in circles");
    }

    /// Signs in and consents; answers where it leads back to.
    async fn sign_in(&mut self, address: &str, name: &str) -> String {
        let mut next = address.to_owned();
        for _ in 0..4 {
            let (_, page) = match self.follow(&next).await {
                Ok(found) => found,
                Err(away) => return away,
            };
            let (_, form) = page
                .split_once("action=\"")
                .unwrap_or_else(|| panic!("no form: {page}"));
            let (action, _) = form.split_once('"').unwrap();
            let body = if page.contains("name=\"login\"") {
                format!("prompt=login&login={name}&password=x")
            } else {
                "prompt=consent".to_owned()
            };
            let answer = self.send(Method::POST, action, &body).await;
            assert!(answer.status.is_redirection(), "{}", answer.status);
            next = location(&answer).to_owned();
        }
        panic!("the provider never leads back");
    }
}

#[tokio::test]
async fn people_sign_in_with_a_real_provider() {
    // The provider wants to know beforehand where people come back to.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let back = format!("http://127.0.0.1:{port}/api/v1/auth/oidc/real/callback");
    let Some(provider) = start(&back) else { return };
    let configured = serde_json::from_value(json!({
        "id": "real", "name": "Real", "issuer": provider.issuer, "client_id": "tributary",
        "client_secret": "a secret of two & more", "scopes": ["openid", "email", "profile"],
        "private_network": true,
    }))
    .unwrap();
    let app = TestApp::with(|c| {
        c.listen.set_port(port);
        c.identity.oidc = vec![configured];
    })
    .await;
    app.person("operator").await;
    for (name, end) in [
        ("ann", "/threads/new"),
        ("ann", "/threads/new"),
        ("mallory", "/login?error=OIDC_EMAIL_UNVERIFIED"),
    ] {
        let mut browser = Browser::new(&app);
        let mut guest = Guest {
            client: Client::new(&provider.issuer),
            base: provider.issuer.clone(),
            cookies: std::collections::BTreeMap::new(),
        };
        let path = "/api/v1/auth/oidc/real/start?return_to=/threads/new";
        let answer = browser.get(path).await;
        let away = guest.sign_in(location(&answer), name).await;
        let path = away
            .strip_prefix(&app.base())
            .unwrap_or_else(|| panic!("elsewhere: {away}"));
        let answer = browser.get(path).await;
        assert_eq!(location(&answer), end, "{name}");
        if end.starts_with("/threads") {
            let me = browser.get("/api/v1/auth/me").await.data();
            assert_eq!(me["user"]["email"], "ann@example.org");
            assert_eq!(me["user"]["full_name"], "ann of the house");
        }
        // Nobody comes back twice by the same way.
        let answer = browser.get(path).await;
        assert_eq!(location(&answer), "/login?error=OIDC_STATE");
    }
}
