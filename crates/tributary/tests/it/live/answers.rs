//! Running answers: seen by all who watch, whole for those who come late, stopped by whoever may.

use serde_json::json;

use crate::support::socket::Socket;
use crate::support::{Client, TestApp, standin};

async fn ask(client: &Client, thread: &str, model: &str) -> String {
    let body = json!({ "content": "Go", "model": model, "reply": true }).to_string();
    let path = format!("/api/v1/threads/{thread}/messages");
    let headers = [("prefer", "respond-async"), ("content-type", "application/json")];
    let answer = client.send(http::Method::POST, &path, &headers, body).await;
    answer.expect(202);
    answer.data()["reply"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_people_watch_the_same_answer_and_one_comes_late() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann.thread().await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let mut first = Socket::open(&app.base(), &ann).await;
    first.watch(&thread).await;
    let reply = ask(&ann, &thread, "openai/mock-v-n40-i10").await;
    first
        .until(|f| f["k"] == "gen" && f["op"] == "txt" && f["p"].is_null())
        .await;
    let mut late = Socket::open(&app.base(), &bob).await;
    late.watch(&thread).await;
    late.next_of("gsnap").await;
    for socket in [&mut first, &mut late] {
        let end = socket.find(|f| f["k"] == "gen" && f["op"] == "end").await;
        assert_eq!(end["status"], "complete");
        let event = socket.find(|f| f["kind"] == "message.ended").await;
        let message = &event["d"]["messages"][0];
        let answer = &socket.mirror.answers[&reply];
        assert_eq!(answer.text(), message["content"].as_str().unwrap());
        assert_eq!(answer.asks, 0, "nothing was missing on the way");
        assert_eq!(answer.text().split_whitespace().count(), 40);
        assert_eq!(message["usage"]["output_tokens"], 40);
    }
    // Whatever would come late has come by the end of a second answer.
    let second = ask(&ann, &thread, "openai/mock-v-n10-i10").await;
    let is_second =
        |f: &serde_json::Value| f["kind"] == "message.ended" && f["d"]["messages"][0]["id"] == second;
    first.until(is_second).await;
    let ended = first.frames.iter().position(|f| f["kind"] == "message.ended");
    let after = &first.frames[ended.unwrap()..];
    let late = after
        .iter()
        .filter(|f| f["k"] == "gen" && f["m"] == reply)
        .count();
    assert_eq!(
        late, 0,
        "nothing of an answer comes after the event that it has ended"
    );
    let opened = first.frames.iter().filter(|f| f["op"] == "open").count();
    assert_eq!(opened, 2);
    let told = first
        .frames
        .iter()
        .filter(|f| f["op"] == "txt" && f["m"] == reply)
        .count();
    assert!(told < 40, "words gather: {told}");
}

#[tokio::test]
async fn whoever_may_write_may_stop_and_everybody_sees_it() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann.thread().await;
    let open = json!({ "visibility": "workspace" });
    ann.patch(&format!("/api/v1/threads/{thread}"), &open)
        .await
        .expect(200);
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    let reply = ask(&ann, &thread, "openai/mock-n5000-i5").await;
    socket.until(|f| f["op"] == "txt").await;
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/stop");
    bob.post(&path, &json!({})).await.expect(200);
    let end = socket.find(|f| f["op"] == "end").await;
    assert_eq!(end["status"], "stopped");
    let kept = socket.find(|f| f["kind"] == "message.ended").await["d"]["messages"][0]["content"].clone();
    assert_eq!(socket.mirror.answers[&reply].text(), kept.as_str().unwrap());
}

#[tokio::test]
async fn going_on_is_a_new_run_after_the_old_text() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    let reply = ask(&ann, &thread, "openai/mock-n20-i5-c5").await;
    socket.find(|f| f["op"] == "end").await;
    let before = socket.mirror.answers[&reply].clone();
    assert!(!before.text.is_empty());
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/continue");
    ann.post(&path, &json!({})).await.expect(201);
    let resumed = socket
        .until(|f| f["op"] == "open" && Some(f["g"].as_str().unwrap()) != before.run.as_deref())
        .await;
    assert_eq!(resumed["o"], before.text.len());
    socket.until(|f| f["op"] == "end").await;
    let kept = ann.messages(&thread).await[1]["content"].clone();
    assert_eq!(socket.mirror.answers[&reply].text(), kept.as_str().unwrap());
}

#[tokio::test]
async fn a_gap_is_answered_with_the_whole() {
    let (app, standin) = (TestApp::start().await, standin().await);
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    socket.watch(&thread).await;
    let reply = ask(&ann, &thread, "openai/mock-n5000-i5").await;
    let told = socket.until(|f| f["op"] == "txt").await;
    socket
        .send(&json!({ "k": "gwant", "c": format!("t:{thread}"), "g": told["g"] }))
        .await;
    let whole = socket.next_of("gsnap").await;
    assert!(whole["text"].as_str().unwrap().starts_with("word1 "));
    assert_eq!(whole["m"], *reply);
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/stop");
    ann.post(&path, &json!({})).await.expect(200);
}
