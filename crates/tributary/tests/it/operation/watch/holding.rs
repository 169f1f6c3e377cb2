//! What the house does by itself where it may, and how it is taken back.

use http::Method;
use kit::measure::Name;
use serde_json::{Value, json};
use tributary::config::PrivateNetworks;

use super::{alerts, id, set_rule, workspace};
use crate::support::{Client, TestApp, standin};

/// Signs in from an address and with a browser; answers a client with that session.
async fn from(app: &TestApp, address: &str, agent: &str) -> Client {
    let body = json!({ "email": "ann@example.org", "password": "a good long password" }).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", address),
        ("user-agent", agent),
    ];
    let answer = app
        .client()
        .send(Method::POST, "/api/v1/auth/login", &headers, body)
        .await;
    answer.expect(200);
    let mut client = app.client();
    client.bearer(answer.data()["access_token"].as_str().unwrap());
    client
}

async fn undo(admin: &Client, alert: &Value) -> Value {
    let response = &alert["responses"][0];
    assert_eq!(response["state"], "active", "{alert}");
    let path = format!(
        "/api/v1/admin/alerts/{}/responses/{}/undo",
        id(&alert["id"]),
        id(&response["id"])
    );
    let undone = admin.post(&path, &json!({})).await;
    undone.expect(200);
    assert_eq!(undone.data()["responses"][0]["state"], "undone");
    admin.post(&path, &json!({})).await.expect_error(409, "CONFLICT");
    undone.data()
}

#[tokio::test]
async fn a_session_from_a_new_place_is_locked_and_let_in_again() {
    let app = TestApp::with(|config| config.http.trusted_proxy = true).await;
    let ann = app.person("ann").await;
    set_rule(
        &ann,
        json!({ "kind": "new_place", "respond": true, "threshold": 3.0 }),
    )
    .await;
    let usual = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let newer = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
    for address in ["203.0.113.4", "203.0.113.5", "203.0.113.6"] {
        from(&app, address, usual).await;
    }
    let here = from(&app, "203.0.113.77", newer).await;
    app.ops().minute().await;
    assert!(
        alerts(&here, "new_place").await.is_empty(),
        "the same network, a newer browser"
    );
    let there = from(&app, "198.51.100.9", "curl/8").await;
    there.get("/api/v1/auth/me").await.expect(200);
    app.ops().minute().await;
    there
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    here.get("/api/v1/auth/me").await.expect(200);
    let found = alerts(&here, "new_place").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["severity"], "warning");
    assert!(
        found[0]["explanation"]
            .as_str()
            .unwrap()
            .contains("198.51.100.0/24"),
        "{found:?}"
    );
    assert_eq!(found[0]["responses"][0]["kind"], "lock_session");
    undo(&here, &found[0]).await;
    there.get("/api/v1/auth/me").await.expect(200);
    let trail = here.get("/api/v1/admin/audit?action=alert.").await.data();
    let actions: Vec<&str> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    assert!(
        actions.contains(&"alert.response") && actions.contains(&"alert.response_undone"),
        "{actions:?}"
    );
}

#[tokio::test]
async fn a_provider_that_fails_is_taken_out_of_use_until_it_is_settled() {
    let app = TestApp::with(|config| {
        config.chat.titles_by_model = false;
        config.ai.private_networks = PrivateNetworks::Everybody;
    })
    .await;
    let standin = standin().await;
    let ann = app.person_with_models("ann", &standin).await;
    set_rule(&ann, json!({ "kind": "provider_outage", "respond": true })).await;
    let thread = ann.thread().await;
    ann.ask(&thread, "Hello", "openai/mock").await.expect(201);
    app.ops().minute().await;
    assert!(alerts(&ann, "provider_outage").await.is_empty());
    let tenant = workspace(&ann).await.to_string();
    for _ in 0..9 {
        app.db()
            .recorder()
            .count(Name::ModelAttempts, &["openai", "failed", &tenant]);
    }
    app.ops().minute().await;
    let found = alerts(&ann, "provider_outage").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["responses"][0]["kind"], "open_breaker");
    let before = standin.seen().len();
    let body = json!({ "model": "openai/mock", "messages": [{ "role": "user", "content": "Hi" }] });
    let refused = ann.post("/v1/chat/completions", &body).await;
    assert!(!refused.status.is_success(), "{}", refused.text());
    assert_eq!(standin.seen().len(), before, "it was not asked");
    // Another workspace is not concerned.
    let bob = app.person_with_models("bob", &standin).await;
    bob.post("/v1/chat/completions", &body).await.expect(200);
    let path = format!("/api/v1/admin/alerts/{}/resolve", id(&found[0]["id"]));
    let settled = ann.post(&path, &json!({})).await;
    settled.expect(200);
    assert_eq!(settled.data()["responses"][0]["state"], "undone");
    ann.post("/v1/chat/completions", &body).await.expect(200);
}

#[tokio::test]
async fn a_token_out_of_character_is_slowed_down_and_let_go() {
    use std::time::Duration;
    let clock = super::noon();
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    set_rule(&ann, json!({ "kind": "token_use", "respond": true })).await;
    let made = ann.post("/api/v1/tokens", &json!({ "name": "robot" })).await;
    made.expect(201);
    let (token, tenant) = (
        made.data()["id"].as_str().unwrap().to_owned(),
        workspace(&ann).await.to_string(),
    );
    let mut robot = app.client();
    robot.bearer(made.data()["token"].as_str().unwrap());
    let used = |times: u32| {
        for _ in 0..times {
            app.db().recorder().count(Name::TokenRequests, &[&tenant, &token]);
        }
    };
    for _ in 0..10 {
        used(150);
        app.ops().minute().await;
        clock.advance(Duration::from_hours(24));
    }
    used(230);
    clock.advance(Duration::from_secs(1));
    app.ops().minute().await;
    let ann = app.signed_in("ann").await;
    assert!(alerts(&ann, "token_use").await.is_empty());
    used(5_000);
    app.ops().minute().await;
    let found = alerts(&ann, "token_use").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["subject"]["name"], "robot");
    let mut refused = 0;
    for _ in 0..15 {
        let answer = robot.get("/api/v1/threads").await;
        refused += u32::from(answer.status == 429);
    }
    assert_eq!(refused, 5, "ten a minute are left");
    ann.get("/api/v1/threads").await.expect(200);
    undo(&ann, &found[0]).await;
    robot.get("/api/v1/threads").await.expect(200);
}
