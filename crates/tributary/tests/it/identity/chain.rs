//! The chain of the trail: whatever is changed in the database by hand is found.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{join, text};
use crate::support::{Client, TestApp};

async fn verify(person: &Client) -> Value {
    let answer = person.get("/api/v1/admin/audit/verify").await;
    answer.expect(200);
    answer.data()
}

async fn by_hand(app: &TestApp, sql: &str) {
    let tx = app.db().write().await.unwrap();
    let done = tx.execute_unprepared(sql).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
    tx.commit().await.unwrap();
}

/// Somebody whose workspace has a trail of several rows.
async fn busy(app: &TestApp) -> Client {
    let ann = app.person("ann").await;
    for n in 0..5 {
        let body = json!({ "name": format!("Name {n}") });
        ann.patch("/api/v1/workspace", &body).await.expect(200);
    }
    ann
}

/// The chain of the one workspace.
const OURS: &str = "workspace_id IS NOT NULL";

#[tokio::test]
async fn what_was_written_by_us_holds() {
    let mut app = TestApp::start().await;
    let ann = busy(&app).await;
    let found = verify(&ann).await;
    assert_eq!(
        (&found["ok"], &found["broken"]),
        (&json!(true), &Value::Null),
        "{found}"
    );
    assert!(found["rows"].as_u64().unwrap() >= 7, "{found}");
    assert_eq!(text(&found["head"]).len(), 64);
    // Many at once, in several workspaces.
    let bob = app.person("bob").await;
    let acts = (0..20).map(|n| {
        let (ann, bob) = (ann.clone(), bob.clone());
        async move {
            let body = json!({ "name": format!("Again {n}") });
            ann.patch("/api/v1/workspace", &body).await.expect(200);
            bob.patch("/api/v1/workspace", &body).await.expect(200);
        }
    });
    futures::future::join_all(acts).await;
    let again = verify(&ann).await;
    assert_eq!(again["ok"], true, "{again}");
    assert!(again["rows"].as_u64().unwrap() >= found["rows"].as_u64().unwrap() + 40);
    assert_ne!(again["head"], found["head"]);
    // An administrator of one workspace walks that one.
    let own = verify(&bob).await;
    assert_eq!(own["ok"], true, "{own}");
    assert!(own["rows"].as_u64() < again["rows"].as_u64());
    app.restart().await;
    let ann = app.signed_in("ann").await;
    assert_eq!(verify(&ann).await["ok"], true);
}

#[tokio::test]
async fn every_change_by_hand_is_found() {
    let newest = format!("(SELECT MAX(seq) FROM audit WHERE {OURS})");
    let cases = [
        format!("UPDATE audit SET details = '{{\"x\":1}}' WHERE {OURS} AND seq = 2"),
        format!("UPDATE audit SET action = 'auth.login' WHERE {OURS} AND seq = 3"),
        format!("UPDATE audit SET actor_id = NULL WHERE {OURS} AND seq = 3"),
        format!("UPDATE audit SET at = at + 1 WHERE {OURS} AND seq = 4"),
        format!("UPDATE audit SET workspace_id = NULL WHERE {OURS} AND seq = {newest}"),
        format!("DELETE FROM audit WHERE {OURS} AND seq = 1"),
        format!("DELETE FROM audit WHERE {OURS} AND seq = 3"),
        format!("DELETE FROM audit WHERE {OURS} AND seq = {newest}"),
        format!("DELETE FROM audit WHERE {OURS}"),
        // Two rows change places.
        format!("UPDATE audit SET seq = 5 - seq WHERE {OURS} AND seq IN (2, 3)"),
        // One is put there: without a number, and with one.
        format!("UPDATE audit SET seq = NULL, mac = NULL WHERE {OURS} AND seq = {newest}"),
        format!("UPDATE audit SET seq = seq + 1 WHERE {OURS} AND seq = {newest}"),
        "DELETE FROM audit_heads".to_owned(),
        "UPDATE audit_heads SET seq = seq - 1".to_owned(),
    ];
    for sql in cases {
        let app = TestApp::start().await;
        let ann = busy(&app).await;
        assert_eq!(verify(&ann).await["ok"], true);
        by_hand(&app, &sql).await;
        let found = verify(&ann).await;
        assert_eq!(found["ok"], false, "{sql}: {found}");
        assert!(text(&found["broken"]["reason"]).len() > 10);
        // What comes after does not cover it.
        ann.patch("/api/v1/workspace", &json!({ "name": "After" }))
            .await
            .expect(200);
        let found = verify(&ann).await;
        assert_eq!(found["ok"], false, "{sql}, and then another act: {found}");
    }
}

#[tokio::test]
async fn the_newest_rows_cannot_be_taken_with_their_head() {
    let app = TestApp::start().await;
    let ann = busy(&app).await;
    // The head as it was, with its proof, kept by somebody who can write in the database.
    let tx = app.db().write().await.unwrap();
    tx.execute_unprepared("CREATE TABLE old_heads AS SELECT * FROM audit_heads")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    ann.patch("/api/v1/workspace", &json!({ "name": "Not to be seen" }))
        .await
        .expect(200);
    let newest = format!("(SELECT MAX(seq) FROM audit WHERE {OURS})");
    by_hand(
        &app,
        &format!("DELETE FROM audit WHERE {OURS} AND seq = {newest}"),
    )
    .await;
    by_hand(
        &app,
        "UPDATE audit_heads SET seq = (SELECT o.seq FROM old_heads o WHERE o.chain = audit_heads.chain), \
         mac = (SELECT o.mac FROM old_heads o WHERE o.chain = audit_heads.chain), \
         proof = (SELECT o.proof FROM old_heads o WHERE o.chain = audit_heads.chain)",
    )
    .await;
    let found = verify(&ann).await;
    assert_eq!(found["ok"], false, "{found}");
    ann.patch("/api/v1/workspace", &json!({ "name": "After" }))
        .await
        .expect(200);
    assert_eq!(verify(&ann).await["ok"], false);
}

#[tokio::test]
async fn rows_from_before_the_chain_are_taken_into_it_once() {
    let mut app = TestApp::start().await;
    let ann = busy(&app).await;
    let before = verify(&ann).await["rows"].as_u64().unwrap();
    by_hand(&app, "UPDATE audit SET seq = NULL, mac = NULL").await;
    by_hand(&app, "DELETE FROM audit_heads").await;
    app.restart().await;
    let ann = app.signed_in("ann").await;
    let found = verify(&ann).await;
    assert_eq!(found["ok"], true, "{found}");
    assert!(
        found["rows"].as_u64().unwrap() > before,
        "and that it was done is told"
    );
    // Where there is a chain, nothing is taken into it any more.
    by_hand(
        &app,
        &format!("UPDATE audit SET seq = NULL, mac = NULL WHERE {OURS} AND seq = 2"),
    )
    .await;
    app.restart().await;
    let ann = app.signed_in("ann").await;
    assert_eq!(verify(&ann).await["ok"], false);
}

#[tokio::test]
async fn the_trail_is_searched_and_taken_along_and_that_is_told() {
    let app = TestApp::start().await;
    let ann = busy(&app).await;
    let bob = join(&app, &ann, "bob", "member").await;
    let bobs = text(&bob.get("/api/v1/auth/me").await.data()["user"]["id"]).to_owned();
    let search = |query: String| {
        let ann = ann.clone();
        async move {
            let answer = ann.get(&format!("/api/v1/admin/audit?limit=200&{query}")).await;
            answer.expect(200);
            answer.data().as_array().unwrap().clone()
        }
    };
    let about_bob = search(format!("target={bobs}")).await;
    assert_eq!(about_bob.len(), 1, "{about_bob:?}");
    assert_eq!(about_bob[0]["action"], "member.added");
    assert!(!search("q=MEMBER.add".to_owned()).await.is_empty(), "in any case");
    assert!(
        search("q=memb%25added".to_owned()).await.is_empty(),
        "no wildcards"
    );
    assert!(search("q=memb_r".to_owned()).await.is_empty(), "no wildcards");
    assert!(!search("action=audit.searched".to_owned()).await.is_empty());
    // A name that a spreadsheet would compute.
    let me = json!({ "full_name": "=HYPERLINK(\"x\")" });
    ann.patch("/api/v1/auth/me", &me).await.expect(200);
    let file = ann.get("/api/v1/admin/audit/export?format=csv").await;
    file.expect(200);
    let file = file.text();
    assert!(file.starts_with("at,actor_id,actor_name,action,target,address,details\r\n"));
    assert!(
        file.contains("workspace.changed") && file.contains("audit.exported"),
        "{file}"
    );
    assert!(
        file.contains("'=HYPERLINK") && !file.contains(",=HYPERLINK"),
        "{file}"
    );
    let lines = ann.get("/api/v1/admin/audit/export?format=jsonl").await.text();
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(rows.len() >= 8);
    assert_eq!(search("action=audit.exported".to_owned()).await.len(), 2);
    bob.get("/api/v1/admin/audit/export")
        .await
        .expect_error(403, "FORBIDDEN");
    bob.get("/api/v1/admin/audit/verify")
        .await
        .expect_error(403, "FORBIDDEN");
}
