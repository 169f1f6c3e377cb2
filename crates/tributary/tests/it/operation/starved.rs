//! No room left in the store: said so, nothing lost, and well again afterwards.

use std::path::Path;

use http::Method;
use serde_json::json;

use super::process::Process;
use super::{again, event_numbers, person};
use crate::support::{Client, standin};

/// Writes until the server refuses; answers what it acknowledged.
async fn fill(ann: &Client, thread: &str) -> (Vec<String>, crate::support::Answer) {
    let path = format!("/api/v1/threads/{thread}/messages");
    let filling = "x".repeat(60_000);
    let mut acknowledged = Vec::new();
    for n in 0..2_000 {
        let content = format!("{n} {filling}");
        let body = json!({ "content": content, "reply": false });
        let answer = ann.post(&path, &body).await;
        if answer.status != 201 {
            return (acknowledged, answer);
        }
        acknowledged.push(content);
    }
    panic!("the store never got full");
}

async fn check(ann: &Client, data: &Path, thread: &str, acknowledged: &[String]) {
    let mut there = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/threads/{thread}/messages?limit=50{cursor}");
        let answer = ann.get(&path).await;
        answer.expect(200);
        let page = answer.json();
        let rows = page["data"].as_array().unwrap();
        there.extend(rows.iter().map(|m| m["content"].as_str().unwrap().to_owned()));
        match page["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    there.reverse();
    assert!(there == acknowledged, "{} of {}", there.len(), acknowledged.len());
    let numbers = event_numbers(data, thread).await;
    let gapless: Vec<i64> = (1..=numbers.len() as i64).collect();
    assert_eq!(numbers, gapless);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_loses_nothing() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::on_a_full_disk(&data).await;
    let ann = person(&process.base, &standin).await;
    let thread = ann.thread().await;
    let (mut acknowledged, refused) = fill(&ann, &thread).await;
    refused.expect_error(503, "UNAVAILABLE");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(acknowledged.len() > 10);
    // Reading goes on, and it stays up.
    check(&ann, &data, &thread, &acknowledged).await;
    // It may take some more when it gave up a larger write; what it takes, it keeps.
    for _ in 0..3 {
        let (more, refused) = fill(&ann, &thread).await;
        acknowledged.extend(more);
        refused.expect_error(503, "UNAVAILABLE");
    }
    let log = process.log();
    assert!(
        log.contains("disk cannot be used") || log.contains("no space left"),
        "{log:.500}"
    );
    assert!(!log.contains("panicked"), "{log}");
    process.kill();
    let path = format!("/api/v1/threads/{thread}/messages");
    // With room again everything goes on where it was.
    let process = Process::start(&data, &[]).await;
    let ann = again(&process.base, &ann);
    check(&ann, &data, &thread, &acknowledged).await;
    let json = [("content-type", "application/json")];
    let body = json!({ "content": "There is room again", "reply": false }).to_string();
    ann.send(Method::POST, &path, &json, body).await.expect(201);
}
