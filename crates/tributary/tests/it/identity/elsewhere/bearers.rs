//! Access tokens of a trusted issuer at the API.

use std::time::Duration;

use kit::clock::{Clock, Timestamp};
use serde_json::{Value, json};

use super::issuer::Issuer;
use super::{merged, trusted};
use crate::support::{Client, TestApp};

const START: Timestamp = Timestamp(1_800_000_000_000_000);

async fn app(issuer: &Issuer, change: Value) -> TestApp {
    let change = trusted(issuer, change);
    let app = TestApp::with_clock(Clock::fixed(START), |c| c.identity.trusted_issuers = vec![change]).await;
    app.person("operator").await;
    app
}

fn claims(issuer: &Issuer, name: &str) -> Value {
    json!({
        "iss": issuer.base(), "aud": "api", "sub": format!("sub-{name}"), "exp": START.seconds() + 300,
        "email": format!("{name}@example.org"), "email_verified": true, "name": name,
    })
}

fn with(app: &TestApp, issuer: &Issuer, claims: &Value) -> Client {
    let mut client = app.client();
    client.bearer(&issuer.sign(claims));
    client
}

#[tokio::test]
async fn a_person_is_there_at_first_sight() {
    let issuer = Issuer::start().await;
    let app = app(&issuer, json!({ "sign_up": true })).await;
    let bob = with(&app, &issuer, &claims(&issuer, "bob"));
    let me = bob.get("/api/v1/auth/me").await.data();
    assert_eq!(me["user"]["email"], "bob@example.org");
    bob.post("/api/v1/threads", &json!({ "title": "x" }))
        .await
        .expect(201);
    assert_eq!(
        bob.get("/api/v1/threads").await.data().as_array().unwrap().len(),
        1
    );
    // Another token is the same person.
    let again = with(
        &app,
        &issuer,
        &merged(claims(&issuer, "bob"), json!({ "jti": "2" })),
    );
    assert_eq!(again.get("/api/v1/auth/me").await.data()["user"], me["user"]);
    // It changes nothing of how somebody signs in, and administers nothing.
    bob.get("/api/v1/me/security")
        .await
        .expect_error(403, "FORBIDDEN");
    let body = json!({ "email": "x@example.org", "role": "owner" });
    bob.post("/api/v1/members", &body)
        .await
        .expect_error(403, "FORBIDDEN");
    app.clock.advance(Duration::from_secs(361));
    bob.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn an_administrator_is_one_by_these_tokens_only_where_a_group_says_so() {
    let issuer = Issuer::start().await;
    let app = app(&issuer, json!({ "admin_groups": ["operators"] })).await;
    let operator = app.signed_in("operator").await;
    let plain = with(&app, &issuer, &claims(&issuer, "operator"));
    let path = "/api/v1/members";
    plain.get("/api/v1/auth/me").await.expect(200);
    let body = json!({ "email": "x@example.org", "role": "member" });
    plain.post(path, &body).await.expect_error(403, "FORBIDDEN");
    let permissions = plain.get("/api/v1/auth/me").await.data()["permissions"].to_string();
    assert!(!permissions.contains("instance.administer"), "{permissions}");
    let mapped = merged(claims(&issuer, "operator"), json!({ "groups": ["operators"] }));
    let mapped = with(&app, &issuer, &mapped);
    let permissions = mapped.get("/api/v1/auth/me").await.data()["permissions"].to_string();
    assert!(permissions.contains("instance.administer"), "{permissions}");
    operator.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_token_that_only_looks_like_one_is_none() {
    let issuer = Issuer::start().await;
    let app = app(
        &issuer,
        json!({ "sign_up": true, "required_claims": { "token_use": "access" } }),
    )
    .await;
    let good = merged(claims(&issuer, "bob"), json!({ "token_use": "access" }));
    with(&app, &issuer, &good)
        .get("/api/v1/auth/me")
        .await
        .expect(200);
    for change in [
        json!({ "aud": "other" }),
        json!({ "aud": null }),
        json!({ "exp": START.seconds() - 61 }),
        json!({ "exp": null }),
        json!({ "nbf": START.seconds() + 120 }),
        json!({ "token_use": "id" }),
        json!({ "sub": null }),
        json!({ "sub": "somebody new", "email": null }),
        json!({ "sub": "somebody new", "email": "new@example.org", "email_verified": false }),
    ] {
        let client = with(&app, &issuer, &merged(good.clone(), change.clone()));
        let answer = client.get("/api/v1/auth/me").await;
        assert_eq!(answer.status, 401, "{change}");
    }
    let public = issuer.public_key().to_string();
    for (head, secret) in [
        (json!({ "alg": "none" }), None),
        (json!({ "alg": "HS256", "kid": "first" }), Some(public.as_bytes())),
        (json!({ "alg": "ES256", "kid": "first" }), Some(&b"x"[..])),
        (json!({ "alg": "EdDSA", "kid": "first" }), Some(&b"x"[..])),
    ] {
        let mut client = app.client();
        client.bearer(&issuer.forge(&head, &good, secret));
        client
            .get("/api/v1/auth/me")
            .await
            .expect_error(401, "UNAUTHORIZED");
    }
    // Another issuer's tokens, and a house that cannot be asked.
    let other = Issuer::start().await;
    with(&app, &other, &claims(&other, "bob"))
        .get("/api/v1/auth/me")
        .await
        .expect(401);
    app.clock.advance(Duration::from_secs(20));
    issuer.rotate("second");
    issuer.be_down(true);
    let client = with(&app, &issuer, &merged(good, json!({ "jti": "3" })));
    client
        .get("/api/v1/auth/me")
        .await
        .expect_error(503, "UNAVAILABLE");
}

#[tokio::test]
async fn tokens_that_may_only_read_only_read() {
    let issuer = Issuer::start().await;
    let app = app(&issuer, json!({ "read_only": true })).await;
    let reader = with(&app, &issuer, &claims(&issuer, "operator"));
    reader.get("/api/v1/threads").await.expect(200);
    reader
        .post("/api/v1/threads", &json!({ "title": "x" }))
        .await
        .expect_error(403, "FORBIDDEN");
    let stranger = with(&app, &issuer, &claims(&issuer, "stranger"));
    stranger
        .get("/api/v1/threads")
        .await
        .expect_error(401, "UNAUTHORIZED");
}
