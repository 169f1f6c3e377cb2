//! API tokens and their scopes, on both surfaces; settings on several devices; repeated requests.

use http::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{PASSWORD, login, text, with};
use crate::support::{Client, TestApp, standin};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn token(app: &TestApp, person: &Client, scopes: &Value) -> Client {
    let body = json!({ "name": "a program", "scopes": scopes });
    let made = person.post("/api/v1/tokens", &body).await;
    made.expect(201);
    with(app, text(&made.data()["token"]))
}

#[tokio::test]
async fn scopes_hold_on_both_surfaces() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let question = json!({ "model": "openai/mock", "messages": [{ "role": "user", "content": "Hi" }] });
    // For each: what it may, in the order read, write, administer, ask.
    for (scopes, may) in [
        (json!(["ai"]), [false, false, false, true]),
        (json!(["read"]), [true, false, false, false]),
        (json!(["write"]), [false, true, false, false]),
        (json!(["read", "write"]), [true, true, false, false]),
        (json!(["admin"]), [true, true, true, false]),
        (json!(["ai", "read", "write", "admin"]), [true, true, true, true]),
    ] {
        let program = token(&app, &ann, &scopes).await;
        let done = [
            program.get("/api/v1/threads").await,
            program.post("/api/v1/threads", &json!({})).await,
            program.patch("/api/v1/workspace", &json!({ "name": "N" })).await,
            program.post("/v1/chat/completions", &question).await,
        ];
        let got: Vec<bool> = done.iter().map(|answer| answer.status.is_success()).collect();
        assert_eq!(got, may, "{scopes}");
        for refused in done.iter().take(3).filter(|a| !a.status.is_success()) {
            refused.expect_error(403, "FORBIDDEN");
        }
        assert!(done[3].status == 200 || done[3].status == 403);
        // How somebody signs in is no matter for programs, whatever their scopes.
        for (path, body) in [
            ("/api/v1/tokens", json!({ "name": "more" })),
            (
                "/api/v1/auth/password",
                json!({ "current_password": PASSWORD, "new_password": "a better long one" }),
            ),
            ("/api/v1/auth/logout-everywhere", json!({})),
        ] {
            program.post(path, &body).await.expect_error(403, "FORBIDDEN");
        }
    }
    ann.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_revoked_token_is_dead_at_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let made = ann
        .post(
            "/api/v1/tokens",
            &json!({ "name": "t", "scopes": ["read", "ai"] }),
        )
        .await;
    made.expect(201);
    let secret = text(&made.data()["token"]).to_owned();
    let id = text(&made.data()["id"]).to_owned();
    let program = with(&app, &secret);
    program.get("/api/v1/threads").await.expect(200);
    program.get("/v1/models").await.expect(200);
    let listed = ann.get("/api/v1/tokens").await;
    assert!(!listed.text().contains(&secret), "it is shown once");
    let bob = app.person("bob").await;
    bob.delete(&format!("/api/v1/tokens/{id}"))
        .await
        .expect_error(404, "NOT_FOUND");
    program.get("/api/v1/threads").await.expect(200);
    ann.delete(&format!("/api/v1/tokens/{id}")).await.expect(200);
    program
        .get("/api/v1/threads")
        .await
        .expect_error(401, "UNAUTHORIZED");
    let refused = program.get("/v1/models").await;
    refused.expect(401);
    assert_eq!(refused.json()["error"]["code"], "invalid_api_key");
    ann.delete(&format!("/api/v1/tokens/{id}"))
        .await
        .expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn settings_of_two_devices_meet() {
    let app = TestApp::start().await;
    let laptop = app.person("ann").await;
    let phone = login(&app, "ann").await;
    let put = |values: Value, at: &str| json!({ "values": values, "updated_at": { "theme": at } });
    laptop
        .patch(
            "/api/v1/settings",
            &put(json!({ "theme": "dark" }), "2026-01-02T00:00:00Z"),
        )
        .await
        .expect(200);
    // The phone was offline and comes late with something older.
    let answer = phone
        .patch(
            "/api/v1/settings",
            &put(json!({ "theme": "light" }), "2026-01-01T00:00:00Z"),
        )
        .await;
    assert_eq!(answer.data()["values"]["theme"], "dark");
    phone
        .patch(
            "/api/v1/settings",
            &put(json!({ "theme": "light" }), "2026-01-03T00:00:00Z"),
        )
        .await
        .expect(200);
    assert_eq!(
        laptop.get("/api/v1/settings").await.data()["values"]["theme"],
        "light"
    );
    assert_eq!(
        laptop.get("/api/v1/auth/me").await.data()["settings"]["theme"],
        "light"
    );
    let bob = app.person("bob").await;
    assert_eq!(bob.get("/api/v1/settings").await.data()["values"], json!({}));
    let at_once = (0..12).map(|n| {
        let device = if n % 2 == 0 { laptop.clone() } else { phone.clone() };
        async move {
            let values = json!({ "values": { format!("k{n}"): n } });
            device.patch("/api/v1/settings", &values).await.expect(200);
        }
    });
    futures::future::join_all(at_once).await;
    let all = laptop.get("/api/v1/settings").await.data();
    assert_eq!(all["values"].as_object().unwrap().len(), 13);
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let keyed = [("idempotency-key", "the-same"), JSON];
    let body = json!({ "title": "Once" }).to_string();
    let post = |who: &Client, path: &'static str, body: String| {
        let who = who.clone();
        async move { who.send(Method::POST, path, &keyed, body).await }
    };
    // All at once, then again: one thread, one answer.
    let many = (0..6).map(|_| post(&ann, "/api/v1/threads", body.clone()));
    let many = futures::future::join_all(many).await;
    assert!(many.iter().all(|a| a.status == 201 || a.status == 409));
    let first = post(&ann, "/api/v1/threads", body.clone()).await;
    first.expect(201);
    assert_eq!(first.headers["idempotent-replayed"], "true");
    for answer in many.iter().filter(|a| a.status == 201) {
        assert_eq!(answer.bytes, first.bytes);
    }
    assert_eq!(
        ann.get("/api/v1/threads").await.data().as_array().unwrap().len(),
        1
    );
    let other = json!({ "title": "Twice" }).to_string();
    post(&ann, "/api/v1/threads", other.clone())
        .await
        .expect_error(409, "CONFLICT");
    // The key is the caller's, and the call's.
    let bobs = post(&bob, "/api/v1/threads", body).await;
    bobs.expect(201);
    assert_ne!(bobs.bytes, first.bytes);
    post(&ann, "/api/v1/assistants", json!({ "name": "A" }).to_string())
        .await
        .expect(201);
    // A path that leads nowhere is not remembered, however long it is.
    let nowhere: String = (0..600).map(|n| (n * n % 997).to_string()).collect();
    let path = format!("/api/v1/invitations/{nowhere}/accept");
    let answer = ann.send(Method::POST, &path, &keyed, "{}").await;
    answer.expect_error(404, "NOT_FOUND");
    for bad in ["", "a b", "ä", &"k".repeat(256)] {
        let answer = ann
            .send(
                Method::POST,
                "/api/v1/threads",
                &[("idempotency-key", bad), JSON],
                other.clone(),
            )
            .await;
        answer.expect_error(422, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn a_lost_sign_in_can_be_repeated_with_its_cookies() {
    let app = TestApp::start().await;
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "full_name": "Ann" });
    let headers = [("idempotency-key", "first-run"), ("x-csrf", "1")];
    let mut lost = Browser::new(&app);
    lost.send(Method::POST, "/api/v1/auth/register", &headers, Some(&body))
        .await
        .expect(201);
    let mut again = Browser::new(&app);
    again
        .send(Method::POST, "/api/v1/auth/register", &headers, Some(&body))
        .await
        .expect(201);
    assert_eq!(lost.cookies, again.cookies);
    again.get("/api/v1/auth/me").await.expect(200);
    let mut thief = Browser::new(&app);
    let guess = json!({ "email": "ann@example.org", "password": "not the password", "full_name": "Ann" });
    thief
        .send(Method::POST, "/api/v1/auth/register", &headers, Some(&guess))
        .await
        .expect_error(409, "CONFLICT");
    assert!(thief.cookies.is_empty());
}
