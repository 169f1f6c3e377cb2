//! API tokens and their scopes.

use identity::IdentityConfig;
use serde_json::{Value, json};

use crate::support::{app, register};

#[tokio::test]
async fn api_tokens_keep_to_their_scopes() {
    let app = app(IdentityConfig::default()).await;
    let ada = register(&app, "a@example.org").await;
    let make = async |scopes: Value| {
        let answer = ada.post("/tokens", json!({"name": "t", "scopes": scopes})).await;
        assert_eq!(answer.status, 201);
        let id = answer.data()["id"].as_str().unwrap().to_owned();
        (ada.with_token(answer.data()["token"].as_str().unwrap()), id)
    };
    let (reader, id) = make(json!(["read"])).await;
    assert_eq!(reader.get("/workspace").await.status, 200);
    assert_eq!(reader.post("/workspaces", json!({"name": "x"})).await.status, 403);
    assert_eq!(reader.get("/admin/audit").await.status, 403);
    assert_eq!(
        app.call("GET", "/v1/models", &reader.headers, None).await.status,
        403
    );
    let (ai, _) = make(json!(["ai"])).await;
    assert_eq!(app.call("GET", "/v1/models", &ai.headers, None).await.status, 200);
    assert_eq!(ai.get("/auth/me").await.status, 403);
    let (admin, _) = make(json!(["admin"])).await;
    assert_eq!(admin.get("/admin/audit").await.status, 200);
    assert_eq!(admin.post("/tokens", json!({"name": "more"})).await.status, 403);

    let listed = ada.get("/tokens").await;
    let listed = listed.data().as_array().unwrap();
    let of = |id: &str| listed.iter().find(|t| t["id"] == id).unwrap();
    assert!(of(&id)["last_used_at"].is_string() && of(&id).get("token").is_none());
    assert_eq!(
        ada.call("DELETE", &format!("/tokens/{id}"), None).await.status,
        200
    );
    assert_eq!(reader.get("/workspace").await.status, 401, "it ends at once");
    assert_eq!(
        ada.call("DELETE", &format!("/tokens/{id}"), None).await.status,
        404
    );
}
