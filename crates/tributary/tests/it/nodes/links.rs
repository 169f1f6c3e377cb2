//! Between the nodes: Redis with its connections cut, gone and back empty, silent, and not there from the start. An
//! answer is followed through all of it to its last word.

use std::time::Duration;

use serde_json::json;

use super::{Nodes, Over, Proxy, Reader, RedisServer};
use crate::operation::{begin, kept};

/// An answer of some seconds that is read on both nodes while something happens; both read all of it.
async fn is_followed_through<F: Future<Output = ()>>(nodes: &Nodes, meanwhile: F) {
    let thread = nodes.at(0).thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n400-i20").await;
    let mut near = Reader::over(live, seen);
    let mut far = nodes.reader(1, &thread, &reply).await;
    let (_, _, ()) = tokio::join!(near.end(), far.end(), meanwhile);
    assert_eq!(
        (&near.status, &far.status),
        (&json!("complete"), &json!("complete"))
    );
    assert_eq!(near.text, far.text);
    assert_eq!(
        kept(&nodes.at(1), &thread, &reply).await["content"],
        near.text.as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_followed_on_another_node() {
    let Some(nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    is_followed_through(&nodes, async {}).await;
    // What goes between them says nothing to whoever listens on the server.
    let redis = nodes.redis.as_ref().unwrap();
    assert!(!redis.tell("KEYS *").await.contains("Go"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_comes_over_the_bus_and_not_only_from_the_store() {
    let settings = [("TRIBUTARY_CHAT_DRAFT_SECONDS", "3600")];
    let Some(nodes) = Nodes::start(2, Over::Redis, &settings).await else {
        return;
    };
    let thread = nodes.at(0).thread().await;
    let (live, reply, seen) = begin(&nodes.at(0), &thread, "Go", "openai/mock-n5000-i20").await;
    let (mut near, mut far) = (Reader::over(live, seen), nodes.reader(1, &thread, &reply).await);
    let mut third = nodes.reader(1, &thread, &reply).await;
    tokio::join!(far.words(50), third.words(50), near.words(50));
    assert_eq!(
        kept(&nodes.at(1), &thread, &reply).await["content"],
        "",
        "the store has nothing of it yet"
    );
    let path = format!("/api/v1/threads/{thread}/messages/{reply}/stop");
    nodes.at(1).post(&path, &json!({})).await.expect(200);
    tokio::join!(far.end(), third.end(), near.end());
    assert_eq!((&far.text, &third.text), (&near.text, &near.text));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_followed_without_redis() {
    let Some(nodes) = Nodes::start(2, Over::StoreAlone, &[]).await else {
        return;
    };
    is_followed_through(&nodes, async {}).await;
    let said = nodes.at(0).get("/readyz").await.json();
    assert_eq!(said, json!({ "status": "ready", "parts": { "store": "up" } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_again_and_again_lose_nothing() {
    let Some(nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let redis = nodes.redis.as_ref().unwrap();
    let cutting = async {
        for _ in 0..12 {
            redis.tell("CLIENT KILL TYPE pubsub").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    is_followed_through(&nodes, cutting).await;
    nodes.becomes(0, "ready").await;
    nodes.becomes(1, "ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_may_be_gone_for_a_while_and_come_back_empty() {
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let mut redis = nodes.redis.take().unwrap();
    let gone = async {
        redis.kill();
        nodes.becomes(0, "degraded").await;
        nodes.becomes(1, "degraded").await;
        let said = nodes.at(1).get("/readyz").await;
        said.expect(200);
        assert_eq!(said.json()["parts"], json!({ "store": "up", "redis": "down" }));
        tokio::time::sleep(Duration::from_secs(3)).await;
        redis.begin().await;
        nodes.becomes(0, "ready").await;
        nodes.becomes(1, "ready").await;
    };
    is_followed_through(&nodes, gone).await;
    is_followed_through(&nodes, async {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_may_go_silent_without_closing() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let line = Proxy::to(redis.address()).await;
    let Some(nodes) = Nodes::over(2, Some(redis), Some(line.url()), &[]).await else {
        return;
    };
    let silent = async {
        line.be_silent(true);
        // A request waits for no one while nobody has noticed yet.
        for _ in 0..20 {
            nodes.at(0).get("/api/v1/threads").await.expect(200);
        }
        nodes.becomes(0, "degraded").await;
        nodes.becomes(1, "degraded").await;
        line.be_silent(false);
        nodes.becomes(0, "ready").await;
        nodes.becomes(1, "ready").await;
    };
    is_followed_through(&nodes, silent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_start_while_redis_is_away() {
    let Some(mut redis) = RedisServer::start().await else {
        return;
    };
    redis.kill();
    let Some(mut nodes) = Nodes::over(2, None, None, &[]).await else {
        return;
    };
    nodes
        .settings
        .push(("TRIBUTARY_REDIS_URL".to_owned(), redis.url()));
    for node in [0, 1] {
        nodes.kill(node);
        nodes.start_again(node).await;
        nodes.becomes(node, "degraded").await;
        assert!(nodes.process(node).log().contains("Redis is not heard"));
    }
    is_followed_through(&nodes, async {}).await;
    redis.begin().await;
    nodes.becomes(0, "ready").await;
    nodes.becomes(1, "ready").await;
    is_followed_through(&nodes, async {}).await;
}
