//! What goes between the nodes, broken: cut, gone, silent, missing, doubled, late and forged. Whatever happens to it,
//! the log is the truth.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::history::House;
use super::recorder::disturb;
use super::{Nodes, Over, Proxy, RedisServer};

/// How long Redis is gone; half a minute is promised, and can be asked for.
fn gone() -> Duration {
    let asked = std::env::var("TEST_REDIS_GONE").ok().and_then(|s| s.parse().ok());
    Duration::from_secs(asked.unwrap_or(10))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_redis_cuts_every_connection_each_second() {
    let Some(nodes) = Nodes::start(3, Over::Redis, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let redis = nodes.redis.as_ref().unwrap();
    let cutting = async {
        for _ in 0..5 {
            for kind in ["pubsub", "normal"] {
                redis.tell(&format!("CLIENT KILL TYPE {kind}")).await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    house.write_while(cutting).await;
    let outcome = house.check(false).await;
    assert!(
        outcome.followed.iter().all(|one| one.breaks == 0),
        "nobody noticed"
    );
    eprintln!(
        "{} messages, caught up in {:?}",
        outcome.said.len(),
        outcome.caught_up
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_redis_is_gone_and_comes_back_empty() {
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let mut redis = nodes.redis.take().unwrap();
    let gone = async {
        redis.kill();
        tokio::time::sleep(gone()).await;
        redis.begin().await;
        nodes.becomes(0, "ready").await;
        nodes.becomes(1, "ready").await;
    };
    house.write_while(gone).await;
    let outcome = house.check(false).await;
    assert!(
        outcome.followed.iter().all(|one| one.breaks == 0),
        "nobody noticed"
    );
    eprintln!(
        "{} messages, caught up in {:?}",
        outcome.said.len(),
        outcome.caught_up
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_redis_is_silent() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let line = Proxy::to(redis.address()).await;
    let Some(nodes) = Nodes::over(2, Some(redis), Some(line.url()), &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let silent = async {
        line.be_silent(true);
        nodes.becomes(0, "degraded").await;
        nodes.becomes(1, "degraded").await;
        line.be_silent(false);
        nodes.becomes(0, "ready").await;
        nodes.becomes(1, "ready").await;
    };
    house.write_while(silent).await;
    house.check(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_without_redis() {
    let Some(nodes) = Nodes::start(2, Over::StoreAlone, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    house
        .write_while(async { tokio::time::sleep(Duration::from_secs(3)).await })
        .await;
    let outcome = house.check(false).await;
    // Two seconds are promised; the rest is the machine's.
    assert!(
        outcome.caught_up < Duration::from_secs(4),
        "{:?}",
        outcome.caught_up
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_messages_are_lost_doubled_late_and_forged() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    let line = Proxy::losing(redis.address()).await;
    let Some(nodes) = Nodes::over(2, Some(redis), Some(line.url()), &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let count = AtomicUsize::new(0);
    let disturbing = disturb(nodes.redis.as_ref().unwrap(), &count);
    let for_a_while = async {
        let _ = tokio::time::timeout(Duration::from_secs(6), disturbing).await;
    };
    house.write_while(for_a_while).await;
    let outcome = house.check(false).await;
    let count = count.load(Ordering::Relaxed);
    assert!(count > 100, "{count} were repeated or forged");
    eprintln!(
        "{} messages, {count} disturbances, caught up in {:?}",
        outcome.said.len(),
        outcome.caught_up
    );
}
