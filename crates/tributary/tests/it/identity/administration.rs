//! Administrators of the installation: people, workspaces, erasure, the report; and what one takes along of one's own.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{PASSWORD, join, login, text, with, workspace_of};
use crate::support::socket::Socket;
use crate::support::{Client, TestApp, eventually};

async fn id_of(person: &Client) -> String {
    text(&person.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned()
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    let backend = app.db().read().get_database_backend();
    let statement = sea_orm::Statement::from_string(backend, sql);
    let row = app.db().read().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let id = id_of(&bob).await;
    let path = format!("/api/v1/admin/users/{id}");
    let token = bob.post("/api/v1/tokens", &json!({ "name": "t" })).await.data();
    let program = with(&app, text(&token["token"]));
    program.get("/api/v1/auth/me").await.expect(200);
    let mut sockets = [
        Socket::open(&app.base(), &bob).await,
        Socket::open(&app.base(), &program).await,
    ];
    let disabled = ann.patch(&path, &json!({ "disabled": true })).await;
    disabled.expect(200);
    assert_eq!(disabled.data()["disabled"], true);
    for socket in &mut sockets {
        assert_eq!(socket.end().await, Some(4401), "an open socket closes");
    }
    bob.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
    program
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    let body = json!({ "email": "bob@example.org", "password": PASSWORD });
    app.client()
        .post("/api/v1/auth/login", &body)
        .await
        .expect_error(403, "FORBIDDEN");
    ann.patch(&path, &json!({ "disabled": false })).await.expect(200);
    let bob = login(&app, "bob").await;
    program
        .get("/api/v1/auth/me")
        .await
        .expect_error(401, "UNAUTHORIZED");
    ann.post(&format!("{path}/sign-out"), &json!({}))
        .await
        .expect(200);
    bob.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
    // A new administrator is one at once, and none is left without.
    let bob = login(&app, "bob").await;
    bob.get("/api/v1/admin/users")
        .await
        .expect_error(403, "FORBIDDEN");
    ann.patch(
        &path,
        &json!({ "is_instance_admin": true, "full_name": "Robert" }),
    )
    .await
    .expect(200);
    let all = bob.get("/api/v1/admin/users").await;
    all.expect(200);
    assert_eq!(all.data().as_array().unwrap().len(), 2);
    let found = bob.get("/api/v1/admin/users?q=ROBE").await.data();
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["full_name"]),
        (1, &json!("Robert"))
    );
    assert!(
        bob.get("/api/v1/admin/users?q=r%25t")
            .await
            .data()
            .as_array()
            .unwrap()
            .is_empty()
    );
    bob.patch(&path, &json!({ "is_instance_admin": false }))
        .await
        .expect(200);
    bob.get("/api/v1/admin/users")
        .await
        .expect_error(403, "FORBIDDEN");
    let anns = format!("/api/v1/admin/users/{}", id_of(&ann).await);
    for patch in [json!({ "disabled": true }), json!({ "is_instance_admin": false })] {
        ann.patch(&anns, &patch).await.expect_error(409, "CONFLICT");
    }
    ann.delete(&anns).await.expect_error(409, "CONFLICT");
    assert_eq!(ann.get("/api/v1/admin/audit/verify").await.data()["ok"], true);
}

#[tokio::test]
async fn an_erased_workspace_leaves_nothing() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let thread = bob.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    bob.post(&path, &json!({ "content": "Secret", "reply": false }))
        .await
        .expect(201);
    crate::files::uploaded(&bob, "notes.txt", b"Words of Bob's").await;
    let workspace = workspace_of(&bob).await;
    let rooms = ann.get("/api/v1/admin/workspaces").await.data();
    let his = rooms
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["id"] == workspace.as_str())
        .unwrap()
        .clone();
    assert_eq!(
        (&his["members"], &his["messages"]),
        (&json!(1), &json!(1)),
        "{his}"
    );
    assert!(his["storage_bytes"].as_i64().unwrap() > 0 && his["key_created_at"].is_string());
    let path = format!("/api/v1/admin/workspaces/{workspace}");
    let changed = ann.patch(&path, &json!({ "plan": "business" })).await;
    assert_eq!(changed.data()["plan"], "business");
    let erase = |name: Value| {
        let (ann, path) = (ann.clone(), path.clone());
        async move {
            let body = json!({ "name": name }).to_string();
            let kind = [("content-type", "application/json")];
            ann.send(http::Method::DELETE, &path, &kind, body).await
        }
    };
    erase(json!("another"))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    erase(his["name"].clone()).await.expect(200);
    bob.get("/api/v1/threads").await.expect_error(401, "UNAUTHORIZED");
    erase(his["name"].clone()).await.expect_error(404, "NOT_FOUND");
    // Every table that has a workspace in it.
    eventually("its rows are gone", || async {
        for table in app.db().tables_with("workspace_id").await.unwrap() {
            if ["sessions", "event_log"].contains(&table.as_str()) {
                continue;
            }
            let id = workspace.replace('-', "");
            let is_it = if app.is_postgres() {
                format!("workspace_id = '{workspace}'")
            } else {
                format!("lower(hex(workspace_id)) = '{id}'")
            };
            let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {is_it}");
            if count(&app, &sql).await > 0 {
                return None;
            }
        }
        Some(())
    })
    .await;
    let objects = app.folder().join("blobs").join("objects").join(&workspace);
    assert!(!objects.exists() || std::fs::read_dir(&objects).unwrap().next().is_none());
    let verified = ann.get("/api/v1/admin/audit/verify").await.data();
    assert_eq!(verified["ok"], true, "{verified}");
    let told = ann
        .get("/api/v1/admin/audit?action=workspace.erased")
        .await
        .data();
    assert_eq!(told[0]["target"], workspace.as_str());
}

#[tokio::test]
async fn whoever_is_erased_leaves_their_words_and_no_name() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = join(&app, &ann, "bob", "member").await;
    let shared = bob
        .post("/api/v1/threads", &json!({ "visibility": "workspace" }))
        .await;
    shared.expect(201);
    let shared = text(&shared.data()["id"]).to_owned();
    let private = bob.thread().await;
    for thread in [&shared, &private] {
        let path = format!("/api/v1/threads/{thread}/messages");
        bob.post(&path, &json!({ "content": "Words of Bob's", "reply": false }))
            .await
            .expect(201);
    }
    bob.patch("/api/v1/settings", &json!({ "values": { "theme": "dark" } }))
        .await
        .expect(200);
    let token = bob
        .post("/api/v1/tokens", &json!({ "name": "mine" }))
        .await
        .data();
    crate::files::uploaded(&bob, "own.txt", b"A file of Bob's").await;
    let export = bob.get("/api/v1/me/export").await;
    export.expect(200);
    let words = export.text();
    for part in [
        "Words of Bob's",
        "own.txt",
        "\"dark\"",
        "\"mine\"",
        "bob@example.org",
        "auth.register",
    ] {
        assert!(words.contains(part), "{part} is missing in {words}");
    }
    assert!(!words.contains(text(&token["token"])) && !words.contains("argon2"));
    with(&app, text(&token["token"]))
        .get("/api/v1/me/export")
        .await
        .expect_error(403, "FORBIDDEN");
    bob.post("/api/v1/me/erase", &json!({ "password": "not this one" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    bob.post("/api/v1/me/erase", &json!({ "password": PASSWORD }))
        .await
        .expect(200);
    bob.get("/api/v1/auth/me").await.expect_error(401, "UNAUTHORIZED");
    let body = json!({ "email": "bob@example.org", "password": PASSWORD });
    app.client()
        .post("/api/v1/auth/login", &body)
        .await
        .expect_error(401, "UNAUTHORIZED");
    let seen = ann.messages(&shared).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["content"], "Words of Bob's");
    assert!(!json!(seen).to_string().contains("\"bob\""), "{seen:?}");
    eventually("his private thread and file are gone", || async {
        let threads = count(&app, "SELECT COUNT(*) AS n FROM threads").await;
        let files = count(&app, "SELECT COUNT(*) AS n FROM files").await;
        (threads == 1 && files == 0).then_some(())
    })
    .await;
    assert_eq!(count(&app, "SELECT COUNT(*) AS n FROM users").await, 1);
    assert_eq!(count(&app, "SELECT COUNT(*) AS n FROM settings").await, 0);
    let report = ann.get("/api/v1/admin/compliance").await;
    report.expect(200);
    let report = report.data();
    assert_eq!(report["audit"]["ok"], true, "{report}");
    assert!(
        report["erasures"]
            .as_array()
            .unwrap()
            .iter()
            .any(|r| r["action"] == "user.erased")
    );
    assert!(
        report["exports"]
            .as_array()
            .unwrap()
            .iter()
            .any(|r| r["action"] == "user.exported")
    );
    assert_eq!(report["access"].as_array().unwrap().len(), 1);
    assert_eq!(report["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn glass_is_broken_for_an_hour_and_told() {
    let clock = kit::clock::Clock::fixed(kit::clock::Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let bob = join(&app, &ann, "bob", "admin").await;
    let thread = bob.thread().await;
    let messages = format!("/api/v1/threads/{thread}/messages");
    bob.post(&messages, &json!({ "content": "Only mine", "reply": false }))
        .await
        .expect(201);
    ann.get(&messages).await.expect_error(404, "NOT_FOUND");
    let list = ann
        .get(&format!("/api/v1/admin/threads?user_id={}", id_of(&bob).await))
        .await;
    list.expect(200);
    assert_eq!(
        (&list.data()[0]["id"], &list.data()[0]["messages"]),
        (&json!(thread), &json!(1))
    );
    assert!(list.data()[0].get("title").is_none());
    let open = format!("/api/v1/admin/threads/{thread}/open");
    let reason = json!({ "reason": "A complaint of the works council" });
    bob.post(&open, &reason).await.expect_error(403, "FORBIDDEN");
    ann.post(&open, &json!({ "reason": "why" }))
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.post(&open, &reason).await.expect(201);
    assert_eq!(ann.messages(&thread).await[0]["content"], "Only mine");
    let words = json!({ "content": "x", "reply": false });
    ann.post(&messages, &words).await.expect_error(403, "FORBIDDEN");
    let told = bob.get("/api/v1/notifications").await.data();
    assert_eq!(
        (&told[0]["kind"], &told[0]["thread_id"]),
        (&json!("opened"), &json!(thread))
    );
    let row = ann.get("/api/v1/admin/audit?action=thread.opened").await.data();
    assert_eq!(row[0]["details"]["reason"], "A complaint of the works council");
    clock.advance(std::time::Duration::from_mins(61));
    let ann = login(&app, "ann").await;
    ann.get(&messages).await.expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn who_came_in_is_kept() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let body = json!({ "email": "ann@example.org", "password": "a wrong password" });
    app.client().post("/api/v1/auth/login", &body).await.expect(401);
    login(&app, "ann").await;
    let rows = ann.get("/api/v1/admin/access").await.data();
    let outcomes: Vec<&str> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|r| text(&r["outcome"]))
        .collect();
    assert_eq!(outcomes, ["ok", "failed", "ok"], "{rows}");
    assert_eq!(
        (&rows[0]["action"], &rows[0]["name"]),
        (&json!("sign_in"), &json!("ann"))
    );
    let bob = app.person("bob").await;
    let his = bob.get("/api/v1/admin/access").await.data();
    assert_eq!(his.as_array().unwrap().len(), 1, "{his}");
    let failed = ann.get("/api/v1/admin/compliance").await.data()["failed_sign_ins"].clone();
    assert_eq!(failed[0]["count"], 1, "{failed}");
}
