//! Who sees which file, and who may change it.

use http::Method;
use serde_json::json;

use super::{FORM, PNG, file, form, id, shared, upload, uploaded};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_owners_until_it_is_shared() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let guest = app.person("gus").await;
    let guest = app.colleague(&ann, &guest, "guest").await;
    let stranger = app.person("eve").await;
    let private = uploaded(&ann, "private.png", PNG).await;
    let open = shared(&ann, "open.txt", b"for all of us").await;
    let path = |file: &serde_json::Value| format!("/api/v1/files/{}", id(file));
    for (who, sees_open) in [(&bob, true), (&guest, false), (&stranger, false)] {
        who.get(&path(&private)).await.expect_error(404, "NOT_FOUND");
        let status = if sees_open { 200 } else { 404 };
        who.get(&path(&open)).await.expect(status);
        who.get(&format!("{}/pages", path(&open))).await.expect(status);
        let listed = who.get("/api/v1/files").await.data();
        assert_eq!(listed.as_array().unwrap().len(), usize::from(sees_open));
    }
    // Seeing is not changing.
    bob.patch(&path(&open), &json!({ "name": "mine.txt" }))
        .await
        .expect_error(403, "FORBIDDEN");
    bob.delete(&path(&open)).await.expect_error(403, "FORBIDDEN");
    stranger.delete(&path(&open)).await.expect_error(404, "NOT_FOUND");
    upload(&guest, "a.txt", b"hello")
        .await
        .expect_error(403, "FORBIDDEN");
    let admin = app.person("ada").await;
    let admin = app.colleague(&ann, &admin, "admin").await;
    admin.delete(&path(&private)).await.expect_error(404, "NOT_FOUND");
    admin
        .patch(&path(&open), &json!({ "name": "better.txt" }))
        .await
        .expect(200);
    assert_eq!(file(&bob, id(&open)).await["name"], "better.txt");
    ann.patch(&path(&open), &json!({ "visibility": "private" }))
        .await
        .expect(200);
    bob.get(&path(&open)).await.expect_error(404, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_read_and_write_by_their_scopes() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut token = app.client();
    let made = ann
        .post("/api/v1/tokens", &json!({ "name": "reader", "scopes": ["read"] }))
        .await;
    made.expect(201);
    token.bearer(made.data()["token"].as_str().unwrap());
    token.get("/api/v1/files").await.expect(200);
    upload(&token, "a.txt", b"hello")
        .await
        .expect_error(403, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_what_a_person_expects() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for (given, expected) in [
        ("..%2F..\\evil/passwd", "passwd"),
        ("Bericht für März.txt", "Bericht für März.txt"),
        ("invoice\u{202e}txt.exe", "invoicetxt.exe"),
        ("", "file"),
    ] {
        let sent = uploaded(
            &ann,
            given,
            given
                .as_bytes()
                .repeat(3)
                .as_slice()
                .get(..)
                .filter(|b| !b.is_empty())
                .unwrap_or(b"x"),
        )
        .await;
        assert_eq!(sent["name"], expected);
    }
    let long = format!("{}.txt", "x".repeat(400));
    let sent = uploaded(&ann, &long, b"long").await;
    assert_eq!(sent["name"].as_str().unwrap().len(), 255);
    let renamed = ann
        .patch(
            &format!("/api/v1/files/{}", id(&sent)),
            &json!({ "name": "a/b\u{7}.txt" }),
        )
        .await;
    assert_eq!(renamed.data()["name"], "b.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_found_by_name_and_type() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    uploaded(&ann, "Holiday.png", PNG).await;
    uploaded(&ann, "holiday plan.txt", b"go there").await;
    uploaded(&ann, "notes.txt", b"stay here").await;
    for (query, count) in [
        ("q=HOLIDAY", 2),
        ("type=image", 1),
        ("type=text", 2),
        ("type=text&q=holiday", 1),
        ("type=pdf", 0),
        ("q=nothing", 0),
    ] {
        let found = ann.get(&format!("/api/v1/files?{query}")).await;
        found.expect(200);
        assert_eq!(found.data().as_array().unwrap().len(), count, "{query}");
    }
    ann.get("/api/v1/files?type=program")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let visible = [
        b"--cut\r\nContent-Disposition: form-data; name=\"visibility\"\r\n\r\nworkspace\r\n".to_vec(),
        form("a.txt", b"to all"),
    ]
    .concat();
    let sent = ann.send(Method::POST, "/api/v1/files", &[FORM], visible).await;
    sent.expect(201);
    assert_eq!(sent.data()["visibility"], "workspace");
}
