//! Clients that are slow, silent or stuck are nobody's problem but their own.

use std::time::{Duration, Instant};

use futures::future::join_all;
use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::process::Process;
use super::{kept, person};
use crate::security::raw;
use crate::support::{eventually, standin};

#[tokio::test(flavor = "multi_thread")]
async fn slow_silent_and_idle_connections_block_nobody() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&folder.path().join("data"), &[]).await;
    let ann = person(&process.base, &standin).await;
    let before = process.memory();
    let head = raw::head("POST", "/api/v1/threads", Some(ann.token()));
    let open = |text: String| {
        let base = process.base.clone();
        async move {
            let mut stream = raw::connect(&base).await;
            stream.write_all(text.as_bytes()).await.unwrap();
            stream
        }
    };
    let idle = join_all((0..500).map(|_| open(String::new()))).await;
    let half = join_all((0..100).map(|_| open("GET /api/v1/auth/me HTTP/1.1\r\nhost".to_owned()))).await;
    let slow_head = format!("{head}content-length: 1000\r\n\r\n");
    let mut slow = join_all((0..100).map(|_| open(slow_head.clone()))).await;
    // Everybody else is served as if nothing were.
    let thread = ann.thread().await;
    let began = Instant::now();
    for _ in 0..20 {
        for stream in &mut slow {
            stream.write_all(b" ").await.unwrap();
        }
        ann.get("/api/v1/threads").await.expect(200);
    }
    let answer = ann.ask(&thread, "Are you there?", "openai/mock").await;
    answer.expect(201);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let grown = process.memory().saturating_sub(before);
    assert!(grown < 64, "700 connections that do nothing cost {grown} MB");
    drop((idle, half, slow));
    ann.get("/api/v1/threads").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_stuck_does_not_hold_up_the_answer() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&folder.path().join("data"), &[]).await;
    let ann = person(&process.base, &standin).await;
    let thread = ann.thread().await;
    let path = format!("/api/v1/threads/{thread}/messages");
    let body = json!({ "content": "Much", "model": "openai/mock-n60000" }).to_string();
    let head = raw::head("POST", &path, Some(ann.token()));
    let head = format!("{head}accept: text/event-stream\r\ncontent-type: application/json\r\n");
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let mut stuck = raw::connect(&process.base).await;
    stuck.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 64];
    stuck.read_exact(&mut first).await.unwrap();
    let all = eventually("it is written", || async {
        let all = ann.messages(&thread).await;
        (all.len() == 2 && all[1]["status"] == "complete").then_some(all)
    })
    .await;
    let reply = all[1]["id"].as_str().unwrap();
    let text = kept(&ann, &thread, reply).await["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(text.split_whitespace().count(), 60_000);
    let again = join_all((0..20).map(|_| {
        let (ann, path) = (ann.clone(), format!("{path}/{reply}/stream"));
        async move { ann.open(Method::GET, &path, &[], "").await }
    }))
    .await;
    let memory = process.memory();
    assert!(memory < 250, "{memory} MB with twenty readers that do not read");
    drop((again, stuck));
    ann.get("/api/v1/threads").await.expect(200);
}
