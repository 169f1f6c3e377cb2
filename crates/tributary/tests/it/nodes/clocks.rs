//! Clocks that are wrong by an hour: those of clients, and that of a node.

use std::process::Command;
use std::time::Duration;

use kit::clock::Timestamp;
use serde_json::{Value, json};

use super::{Nodes, Over};
use crate::operation::kept;
use crate::support::socket::{Socket, dial};
use crate::support::{Client, eventually};

const HOUR: Duration = Duration::from_hours(1);

/// A device: where it is, and how wrong its clock is.
struct Device {
    client: Client,
    socket: Socket,
    ahead: bool,
    /// The newest time that it has seen.
    seen: Timestamp,
}

impl Device {
    async fn at(nodes: &Nodes, node: usize, ahead: bool) -> Self {
        let client = nodes.at(node);
        let socket = Socket::open(&nodes.process(node).base, &client).await;
        Self {
            client,
            socket,
            ahead,
            seen: Timestamp(0),
        }
    }

    /// By its own clock, but never before what it has seen.
    fn now(&self) -> Timestamp {
        let now = kit::clock::Clock::system().now();
        let shown = if self.ahead {
            now.plus(HOUR)
        } else {
            now.minus(HOUR)
        };
        shown.max(Timestamp(self.seen.micros() + 1))
    }

    async fn writes(&self, path: &str, text: &str) {
        let time = self.now();
        let answer = if path.ends_with("draft") {
            let body = json!({ "text": text, "updated_at": time });
            self.client.put(path, &body).await
        } else {
            let body = json!({ "values": { "theme": text }, "updated_at": time });
            self.client.patch(path, &body).await
        };
        answer.expect(200);
    }

    /// Reads events until this is the newest.
    async fn sees(&mut self, text: &str) {
        let said = self
            .socket
            .find(|f| newest(f).is_some_and(|(words, _)| words == text))
            .await;
        self.seen = newest(&said).unwrap().1;
        self.socket.frames.clear();
    }
}

/// What an event says of the draft or of the setting.
fn newest(frame: &Value) -> Option<(&str, Timestamp)> {
    let draft = &frame["d"]["drafts"][0];
    let settings = &frame["d"]["settings"];
    let (text, time) = if draft.is_object() {
        (&draft["text"], &draft["updated_at"])
    } else {
        (&settings["values"]["theme"], &settings["times"]["theme"])
    };
    Some((text.as_str()?, Timestamp::parse(time.as_str()?)?))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_edits_after_seeing_wins_whatever_the_clocks_of_the_devices() {
    let Some(nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let thread = nodes.ann.thread().await;
    let draft = format!("/api/v1/threads/{thread}/draft");
    for path in [&*draft, "/api/v1/settings"] {
        let mut fast = Device::at(&nodes, 0, true).await;
        let mut slow = Device::at(&nodes, 1, false).await;
        slow.writes(path, "first").await;
        fast.sees("first").await;
        slow.sees("first").await;
        for n in 0..3 {
            let text = format!("fast {n}");
            fast.writes(path, &text).await;
            slow.sees(&text).await;
            fast.sees(&text).await;
            let text = format!("slow {n}");
            slow.writes(path, &text).await;
            fast.sees(&text).await;
            slow.sees(&text).await;
        }
        // Without a time it counts as made now, after what is there.
        let now = nodes.at(1);
        let answer = if path.ends_with("draft") {
            now.put(path, &json!({ "text": "plain" })).await
        } else {
            now.patch(path, &json!({ "values": { "theme": "plain" } })).await
        };
        answer.expect(200);
        fast.sees("plain").await;
        slow.sees("plain").await;
        // Both at once, unseen: one wins, and it is the same everywhere.
        tokio::join!(fast.writes(path, "both fast"), slow.writes(path, "both slow"));
        fast.sees("both fast").await;
        slow.sees("both fast").await;
        for node in [0, 1] {
            let path = path.strip_suffix("/draft").unwrap_or(path);
            let there = nodes.at(node).get(path).await.data();
            assert!(there.to_string().contains("both fast"), "{there}");
        }
    }
}

/// What makes a program see another time, where it can be had.
fn an_hour_ahead() -> Option<Vec<(String, String)>> {
    let asked = Command::new("faketime")
        .args(["-f", "+3600s", "sh", "-c", "printf %s \"$LD_PRELOAD\""])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let library = String::from_utf8(asked.stdout).ok()?;
    Some(vec![
        ("LD_PRELOAD".to_owned(), library),
        ("FAKETIME".to_owned(), "+3600s".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC".to_owned(), "1".to_owned()),
    ])
}

async fn opens(nodes: &Nodes, issued_at: usize, node: usize) {
    let issued = nodes.at(issued_at).post("/api/v1/live/ticket", &json!({})).await;
    issued.expect(201);
    let offer = format!("trb.v1, tkt.{}", issued.data()["ticket"].as_str().unwrap());
    let headers = [("sec-websocket-protocol", offer)];
    let opened = dial(&nodes.process(node).base, &headers).await;
    assert!(opened.is_ok(), "{issued_at} {node}: {:?}", opened.err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_an_hour_ahead_takes_part() {
    let Some(hour) = an_hour_ahead() else {
        eprintln!("NOT RUN: a node with another clock needs faketime (Debian package faketime)");
        return;
    };
    let Some(mut nodes) = Nodes::start(1, Over::Redis, &[]).await else {
        return;
    };
    let plain = nodes.settings.len();
    nodes.settings.extend(hour);
    let ahead = nodes.another().await;
    nodes.settings.truncate(plain);
    nodes.processes.push(Some(ahead));
    nodes.becomes(1, "ready").await;
    assert!(nodes.process(1).log().contains("clock is not the store's"));
    // A token of one is good at the other, and a ticket too; neither lives longer for it.
    nodes.at(1).get("/api/v1/threads").await.expect(200);
    for (issued, node) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        opens(&nodes, issued, node).await;
    }
    let issued = nodes.at(1).post("/api/v1/live/ticket", &json!({})).await.data();
    let ends = Timestamp::parse(issued["expires_at"].as_str().unwrap()).unwrap();
    let now = kit::clock::Clock::system().now();
    assert!(ends.since(now) < Duration::from_mins(2), "{ends}");
    // People see each other.
    let (bob, bob_id) = nodes.colleague("bob").await;
    let mut ann = Socket::open(&nodes.process(0).base, &nodes.at(0)).await;
    let mut bobs = Socket::open(&nodes.process(1).base, &bob).await;
    ann.find(|f| f["k"] == "pres" && f["d"][&bob_id] == "online")
        .await;
    // What one writes wins over what was there, on either.
    let thread = nodes.ann.thread().await;
    let draft = format!("/api/v1/threads/{thread}/draft");
    for (node, text) in [(0, "one"), (1, "two"), (0, "three"), (1, "four")] {
        let put = nodes.at(node).put(&draft, &json!({ "text": text })).await;
        assert_eq!(put.data()["text"], text);
    }
    let there = nodes.at(0).get(&format!("/api/v1/threads/{thread}")).await;
    assert_eq!(there.data()["draft"]["text"], "four");
    bobs.settle().await;
    // Its answers belong to it while it lives, and to nobody once it is dead.
    ann.watch(&thread).await;
    let ask = json!({ "content": "Go", "model": "openai/mock-n5000-i20", "client_id": "go" });
    let headers = [("prefer", "respond-async"), ("content-type", "application/json")];
    let path = format!("/api/v1/threads/{thread}/messages");
    let asked = nodes
        .at(1)
        .send(http::Method::POST, &path, &headers, ask.to_string())
        .await;
    asked.expect(202);
    let reply = asked.data()["reply"]["id"].as_str().unwrap().to_owned();
    ann.until(|f| f["k"] == "gen" && f["op"] == "txt" && f["o"].as_i64() > Some(200))
        .await;
    assert_eq!(kept(&nodes.at(0), &thread, &reply).await["status"], "streaming");
    nodes.kill(1);
    for _ in 0..2 {
        let found = tokio::time::timeout(
            Duration::from_secs(9),
            eventually("it is interrupted", || async {
                let now = kept(&nodes.at(0), &thread, &reply).await;
                (now["status"] == "interrupted").then_some(())
            }),
        );
        if found.await.is_ok() {
            return;
        }
    }
    panic!("an answer has no end");
}
