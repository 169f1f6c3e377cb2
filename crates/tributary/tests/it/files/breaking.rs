//! What breaks in the middle: connections, processes, disks. Nothing half stays.

use std::time::Duration;

use kit::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{form, objects, text, upload, uploaded};
use crate::operation::process::Process;
use crate::support::{Client, TestApp, eventually};

/// Sends the first bytes of an upload over a connection of its own.
async fn send_some(base: &str, token: &str, announced: usize, bytes: &[u8]) -> TcpStream {
    let host = base.trim_start_matches("http://");
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {announced}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_leaves_nothing_at_any_stage() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let form = form("a.txt", &text(6_000_000));
    for sent in [0, 20, 150, 200_000, 4_000_000, form.len() - 14, form.len() - 1] {
        let mut socket = send_some(&app.base(), ann.token(), form.len(), &form[..sent]).await;
        // The server is reading when the other side goes.
        socket.flush().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(socket);
    }
    let empty = || async { objects(&app).is_empty().then_some(()) };
    eventually("nothing is left of them", empty).await;
    assert_eq!(ann.get("/api/v1/files").await.data(), serde_json::json!([]));
    uploaded(&ann, "a.txt", &text(6_000_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_was_announced_is_not_read() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut socket = send_some(&app.base(), ann.token(), 5_000_000_000, b"").await;
    let mut answer = vec![0; 64];
    let read = socket.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

async fn person(base: &str) -> Client {
    let mut client = Client::new(base);
    let body = serde_json::json!({ "email": "ann@example.org", "password": "a good long password", "full_name": "ann" });
    let answer = client.post("/api/v1/auth/register", &body).await;
    answer.expect(201);
    client.bearer(answer.data()["access_token"].as_str().unwrap());
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_the_middle_leaves_nothing_after_the_sweep() {
    if std::env::var("TEST_DB").as_deref() == Ok("postgres") {
        eprintln!("NOT RUN here: the program has a store of its own, SQLite; its run there is enough");
        return;
    }
    // The folder of another server, which is then started over it.
    let mut app = TestApp::with_clock(
        Clock::fixed(Clock::system().now().plus(Duration::from_hours(48))),
        |_| {},
    )
    .await;
    app.stop().await;
    let process = Process::start(&app.folder(), &[]).await;
    let ann = person(&process.base).await;
    uploaded(&ann, "kept.txt", b"kept").await;
    let form = form("a.txt", &text(6_000_000));
    let _socket = send_some(&process.base, ann.token(), form.len(), &form[..5_000_000]).await;
    let begun = || async { objects(&app).iter().any(|name| name.contains('#')).then_some(()) };
    eventually("half of it lies there", begun).await;
    process.kill();
    // An object whose row was never written.
    let kept = objects(&app)
        .into_iter()
        .find(|name| !name.contains('#'))
        .unwrap();
    let (folder, _) = kept.rsplit_once('/').unwrap();
    let orphan = app
        .folder()
        .join("blobs")
        .join(folder)
        .join(kit::ids::new_id().to_string());
    std::fs::write(&orphan, b"orphan").unwrap();
    app.restart().await;
    let only_one = || async { (objects(&app) == [kept.clone()]).then_some(()) };
    eventually("the sweep leaves what has a row", only_one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_leaves_nothing() {
    if std::env::var("TEST_DB").as_deref() == Ok("postgres") {
        eprintln!("NOT RUN here: the program has a store of its own, SQLite; its run there is enough");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::on_a_full_disk(&data).await;
    let ann = person(&process.base).await;
    let refused = upload(&ann, "a.txt", &text(9_000_000)).await;
    refused.expect_error(503, "UNAVAILABLE");
    assert!(refused.text().contains("no space left"), "{}", refused.text());
    let mut left = Vec::new();
    let mut folders = vec![data.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                left.push(path)
            }
        }
    }
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    uploaded(&ann, "small.txt", b"small").await;
}
