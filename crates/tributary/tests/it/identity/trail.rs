//! The audit trail: everything that matters leaves a row, and nobody else reads it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::browser::Browser;
use super::{PASSWORD, join, switch, text, workspace_of};
use crate::support::{Client, TestApp, standin};

async fn rows(person: &Client, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/api/v1/admin/audit?limit=200{query}")).await;
    answer.expect(200);
    answer.data().as_array().unwrap().clone()
}

#[tokio::test]
async fn everything_that_matters_leaves_a_row() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let mut browser = Browser::signed_in(&app, "ann").await;
    let stolen = browser.stolen();
    browser
        .write("/api/v1/auth/refresh", &json!({}))
        .await
        .expect(200);
    let mut stolen = stolen;
    stolen.write("/api/v1/auth/refresh", &json!({})).await.expect(401);
    let mut browser = Browser::signed_in(&app, "ann").await;
    browser.write("/api/v1/auth/logout", &json!({})).await.expect(200);
    let bob = join(&app, &ann, "bob", "member").await;
    let bobs = text(&bob.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned();
    let path = format!("/api/v1/members/{bobs}");
    ann.patch(&path, &json!({ "role": "admin" })).await.expect(200);
    ann.delete(&path).await.expect(200);
    let token = ann.post("/api/v1/tokens", &json!({ "name": "t" })).await.data();
    ann.delete(&format!("/api/v1/tokens/{}", text(&token["id"])))
        .await
        .expect(200);
    let invitation = ann
        .post(
            "/api/v1/invitations",
            &json!({ "email": "c@example.org", "role": "guest" }),
        )
        .await
        .data();
    ann.delete(&format!("/api/v1/invitations/{}", text(&invitation["id"])))
        .await
        .expect(200);
    ann.patch("/api/v1/workspace", &json!({ "name": "Renamed" }))
        .await
        .expect(200);
    ann.patch("/api/v1/settings", &json!({ "values": { "theme": "dark" } }))
        .await
        .expect(200);
    ann.delete("/api/v1/providers/openai/key?scope=user")
        .await
        .expect(200);
    let passwords = json!({ "current_password": PASSWORD, "new_password": "an even longer password" });
    ann.post("/api/v1/auth/password", &passwords).await.expect(200);

    let all = rows(&ann, "").await;
    let actions: BTreeSet<&str> = all.iter().map(|row| text(&row["action"])).collect();
    for action in [
        "auth.register",
        "auth.login",
        "auth.refresh",
        "auth.refresh_reused",
        "auth.logout",
        "auth.switch",
        "auth.password_changed",
        "member.added",
        "member.changed",
        "member.removed",
        "token.created",
        "token.revoked",
        "invitation.created",
        "invitation.revoked",
        "workspace.changed",
        "settings.changed",
    ] {
        assert!(actions.contains(action), "{action} is missing in {actions:?}");
    }
    let about_keys = actions.iter().filter(|a| a.contains("key")).count();
    assert!(about_keys >= 2, "a key was kept and removed: {actions:?}");
    let trail = Value::from(all).to_string();
    for secret in [
        PASSWORD,
        "an even longer password",
        crate::support::GOOD_KEY,
        text(&token["token"]),
        text(&invitation["token"]),
    ] {
        assert!(!trail.contains(secret), "the trail holds {secret}");
    }
}

#[tokio::test]
async fn the_trail_is_read_by_its_own_workspace_and_cannot_be_bent() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    ann.patch("/api/v1/workspace", &json!({ "name": "Secret plans" }))
        .await
        .expect(200);
    let bobs = rows(&bob, "").await;
    assert!(
        bobs.iter().all(|row| row["action"] != "workspace.changed"),
        "{bobs:?}"
    );
    let changed = rows(&ann, "&action=workspace.changed").await;
    assert_eq!(changed.len(), 1);
    let actor = text(&changed[0]["actor_id"]).to_owned();
    assert_eq!(changed[0]["actor_name"], "ann");
    assert!(rows(&bob, &format!("&actor={actor}")).await.is_empty());
    assert!(rows(&ann, "&to=2001-01-01T00:00:00Z").await.is_empty());
    assert!(
        rows(&ann, "&action=workspace%25").await.is_empty(),
        "no wildcards"
    );
    // Page by page it is the same trail.
    let whole = rows(&ann, "").await;
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ann
            .get(&format!("/api/v1/admin/audit?limit=2{cursor}"))
            .await
            .json();
        pages.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, whole);
    // Another workspace of the same person has a trail of its own.
    let made = ann.post("/api/v1/workspaces", &json!({ "name": "Second" })).await;
    let there = switch(&app, &ann, text(&made.data()["id"])).await;
    assert_eq!(text(&made.data()["id"]), workspace_of(&there).await);
    assert!(rows(&there, "&action=workspace.changed").await.is_empty());
}
