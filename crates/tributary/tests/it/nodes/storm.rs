//! Hundreds of connections that are lost at once and come back to another node; and what is far too large.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream;
use http::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::follower::Follower;
use super::{Nodes, Over};
use crate::support::socket::Socket;

/// Connections; their files, on both ends, must be allowed. A program that was built for speed takes thousands.
fn many() -> usize {
    let asked = std::env::var("TEST_STORM").ok().and_then(|s| s.parse().ok());
    asked.unwrap_or(500)
}

/// How long they may need to be live again; fifteen seconds are promised, for a program that was built for speed on
/// a machine of its own.
const ALL_BACK: Duration = Duration::from_secs(30);

/// Lets this process, and those that it starts, open as many files as the machine permits.
fn open_many_files() {
    let own = std::process::id().to_string();
    let _ = std::process::Command::new("prlimit")
        .args(["--pid", &own, "--nofile=20000:"])
        .status();
}

async fn store_reads(nodes: &Nodes) -> i64 {
    use sea_orm::{ConnectionTrait, Database, Statement};
    // The server counts with a delay; a connection of one's own counts little.
    let connection = Database::connect(nodes.database.url()).await.unwrap();
    let sql = "SELECT xact_commit::bigint AS n FROM pg_stat_database WHERE datname = current_database()";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get("", "n").unwrap()
}

/// Waits until everybody is live and this far in their thread; so long it took.
async fn all_live(followers: &[Follower], scopes: &[Vec<String>], head: i64, within: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let is_there = |(at, follower): (usize, &Follower)| {
            let scopes = &scopes[at % scopes.len()];
            follower.is_live(scopes) && follower.is_at(&scopes[2], head)
        };
        let there = followers.iter().enumerate().filter(|one| is_there(*one)).count();
        if there == followers.len() {
            return began.elapsed();
        }
        assert!(
            began.elapsed() < within,
            "{there} of {} are there",
            followers.len()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_lost_all_at_once_come_back() {
    open_many_files();
    let many = many();
    let Some(mut nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let (mut people, mut threads, mut scopes) = (vec![nodes.at(0)], Vec::new(), Vec::new());
    for name in ["bob", "cem", "dan"] {
        people.push(nodes.colleague(name).await.0);
    }
    for person in &people {
        let made = person
            .post("/api/v1/threads", &json!({ "visibility": "workspace" }))
            .await;
        made.expect(201);
        threads.push(made.data()["id"].as_str().unwrap().to_owned());
    }
    let workspace = people[0].get("/api/v1/workspace").await.data();
    for (person, thread) in people.iter().zip(&threads) {
        scopes.push(vec![
            format!("u:{}", super::history::id_of(person).await),
            format!("w:{}", workspace["id"].as_str().unwrap()),
            format!("t:{thread}"),
        ]);
    }
    let addresses = Arc::new(parking_lot::RwLock::new(nodes.addresses()));
    let mut followers = Vec::new();
    let came = Instant::now();
    for at in 0..many {
        let (person, scopes_of) = (&people[at % 4], &scopes[at % 4]);
        followers.push(Follower::begin(person, &addresses, 0, scopes_of.clone()));
        // They come in turn; they leave together.
        if at % 100 == 99 {
            all_live(&followers[at - 99..], &scopes, 0, ALL_BACK).await;
        }
    }
    let came = came.elapsed();
    let before = store_reads(&nodes).await;
    nodes.kill(0);
    *addresses.write() = nodes.addresses();
    let began = Instant::now();
    let there = people[0].at(&nodes.process(1).base);
    for (n, thread) in threads.iter().enumerate() {
        let body = json!({ "content": format!("meanwhile {n}"), "reply": false });
        let path = format!("/api/v1/threads/{thread}/messages");
        there.post(&path, &body).await.expect(201);
    }
    // Live as far as the store is: what was said meanwhile is there too.
    all_live(&followers, &scopes, 1, ALL_BACK).await;
    let back = began.elapsed();
    let reads = store_reads(&nodes).await - before;
    let memory = nodes.process(1).memory();
    eprintln!(
        "{many} came in {came:?} and were back in {back:?} with {reads} questions to the store, {:.1} for each; {memory} MB",
        reads as f64 / many as f64
    );
    assert!(
        reads < 25 * many as i64,
        "what one asks does not grow with how many ask"
    );
    let ended: Vec<_> = stream::iter(followers)
        .map(Follower::end)
        .buffer_unordered(64)
        .collect()
        .await;
    for one in ended {
        assert_eq!(one.wrongs, [""; 0]);
        assert_eq!((one.breaks, one.resets), (1, 0));
        assert!(one.was_told("meanwhile"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_far_too_large_is_refused_at_the_door() {
    let Some(nodes) = Nodes::start(1, Over::StoreAlone, &[]).await else {
        return;
    };
    let ann = nodes.at(0);
    let thread = ann.thread().await;
    let mut socket = Socket::open(&nodes.process(0).base, &ann).await;
    socket.watch(&thread).await;
    let say = async |text: &str| {
        let body = json!({ "content": text, "reply": false });
        let path = format!("/api/v1/threads/{thread}/messages");
        ann.post(&path, &body).await.expect(201);
    };
    say("before").await;
    let before = nodes.process(0).memory();
    let huge = "x".repeat(33 << 20);
    let messages = format!("/api/v1/threads/{thread}/messages");
    let draft = format!("/api/v1/threads/{thread}/draft");
    let settings = "/api/v1/settings";
    let cases = [
        (Method::POST, &*messages, json!({ "content": huge })),
        (Method::PUT, &*draft, json!({ "text": huge })),
        (Method::PATCH, settings, json!({ "values": { "theme": huge } })),
    ];
    for (method, path, body) in cases {
        let body = bytes::Bytes::from(body.to_string());
        for _ in 0..3 {
            let json = [("content-type", "application/json")];
            let sent = ann.try_send(method.clone(), path, &json, body.clone());
            // Whoever goes on sending may find the line closed before the answer.
            if let Some(answer) = sent.await {
                answer.expect_error(413, "PAYLOAD_TOO_LARGE");
            }
        }
    }
    let mut talker = Socket::open(&nodes.process(0).base, &ann).await;
    talker.send_raw(Message::text(huge)).await;
    let code = talker.end().await;
    say("after").await;
    socket
        .until(|f| f["d"]["messages"][0]["content"] == "after")
        .await;
    let kept: Vec<_> = ann.messages(&thread).await;
    assert_eq!(kept.len(), 2);
    let more = nodes.process(0).memory().saturating_sub(before);
    assert!(more < 64, "{more} MB more");
    assert_eq!(code, Some(4400), "it is told why");
}
