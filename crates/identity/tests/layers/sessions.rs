//! Sessions: refresh tokens that are good once, and access tokens that run out.

use identity::IdentityConfig;
use serde_json::json;

use crate::support::{app, person, register};

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let app = app(IdentityConfig::default()).await;
    let first = register(&app, "a@example.org").await;
    let csrf = [("x-csrf", "1")];
    assert_eq!(first.by_cookie("POST", "/auth/refresh", &[]).await.status, 403);
    let answer = first.by_cookie("POST", "/auth/refresh", &csrf).await;
    let second = person(&app, &answer);
    assert_eq!(second.get("/auth/me").await.status, 200);
    assert_ne!(first.cookies, second.cookies);
    let stolen = first.by_cookie("POST", "/auth/refresh", &csrf).await;
    assert_eq!(stolen.status, 401);
    assert_eq!(second.get("/auth/me").await.status, 401, "the whole family ends");
    assert_eq!(second.by_cookie("POST", "/auth/refresh", &csrf).await.status, 401);

    let login = json!({"email": "a@example.org", "password": "correct horse"});
    let again = person(&app, &app.open("POST", "/api/v1/auth/login", login).await);
    let trail = again.get("/admin/audit?action=auth.refresh_reused").await;
    assert_eq!(trail.data().as_array().unwrap().len(), 1);

    let (one, two) = tokio::join!(
        again.by_cookie("POST", "/auth/refresh", &csrf),
        again.by_cookie("POST", "/auth/refresh", &csrf)
    );
    let won = [&one, &two].iter().filter(|a| a.status == 200).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn tokens_expire_and_sessions_go_on() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    assert_eq!(ada.get("/auth/me").await.status, 200);
    app.clock.advance(std::time::Duration::from_mins(15));
    assert_eq!(ada.get("/auth/me").await.status, 401);
    let answer = ada.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")]).await;
    let ada = person(&app, &answer);
    assert_eq!(ada.get("/auth/me").await.status, 200);
    app.clock.advance(std::time::Duration::from_hours(24 * 30));
    assert_eq!(
        ada.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")])
            .await
            .status,
        401
    );
}
