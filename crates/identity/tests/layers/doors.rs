//! The doors: who is let in, from where, and how often.

use http::StatusCode;
use identity::IdentityConfig;
use serde_json::json;

use crate::support::{app, register};

#[tokio::test]
async fn closed_is_the_rule() {
    let app = app(IdentityConfig::default()).await;
    for (path, status) in [
        ("/", 200),
        ("/some/page", 200),
        ("/api/v1/auth/me", 401),
        ("/api/v1/nowhere", 401),
        ("/api", 401),
        ("/v1/models", 401),
    ] {
        assert_eq!(app.call("GET", path, &[], None).await.status, status, "{path}");
    }
    let openai = app.call("GET", "/v1/models", &[], None).await;
    assert_eq!(openai.body["error"]["code"], "invalid_api_key");
}

#[tokio::test]
async fn writes_by_cookie_are_guarded() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let status = async |more: &[(&str, &str)]| ada.by_cookie("PATCH", "/auth/me", more).await.status;
    assert_eq!(ada.by_cookie("GET", "/auth/me", &[]).await.status, 200);
    assert_eq!(status(&[]).await, 403);
    assert_eq!(status(&[("x-csrf", "")]).await, 403);
    assert_eq!(status(&[("x-csrf", "1")]).await, 200);
    assert_eq!(
        status(&[("x-csrf", "1"), ("origin", "http://127.0.0.1:8080")]).await,
        200
    );
    assert_eq!(
        status(&[("x-csrf", "1"), ("origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(status(&[("x-csrf", "1"), ("origin", "null")]).await, 403);
    assert_eq!(
        status(&[("x-csrf", "1"), ("sec-fetch-site", "cross-site")]).await,
        403
    );
    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let foreign = [("origin".to_owned(), "https://evil.example".to_owned())];
    let answer = app
        .call("POST", "/api/v1/auth/login", &foreign, Some(login))
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn attempts_and_requests_are_limited() {
    let mut config = IdentityConfig::default();
    config.limits.requests = 3;
    let app = app(config).await;
    let ada = register(&app, "a@example.org").await;
    for left in [2, 1, 0] {
        let answer = ada.get("/auth/me").await;
        assert_eq!(answer.headers["ratelimit-remaining"], left.to_string().as_str());
        assert_eq!(answer.status, 200);
    }
    let refused = ada.get("/auth/me").await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
    );
    assert!(refused.headers.contains_key("retry-after") && refused.headers["ratelimit-limit"] == "3");
    assert_eq!(ada.get("/workspace").await.status, 200, "another endpoint");

    let login = async |password: &str| {
        let body = json!({"email": "a@example.org", "password": password});
        app.open("POST", "/api/v1/auth/login", body).await.status
    };
    for _ in 0..9 {
        assert_eq!(login("wrong wrong").await, 401);
    }
    assert_eq!(login("correct horse").await, 200, "success forgets");
    for _ in 0..10 {
        assert_eq!(login("wrong wrong").await, 401);
    }
    assert_eq!(login("correct horse").await, 429);
    app.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(login("correct horse").await, 200);
}
