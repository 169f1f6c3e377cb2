//! Workspaces: who belongs, as what, and what follows from it in every room.

use http::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{PASSWORD, join, switch, text, with, workspace_of};
use crate::support::TestApp;

#[tokio::test]
async fn what_each_role_may_do() {
    let app = TestApp::with(|c| c.limits.failures_by_address = 0).await;
    let owner = app.person("ann").await;
    let admin = join(&app, &owner, "admin", "admin").await;
    let member = join(&app, &owner, "member", "member").await;
    let guest = join(&app, &owner, "guest", "guest").await;
    let key = json!({ "key": "sk-x", "scope": "workspace", "base_url": "http://127.0.0.1:9/v1" });
    let invite = |n: &str| json!({ "email": format!("{n}@example.net"), "role": "member" });
    let owner_invite = json!({ "email": "o@example.net", "role": "owner" });
    let name = json!({ "name": "Ours" });
    let assistant = json!({ "name": "Helper", "system_prompt": "Help." });
    let none = Value::Null;
    // For each: method, path, body, and the statuses of owner, admin, member and guest.
    let table: [(Method, &str, &Value, [u16; 4]); 10] = [
        (Method::PATCH, "/api/v1/workspace", &name, [200, 200, 403, 403]),
        (Method::GET, "/api/v1/members", &none, [200, 200, 200, 403]),
        (Method::GET, "/api/v1/invitations", &none, [200, 200, 403, 403]),
        (
            Method::POST,
            "/api/v1/invitations",
            &invite("i"),
            [201, 201, 403, 403],
        ),
        (
            Method::POST,
            "/api/v1/members",
            &invite("m"),
            [201, 201, 403, 403],
        ),
        (
            Method::POST,
            "/api/v1/invitations",
            &owner_invite,
            [201, 403, 403, 403],
        ),
        (Method::GET, "/api/v1/admin/audit", &none, [200, 200, 403, 403]),
        (
            Method::POST,
            "/api/v1/assistants",
            &assistant,
            [201, 201, 201, 403],
        ),
        (Method::POST, "/api/v1/threads", &json!({}), [201, 201, 201, 403]),
        (
            Method::DELETE,
            "/api/v1/providers/openai/key?scope=workspace",
            &none,
            [404, 404, 403, 403],
        ),
    ];
    for (method, path, body, statuses) in &table {
        for (person, status) in [&owner, &admin, &member, &guest].into_iter().zip(statuses) {
            let bytes = if body.is_null() {
                String::new()
            } else {
                body.to_string()
            };
            let headers = [("content-type", "application/json")];
            let answer = person.send(method.clone(), path, &headers, bytes).await;
            let role = person.get("/api/v1/auth/me").await.data()["role"].clone();
            assert_eq!(
                answer.status.as_u16(),
                *status,
                "{method} {path} as {role}: {}",
                answer.text()
            );
        }
    }
    for person in [&member, &guest] {
        person
            .put("/api/v1/providers/openai/key", &key)
            .await
            .expect_error(403, "FORBIDDEN");
    }
    // Nobody rises by their own hand, and the last owner stays.
    let id_of = async |person: &crate::support::Client| {
        text(&person.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned()
    };
    let (own, admins) = (id_of(&owner).await, id_of(&admin).await);
    let path = format!("/api/v1/members/{admins}");
    admin
        .patch(&path, &json!({ "role": "owner" }))
        .await
        .expect_error(403, "FORBIDDEN");
    member
        .patch(&path, &json!({ "role": "guest" }))
        .await
        .expect_error(403, "FORBIDDEN");
    let path = format!("/api/v1/members/{own}");
    admin.patch(&path, &json!({ "role": "guest" })).await.expect(409);
    admin.delete(&path).await.expect(409);
    owner
        .patch(&path, &json!({ "role": "admin" }))
        .await
        .expect_error(409, "CONFLICT");
    owner.delete(&path).await.expect_error(409, "CONFLICT");
}

#[tokio::test]
async fn a_changed_role_counts_from_the_next_request() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = join(&app, &ann, "bob", "admin").await;
    bob.get("/api/v1/admin/audit").await.expect(200);
    let made = bob
        .post(
            "/api/v1/tokens",
            &json!({ "name": "t", "scopes": ["read", "write", "ai", "admin"] }),
        )
        .await;
    made.expect(201);
    let token = with(&app, text(&made.data()["token"]));
    token.get("/api/v1/admin/audit").await.expect(200);
    let id = text(&bob.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned();
    let path = format!("/api/v1/members/{id}");
    ann.patch(&path, &json!({ "role": "guest" })).await.expect(200);
    bob.get("/api/v1/admin/audit")
        .await
        .expect_error(403, "FORBIDDEN");
    token
        .get("/api/v1/admin/audit")
        .await
        .expect_error(403, "FORBIDDEN");
    ann.delete(&path).await.expect(200);
    for client in [&bob, &token] {
        client
            .get("/api/v1/threads")
            .await
            .expect_error(401, "UNAUTHORIZED");
        client.get("/v1/models").await.expect(401);
    }
}

#[tokio::test]
async fn switching_shows_another_room_and_the_old_token_stays_where_it_was() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let first = workspace_of(&ann).await;
    let thread = ann.thread().await;
    let made = ann.post("/api/v1/workspaces", &json!({ "name": "Second" })).await;
    made.expect(201);
    let second = text(&made.data()["id"]).to_owned();
    let there = switch(&app, &ann, &second).await;
    assert_eq!(workspace_of(&there).await, second);
    assert_eq!(workspace_of(&ann).await, first);
    assert!(
        there
            .get("/api/v1/threads")
            .await
            .data()
            .as_array()
            .unwrap()
            .is_empty()
    );
    there
        .get(&format!("/api/v1/threads/{thread}"))
        .await
        .expect_error(404, "NOT_FOUND");
    ann.get(&format!("/api/v1/threads/{thread}")).await.expect(200);
    let bob = app.person("bob").await;
    bob.post("/api/v1/auth/switch", &json!({ "workspace_id": second }))
        .await
        .expect_error(404, "NOT_FOUND");
    let nowhere = kit::ids::new_id().to_string();
    bob.post("/api/v1/auth/switch", &json!({ "workspace_id": nowhere }))
        .await
        .expect_error(404, "NOT_FOUND");
    // A browser keeps its refresh cookie over the switch, and is refreshed into the new room.
    let mut browser = Browser::signed_in(&app, "ann").await;
    browser
        .write("/api/v1/auth/switch", &json!({ "workspace_id": second }))
        .await
        .expect(200);
    let answer = browser.write("/api/v1/auth/refresh", &json!({})).await;
    answer.expect(200);
    assert_eq!(text(&answer.data()["workspace"]["id"]), second);
}

#[tokio::test]
async fn an_invitation_is_for_one_person_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let body = json!({ "email": "Cleo@example.org", "role": "member" });
    let made = ann.post("/api/v1/invitations", &body).await;
    made.expect(201);
    let token = text(&made.data()["token"]).to_owned();
    assert!(text(&made.data()["url"]).ends_with(&format!("/invite/{token}")));
    let listed = ann.get("/api/v1/invitations").await;
    assert!(!listed.text().contains(&token), "it is shown once");
    let path = format!("/api/v1/invitations/{token}");
    let shown = app.client().get(&path).await;
    shown.expect(200);
    assert_eq!(shown.data()["role"], "member");
    let bob = app.person("bob").await;
    bob.post(&format!("{path}/accept"), &json!({}))
        .await
        .expect_error(403, "FORBIDDEN");
    app.client()
        .post(&format!("{path}/accept"), &json!({}))
        .await
        .expect_error(401, "UNAUTHORIZED");
    // Of two registrations with one link, one is in; the account of the other is not half made.
    let register = |email: &str| json!({ "email": email, "password": PASSWORD, "full_name": "Cleo", "invitation": token });
    let client = app.client();
    client
        .post("/api/v1/auth/register", &register("dora@example.org"))
        .await
        .expect_error(403, "FORBIDDEN");
    let body = register("cleo@example.org");
    let answer = client.post("/api/v1/auth/register", &body).await;
    answer.expect(201);
    assert_eq!(answer.data()["workspace"]["role"], "member");
    client.get(&path).await.expect_error(410, "GONE");
    let cleo = with(&app, text(&answer.data()["access_token"]));
    cleo.post(&format!("{path}/accept"), &json!({}))
        .await
        .expect_error(410, "GONE");
    let dora = json!({ "email": "dora@example.org", "password": PASSWORD, "full_name": "Dora" });
    client.post("/api/v1/auth/register", &dora).await.expect(201);

    let made = ann
        .post(
            "/api/v1/invitations",
            &json!({ "email": "e@example.org", "role": "guest" }),
        )
        .await;
    let id = text(&made.data()["id"]).to_owned();
    bob.delete(&format!("/api/v1/invitations/{id}"))
        .await
        .expect_error(404, "NOT_FOUND");
    ann.delete(&format!("/api/v1/invitations/{id}")).await.expect(200);
    client
        .get(&format!("/api/v1/invitations/{}", text(&made.data()["token"])))
        .await
        .expect_error(404, "NOT_FOUND");
}
