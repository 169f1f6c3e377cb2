//! Threads: lists, changes, drafts, titles, and who may enter.

use serde_json::json;

use crate::support::{TestApp, eventually, standin};

#[tokio::test]
async fn threads_are_listed_searched_changed_and_deleted() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for n in 0..7 {
        ann.post("/api/v1/threads", &json!({ "title": format!("Thread {n}") }))
            .await
            .expect(201);
    }
    let first = ann.get("/api/v1/threads?limit=3").await.json();
    assert_eq!(first["data"][0]["title"], "Thread 6", "newest first");
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    let second = ann
        .get(&format!("/api/v1/threads?limit=3&cursor={cursor}"))
        .await
        .json();
    assert_eq!(second["data"][0]["title"], "Thread 3");
    ann.get("/api/v1/threads?cursor=nonsense")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.get("/api/v1/threads?limit=0")
        .await
        .expect_error(422, "VALIDATION_FAILED");
    ann.get("/api/v1/threads?bogus=1")
        .await
        .expect_error(422, "VALIDATION_FAILED");

    let id = second["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/threads/{id}");
    ann.patch(&path, &json!({ "pinned": true, "title": "Tea with 李" }))
        .await
        .expect(200);
    assert_eq!(
        ann.get("/api/v1/threads").await.data()[0]["id"],
        id.as_str(),
        "pinned on top"
    );
    assert_eq!(
        ann.get("/api/v1/threads?q=TEA%20%E6%9D%8E")
            .await
            .data()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        ann.get("/api/v1/threads?q=coffee")
            .await
            .data()
            .as_array()
            .unwrap()
            .len(),
        0
    );
    ann.patch(&path, &json!({ "archived": true, "model": "openai/x" }))
        .await
        .expect(200);
    ann.patch(&path, &json!({ "model": null })).await.expect(200);
    assert!(ann.get(&path).await.data()["model"].is_null());
    assert_eq!(
        ann.get("/api/v1/threads").await.data().as_array().unwrap().len(),
        6
    );
    assert_eq!(
        ann.get("/api/v1/threads?archived=true")
            .await
            .data()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    ann.delete(&path).await.expect(200);
    ann.get(&path).await.expect_error(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_draft_is_kept_and_the_later_writer_wins() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/draft");
    ann.put(
        &path,
        &json!({ "text": "new", "updated_at": "2026-01-02T00:00:00Z" }),
    )
    .await
    .expect(200);
    let late = ann
        .put(
            &path,
            &json!({ "text": "old", "updated_at": "2026-01-01T00:00:00Z" }),
        )
        .await;
    assert_eq!(late.data()["text"], "new");
    assert_eq!(
        ann.get(&format!("/api/v1/threads/{thread}")).await.data()["draft"]["text"],
        "new"
    );
}

#[tokio::test]
async fn a_title_is_made_after_the_first_exchange_and_a_person_has_the_last_word() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    ann.ask(&thread, "What is a tributary?", "openai/mock-m")
        .await
        .expect(201);
    let title = eventually("a title", || async {
        ann.get(&format!("/api/v1/threads/{thread}")).await.data()["title"]
            .as_str()
            .map(str::to_owned)
    })
    .await;
    assert_eq!(title, "A report", "the stand-in's first line, tidied");
    let named = ann
        .post("/api/v1/threads", &json!({ "title": "Mine" }))
        .await
        .data()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.ask(&named, "Hello", "openai/mock-m").await.expect(201);
    assert_eq!(
        ann.get(&format!("/api/v1/threads/{named}")).await.data()["title"],
        "Mine"
    );
}

#[tokio::test]
async fn nobody_enters_what_is_not_theirs() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let eve = app.person("eve").await;
    let thread = ann.thread().await;
    let exchange = ann.ask(&thread, "Mine", "openai/mock-y").await.data();
    let (message, reply) = (
        exchange["message"]["id"].as_str().unwrap(),
        exchange["reply"]["id"].as_str().unwrap(),
    );
    let at = format!("/api/v1/threads/{thread}");
    for path in [
        at.clone(),
        format!("{at}/messages"),
        format!("{at}/messages/{message}"),
        format!("{at}/messages/{reply}/stream"),
        format!("{at}/export"),
    ] {
        eve.get(&path).await.expect_error(404, "NOT_FOUND");
    }
    for (path, body) in [
        (format!("{at}/messages"), json!({ "content": "x" })),
        (format!("{at}/messages/{reply}/stop"), json!({})),
        (format!("{at}/messages/{reply}/regenerate"), json!({})),
        (format!("{at}/messages/{reply}/continue"), json!({})),
        (format!("{at}/messages/{message}/edit"), json!({ "content": "x" })),
        (format!("{at}/fork"), json!({})),
        (format!("{at}/head"), json!({ "message_id": message })),
    ] {
        eve.post(&path, &body).await.expect_error(404, "NOT_FOUND");
    }
    eve.patch(&at, &json!({ "title": "x" }))
        .await
        .expect_error(404, "NOT_FOUND");
    eve.put(&format!("{at}/draft"), &json!({ "text": "x" }))
        .await
        .expect_error(404, "NOT_FOUND");
    eve.delete(&at).await.expect_error(404, "NOT_FOUND");
    let own = eve.thread().await;
    eve.get(&format!("/api/v1/threads/{own}/messages?branch={message}"))
        .await
        .expect_error(404, "NOT_FOUND");
    eve.post(
        &format!("/api/v1/threads/{own}/head"),
        &json!({ "message_id": message }),
    )
    .await
    .expect_error(404, "NOT_FOUND");
    eve.post(
        &format!("/api/v1/threads/{own}/fork"),
        &json!({ "message_id": message }),
    )
    .await
    .expect_error(404, "NOT_FOUND");
    assert_eq!(ann.messages(&thread).await.len(), 2);
    app.client().get(&at).await.expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn wrong_bodies_get_their_codes_and_change_nothing() {
    use http::Method;
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let json_type = [("content-type", "application/json")];
    for (body, status, code) in [
        ("{", 400, "INVALID_JSON"),
        ("{\"content\":\"a\"} x", 400, "INVALID_JSON"),
        ("{\"content\":\"\\ud800\"}", 400, "INVALID_JSON"),
        ("[]", 422, "VALIDATION_FAILED"),
        ("{}", 422, "VALIDATION_FAILED"),
        ("{\"content\":5}", 422, "VALIDATION_FAILED"),
        ("{\"content\":\"  \\n\"}", 422, "VALIDATION_FAILED"),
        ("{\"content\":\"a\\u0000b\"}", 422, "VALIDATION_FAILED"),
        ("{\"content\":\"x\",\"bogus\":1}", 422, "VALIDATION_FAILED"),
        (
            "{\"content\":\"x\",\"parent_id\":\"no\"}",
            422,
            "VALIDATION_FAILED",
        ),
    ] {
        let answer = ann.send(Method::POST, &path, &json_type, body).await;
        answer.expect_error(status, code);
    }
    let long = json!({ "content": "x".repeat(200_001), "reply": false });
    ann.post(&path, &long)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let huge = json!({ "content": "x".repeat(10 << 20), "reply": false });
    ann.post(&path, &huge)
        .await
        .expect_error(413, "PAYLOAD_TOO_LARGE");
    let xml = ann
        .send(Method::POST, &path, &[("content-type", "text/xml")], "<a/>")
        .await;
    xml.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    ann.get("/api/v1/threads/not-an-id")
        .await
        .expect_error(404, "NOT_FOUND");
    ann.get("/api/v1/nothing").await.expect_error(404, "NOT_FOUND");
    ann.put("/api/v1/threads", &json!({}))
        .await
        .expect_error(405, "METHOD_NOT_ALLOWED");
    assert!(ann.messages(&thread).await.is_empty());
    let odd = "𝒜 e\u{301} \u{202e}rtl \u{200b} 👨‍👩‍👧 ﷽ \t\r\n end";
    ann.post(&path, &json!({ "content": odd, "reply": false }))
        .await
        .expect(201);
    assert_eq!(ann.messages(&thread).await[0]["content"], odd);
}
