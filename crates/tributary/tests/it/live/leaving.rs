//! Nothing that is committed after a right was taken away reaches whoever had it.

use serde_json::json;

use crate::support::TestApp;
use crate::support::socket::Socket;

async fn say(client: &crate::support::Client, thread: &str, text: &str) {
    let body = json!({ "content": text, "reply": false });
    client
        .post(&format!("/api/v1/threads/{thread}/messages"), &body)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_thread_that_is_closed_again_is_silent_at_once() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let bob = app.colleague(&ann, &bob, "member").await;
    let path = async |thread: &str, visibility: &str| {
        let body = json!({ "visibility": visibility });
        ann.patch(&format!("/api/v1/threads/{thread}"), &body)
            .await
            .expect(200);
    };
    // At random points of a burst of messages.
    for round in 0..8 {
        let thread = ann.thread().await;
        path(&thread, "workspace").await;
        let mut socket = Socket::open(&app.base(), &bob).await;
        socket.watch(&thread).await;
        let before = async {
            for n in 0..6 + round {
                say(&ann, &thread, &format!("before {n}")).await;
            }
        };
        before.await;
        path(&thread, "private").await;
        for n in 0..5 {
            say(&ann, &thread, &format!("secret {n}")).await;
        }
        let kicked = socket.next_of("kick").await;
        assert_eq!(kicked["c"], format!("t:{thread}"));
        socket.settle().await;
        let told = serde_json::to_string(&socket.frames).unwrap();
        assert!(!told.contains("secret"), "{told}");
        socket
            .send(&json!({ "k": "sub", "i": 9, "c": format!("t:{thread}"), "snap": {} }))
            .await;
        assert_eq!(socket.until(|f| f["i"] == 9).await["code"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn whoever_is_removed_from_the_workspace_is_shown_out() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann.thread().await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let mut socket = Socket::open(&app.base(), &bob).await;
    socket.watch(&thread).await;
    let me = bob.get("/api/v1/auth/me").await.data()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.delete(&format!("/api/v1/members/{me}")).await.expect(200);
    say(&ann, &thread, "secret").await;
    assert_eq!(socket.end().await, Some(4403));
    let told = serde_json::to_string(&socket.frames).unwrap();
    assert!(!told.contains("secret"), "{told}");
}

#[tokio::test]
async fn whoever_becomes_a_guest_loses_what_guests_do_not_see() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann.thread().await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let mut socket = Socket::open(&app.base(), &bob).await;
    socket.watch(&thread).await;
    let me = bob.get("/api/v1/auth/me").await.data()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.patch(&format!("/api/v1/members/{me}"), &json!({ "role": "guest" }))
        .await
        .expect(200);
    say(&ann, &thread, "secret").await;
    ann.patch(
        &format!("/api/v1/threads/{thread}"),
        &json!({ "title": "secret" }),
    )
    .await
    .expect(200);
    socket.next_of("kick").await;
    socket.settle().await;
    let told = serde_json::to_string(&socket.frames).unwrap();
    assert!(!told.contains("secret"), "{told}");
}

#[tokio::test]
async fn a_thread_that_is_deleted_is_closed_for_all() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    ann.delete(&format!("/api/v1/threads/{thread}")).await.expect(200);
    socket.next_of("kick").await;
}

#[tokio::test]
async fn another_workspace_of_the_same_person_stays_apart() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let made = ann.post("/api/v1/workspaces", &json!({ "name": "Other" })).await;
    made.expect(201);
    let other = made.data()["id"].clone();
    let switched = ann
        .post("/api/v1/auth/switch", &json!({ "workspace_id": other }))
        .await;
    switched.expect(200);
    let mut there = app.client();
    there.bearer(switched.data()["access_token"].as_str().unwrap());
    let mut socket = Socket::open(&app.base(), &there).await;
    let created = ann.post("/api/v1/threads", &json!({ "title": "secret" })).await;
    created.expect(201);
    let event = socket.event("thread.created").await;
    assert_eq!(
        event["d"],
        json!({}),
        "the number goes on, the content does not cross"
    );
}
