//! Readers that do not keep up: they cost little, delay nobody, and lose nothing once they read again.

use std::time::Duration;

use serde_json::json;

use crate::support::TestApp;
use crate::support::socket::Socket;

/// As many as are more than the network keeps.
const MESSAGES: usize = 50;

#[tokio::test]
async fn a_reader_that_pauses_catches_up_without_a_hole() {
    let app = TestApp::with(|config| config.limits.requests = 0).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let mut slow = Socket::open(&app.base(), &ann).await;
    slow.watch(&thread).await;
    // Some ten megabytes that nobody reads: more than the network keeps.
    // One long word: there is nothing in it that the index would have to think about.
    let long = "x".repeat(190_000);
    for n in 0..MESSAGES {
        let body = json!({ "content": format!("{n} {long}"), "reply": false });
        ann.post(&format!("/api/v1/threads/{thread}/messages"), &body)
            .await
            .expect(201);
    }
    let path = format!("/api/v1/live/snapshot?c=t:{thread}&last=200");
    let fresh = ann.get(&path).await.data();
    let last = fresh["s"].as_i64().unwrap();
    while slow.thread(&thread).seq < last {
        match slow.next().await {
            Some(frame) if frame["k"] == "reset" => {
                let c = frame["c"].clone();
                slow.send(&json!({ "k": "sub", "c": c, "snap": { "last": 200 } }))
                    .await;
            }
            Some(_) => {}
            // On a busy machine it took too long, and was let go: it comes back as every client does.
            None => {
                let known = slow.mirror.clone();
                let back = Socket::come_back(&app.base(), &ann, known).await;
                slow = back.unwrap_or_else(|_| panic!("the server is there"));
            }
        }
    }
    let known = slow.thread(&thread);
    assert!(known.asks.is_empty(), "no hole was seen: {:?}", known.asks);
    assert_eq!(known.parts["messages"], fresh["d"]["messages"]);
    assert_eq!(known.parts["messages"].as_array().unwrap().len(), MESSAGES);
}

#[tokio::test]
async fn a_reader_that_never_comes_back_is_let_go_and_nobody_waits_for_it() {
    let app = TestApp::with(|config| config.limits.requests = 0).await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    let mut quick = Socket::open(&app.base(), &ann).await;
    quick.watch(&thread).await;
    let mut stuck = Socket::open(&app.base(), &ann).await;
    stuck.watch(&thread).await;
    stuck.send(&json!({ "k": "ack", "b": 1 })).await;
    let long = "x".repeat(96_000);
    for n in 0..60 {
        let body = json!({ "content": format!("{n} {long}"), "reply": false });
        let path = format!("/api/v1/threads/{thread}/messages");
        ann.post(&path, &body).await.expect(201);
        let arrived = tokio::time::timeout(Duration::from_secs(20), quick.event("message.created"));
        arrived.await.expect("the other one is not held up");
    }
    // It counts its bytes and has counted one: what is under way to it has an end.
    quick.settle().await;
}
