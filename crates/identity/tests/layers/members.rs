//! The people of a workspace, and how they come into it.

use identity::IdentityConfig;
use serde_json::{Value, json};

use crate::support::{app, person, register};

#[tokio::test]
async fn members_come_change_and_go() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let bob = register(&app, "bob@example.org").await;
    assert_eq!(
        bob.post("/auth/switch", json!({"workspace_id": ada.workspace}))
            .await
            .status,
        404
    );
    let added = ada
        .post("/members", json!({"email": "Bob@example.org", "role": "member"}))
        .await;
    assert_eq!(added.data()["member"]["user_id"], bob.id.as_str());
    assert!(added.data()["invitation"].is_null());
    let twice = ada
        .post("/members", json!({"email": "bob@example.org", "role": "admin"}))
        .await;
    assert_eq!(twice.status, 409);
    let there = person(
        &app,
        &bob.post("/auth/switch", json!({"workspace_id": ada.workspace}))
            .await,
    );
    assert_eq!(there.get("/members").await.data().as_array().unwrap().len(), 2);
    assert_eq!(
        there
            .call("PATCH", "/workspace", Some(json!({"name": "mine"})))
            .await
            .status,
        403
    );
    let patch = |role: &str| Some(json!({"role": role}));
    let bobs = format!("/members/{}", bob.id);
    let adas = format!("/members/{}", ada.id);
    assert_eq!(ada.call("PATCH", &bobs, patch("admin")).await.status, 200);
    assert_eq!(
        there
            .call("PATCH", "/workspace", Some(json!({"style": "brief"})))
            .await
            .status,
        200
    );
    assert_eq!(
        there.call("PATCH", &adas, patch("member")).await.status,
        409,
        "the last owner"
    );
    assert_eq!(there.call("PATCH", &bobs, patch("owner")).await.status, 403);
    assert_eq!(
        ada.call("DELETE", &adas, None).await.status,
        409,
        "the last owner cannot leave"
    );
    let made = there.post("/tokens", json!({"name": "bob's"})).await;
    let program = there.with_token(made.data()["token"].as_str().unwrap());
    assert_eq!(program.get("/workspace").await.data()["style"], "brief");
    assert_eq!(ada.call("DELETE", &bobs, None).await.status, 200);
    assert_eq!(there.get("/workspace").await.status, 401, "at once");
    assert_eq!(program.get("/workspace").await.status, 401);
    assert_eq!(bob.get("/auth/me").await.status, 200, "the own workspace stays");
    let home = bob.by_cookie("POST", "/auth/refresh", &[("x-csrf", "1")]).await;
    assert_eq!(home.data()["workspace"]["id"], bob.workspace.as_str());
    assert_eq!(ada.call("DELETE", &bobs, None).await.status, 404);
    assert_eq!(ada.call("DELETE", "/members/not-an-id", None).await.status, 404);
}

#[tokio::test]
async fn an_invitation_is_good_once_for_its_address() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "ada@example.org").await;
    let made = ada
        .post("/members", json!({"email": "New@example.org", "role": "guest"}))
        .await;
    let invitation = &made.data()["invitation"];
    let token = invitation["token"].as_str().unwrap().to_owned();
    assert_eq!(invitation["url"], format!("http://127.0.0.1:8080/invite/{token}"));
    let shown = app
        .call("GET", &format!("/api/v1/invitations/{token}"), &[], None)
        .await;
    assert_eq!(shown.data()["workspace_name"], "Ada's workspace");
    assert_eq!(
        app.call("GET", "/api/v1/invitations/other", &[], None)
            .await
            .status,
        404
    );
    assert_eq!(ada.get("/invitations").await.data()[0]["token"], Value::Null);
    let accept = format!("/invitations/{token}/accept");
    let wrong = register(&app, "wrong@example.org").await;
    assert_eq!(wrong.post(&accept, json!({})).await.status, 403);
    let new = register(&app, "new@example.org").await;
    let workspace = new.post(&accept, json!({})).await;
    assert_eq!(
        (&workspace.data()["role"], &workspace.data()["id"]),
        (&json!("guest"), &json!(ada.workspace))
    );
    assert_eq!(new.post(&accept, json!({})).await.status, 410);
    assert_eq!(new.get("/workspaces").await.data().as_array().unwrap().len(), 2);

    let other = ada
        .post(
            "/invitations",
            json!({"email": "x@example.org", "role": "member"}),
        )
        .await;
    let (id, token) = (
        other.data()["id"].as_str().unwrap(),
        other.data()["token"].as_str().unwrap(),
    );
    let with =
        json!({"email": "x@example.org", "password": "correct horse", "full_name": "X", "invitation": token});
    let joined = app.open("POST", "/api/v1/auth/register", with).await;
    assert_eq!(joined.data()["workspace"]["id"], ada.workspace.as_str());
    assert_eq!(
        ada.call("DELETE", &format!("/invitations/{id}"), None)
            .await
            .status,
        404
    );
}
