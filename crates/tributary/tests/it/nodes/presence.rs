//! Who is there, when nodes and what is between them stumble: nobody who is there is called gone, and nobody who is
//! gone stays.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Nodes, Over};
use crate::support::socket::Socket;

/// The lease of a node and the grace of a person are 25 seconds together; the machine of a test may be slow.
const GHOST: Duration = Duration::from_secs(29);

/// What somebody is told of others.
struct Onlooker {
    socket: Socket,
    /// Whom they saw last, and how.
    seen: BTreeMap<String, String>,
    /// Everything that they were told.
    told: Vec<(String, String)>,
}

impl Onlooker {
    async fn at(nodes: &Nodes, node: usize) -> Self {
        let client = nodes.at(node);
        Self {
            socket: Socket::open(&nodes.process(node).base, &client).await,
            seen: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    fn note(&mut self, frame: &Value) {
        if frame["k"] == "pres" {
            for (user, state) in frame["d"].as_object().unwrap() {
                let state = state.as_str().unwrap();
                self.seen.insert(user.clone(), state.to_owned());
                self.told.push((user.clone(), state.to_owned()));
            }
        }
    }

    /// Looks on until they see this, for so long at most.
    async fn sees(&mut self, user: &str, state: &str, within: Duration) -> Duration {
        for frame in std::mem::take(&mut self.socket.frames) {
            self.note(&frame);
        }
        let began = Instant::now();
        while self.seen.get(user).is_none_or(|seen| seen != state) {
            let left = within.saturating_sub(began.elapsed());
            let next = tokio::time::timeout(left, self.socket.poll()).await;
            let frame = next.unwrap_or_else(|_| panic!("{user} is not {state}: {:?}", self.told));
            self.note(&frame.expect("the socket is open"));
        }
        began.elapsed()
    }

    /// Looks on for a while.
    async fn looks_on(&mut self, long: Duration) {
        let until = tokio::time::Instant::now() + long;
        while let Ok(frame) = tokio::time::timeout_at(until, self.socket.poll()).await {
            self.note(&frame.expect("the socket is open"));
        }
        self.socket.frames.clear();
    }

    fn was_told(&self, user: &str, state: &str) -> bool {
        self.told.iter().any(|(u, s)| u == user && s == state)
    }
}

/// Keeps a socket alive by reading it.
fn keep(mut socket: Socket) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { while socket.poll().await.is_some() {} })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_makes_nobody_offline_and_a_death_leaves_no_ghost() {
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let (bob, bob_id) = nodes.colleague("bob").await;
    let mut ann = Onlooker::at(&nodes, 0).await;
    let bobs = keep(Socket::open(&nodes.process(1).base, &bob).await);
    ann.sees(&bob_id, "online", GHOST).await;
    nodes.process(1).signal("-STOP");
    tokio::time::sleep(Duration::from_secs(14)).await;
    nodes.process(1).signal("-CONT");
    // Beyond the moment at which a dead node's people are gone.
    ann.looks_on(Duration::from_secs(14)).await;
    assert!(!ann.was_told(&bob_id, "offline"), "{:?}", ann.told);
    nodes.kill(1);
    let took = ann.sees(&bob_id, "offline", GHOST).await;
    assert!(
        took > Duration::from_secs(12),
        "a restart does not flicker: {took:?}"
    );
    bobs.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_is_known_after_redis_was_gone() {
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let (bob, bob_id) = nodes.colleague("bob").await;
    let (cem, cem_id) = nodes.colleague("cem").await;
    let (dan, dan_id) = nodes.colleague("dan").await;
    let mut ann = Onlooker::at(&nodes, 0).await;
    let _bobs = keep(Socket::open(&nodes.process(1).base, &bob).await);
    let cems = keep(Socket::open(&nodes.process(1).base, &cem).await);
    ann.sees(&bob_id, "online", GHOST).await;
    ann.sees(&cem_id, "online", GHOST).await;
    let mut redis = nodes.redis.take().unwrap();
    redis.kill();
    nodes.becomes(0, "degraded").await;
    nodes.becomes(1, "degraded").await;
    // Comings and goings that nobody on the other node can hear.
    cems.abort();
    let _dans = keep(Socket::open(&nodes.process(1).base, &dan).await);
    // Longer than a node is believed.
    ann.looks_on(Duration::from_secs(12)).await;
    redis.begin().await;
    ann.sees(&dan_id, "online", GHOST).await;
    ann.sees(&cem_id, "offline", GHOST).await;
    ann.looks_on(Duration::from_secs(14)).await;
    assert!(!ann.was_told(&bob_id, "offline"), "{:?}", ann.told);
    assert_eq!(ann.seen[&bob_id], "online");
}
