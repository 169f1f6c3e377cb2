//! The owner of an answer, and what becomes of the answer when the owner does not do its part any more.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Nodes, Over, Reader};
use crate::operation::{begin, kept};
use crate::support::eventually;

/// Twelve seconds are promised; the machine of a test may be slow.
const TAKEN_OVER: Duration = Duration::from_secs(20);

async fn the_owner_dies(over: Over) {
    let Some(mut nodes) = Nodes::start(3, over, &[]).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let (_live, reply, _) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n5000-i20").await;
    let mut reader = nodes.reader(1, &thread, &reply).await;
    reader.words(30).await;
    assert_eq!(
        nodes.at(1).get(&format!("/api/v1/threads/{thread}")).await.data()["running"],
        true
    );
    nodes.kill(0);
    let died = Instant::now();
    assert_eq!(reader.end().await, "interrupted");
    assert!(died.elapsed() < TAKEN_OVER, "{:?}", died.elapsed());
    for node in [1, 2] {
        let kept = kept(&nodes.at(node), &thread, &reply).await;
        assert_eq!(kept["status"], "interrupted");
        let text = kept["content"].as_str().unwrap();
        assert!(!text.is_empty());
        assert!(text.starts_with(&reader.text) || reader.text.starts_with(text));
    }
    nodes.standin.set_script(Some("mock-n3"));
    let went_on = nodes
        .at(2)
        .post(
            &format!("/api/v1/threads/{thread}/messages/{reply}/continue"),
            &json!({}),
        )
        .await;
    went_on.expect(201);
    assert_eq!(went_on.data()["reply"]["status"], "complete");
    let all = nodes.at(1).messages(&thread).await;
    assert_eq!(all.len(), 2, "nothing is doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_dies_is_noticed() {
    the_owner_dies(Over::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_dies_is_noticed_without_redis_too() {
    the_owner_dies(Over::StoreAlone).await;
}

async fn another_dies(over: Over) {
    let Some(mut nodes) = Nodes::start(2, over, &[]).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n150-i20").await;
    let mut far = nodes.reader(1, &thread, &reply).await;
    far.words(10).await;
    nodes.kill(1);
    let mut near = Reader::over(live, seen);
    assert_eq!(near.end().await, "complete");
    nodes.start_again(1).await;
    let kept = kept(&nodes.at(1), &thread, &reply).await;
    assert_eq!(kept["content"], near.text.as_str());
    assert!(near.text.starts_with(&far.text));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_that_dies_disturbs_no_answer() {
    another_dies(Over::Redis).await;
    another_dies(Over::StoreAlone).await;
}

async fn somebody_stops_it_elsewhere(over: Over) {
    let Some(nodes) = Nodes::start(2, over, &[]).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n5000-i20").await;
    let stopped = nodes
        .at(1)
        .post(
            &format!("/api/v1/threads/{thread}/messages/{reply}/stop"),
            &json!({}),
        )
        .await;
    stopped.expect(200);
    assert_eq!(stopped.data()["status"], "stopped");
    let mut near = Reader::over(live, seen);
    assert_eq!(near.end().await, "stopped");
    assert_eq!(stopped.data()["content"], near.text.as_str());

    // And deleting the thread elsewhere ends what runs in it.
    let (live, ..) = begin(&nodes.at(0), &thread, "Again", "openai/mock-n5000-i20").await;
    let path = format!("/api/v1/threads/{thread}");
    nodes.at(1).delete(&path).await.expect(200);
    Reader::over(live, String::new()).end().await;
    nodes.at(0).get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stopped_from_another_node() {
    somebody_stops_it_elsewhere(Over::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stopped_from_another_node_without_redis_too() {
    somebody_stops_it_elsewhere(Over::StoreAlone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_was_paused_finds_itself_fenced() {
    // Without drafts nothing but the lease tells it that it was away.
    let settings = [("TRIBUTARY_CHAT_DRAFT_SECONDS", "3600")];
    let Some(nodes) = Nodes::start(2, Over::Redis, &settings).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n5000-i20").await;
    let mut near = Reader::over(live, seen);
    let mut far = nodes.reader(1, &thread, &reply).await;
    far.words(20).await;
    nodes.process(0).signal("-STOP");
    let paused = Instant::now();
    near.what_is_there().await;
    let shown = near.text.clone();
    assert_eq!(far.end().await, "interrupted");
    let taken = kept(&nodes.at(1), &thread, &reply).await;
    tokio::time::sleep(Duration::from_secs(15).saturating_sub(paused.elapsed())).await;
    nodes.process(0).signal("-CONT");
    // It comes back, with words that came meanwhile waiting for it, and neither keeps nor shows them.
    assert_eq!(near.end().await, "interrupted");
    assert_eq!(near.text, shown);
    eventually("it says so", || async {
        let log = nodes.process(0).log();
        log.contains("belongs to another one now").then_some(())
    })
    .await;
    for node in [0, 1] {
        let after = kept(&nodes.at(node), &thread, &reply).await;
        assert_eq!(after["content"], taken["content"]);
        assert_eq!(after["updated_at"], taken["updated_at"]);
    }
    assert_eq!(nodes.at(0).messages(&thread).await.len(), 2);
    assert_eq!(
        nodes.kinds(&thread).await,
        ["message.created", "message.created", "message.ended"]
    );
    // It takes part again.
    nodes.standin.set_script(Some("mock-n3"));
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/continue");
    let went_on = nodes.at(0).post(&path, &json!({})).await;
    went_on.expect(201);
    assert_eq!(went_on.data()["reply"]["status"], "complete");
}

async fn a_rolling_restart(over: Over) {
    let settings = [("TRIBUTARY_CHAT_DRAIN_SECONDS", "0.5")];
    let Some(mut nodes) = Nodes::start(2, over, &settings).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n5000-i20").await;
    let mut near = Reader::over(live, seen);
    let mut before = String::new();
    for node in [0, 1] {
        nodes.stop(node).await;
        // Somebody else goes on with it unasked.
        let other = nodes.at(1 - node);
        before = eventually("it goes on", || async {
            let now = kept(&other, &thread, &reply).await;
            let text = now["content"].as_str().unwrap().to_owned();
            assert!(text.starts_with(&before), "{before}\n{text}");
            (now["status"] == "streaming" && text.len() > before.len() + 100).then_some(text)
        })
        .await;
        nodes.start_again(node).await;
    }
    assert_eq!(near.end().await, "interrupted");
    assert!(before.starts_with(&near.text));
    let mut far = nodes.reader(1, &thread, &reply).await;
    far.words(5).await;
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/stop");
    nodes.at(1).post(&path, &json!({})).await.expect(200);
    assert_eq!(far.end().await, "stopped");
    assert_eq!(nodes.at(0).messages(&thread).await.len(), 2, "nothing is doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_drops_no_answer() {
    a_rolling_restart(Over::Redis).await;
    a_rolling_restart(Over::StoreAlone).await;
}
