//! The virus scanner: away, back again, and what it says. `TEST_CLAMAV=tcp://host:port` is a real one that knows one
//! signature of ours and takes streams of one megabyte (scripts/clamav).

use std::time::Duration;

use db::entity::jobs;
use db::kinds::JobState;
use kit::clock::{Clock, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{id, objects, text, until, upload, uploaded};
use crate::support::{TestApp, eventually};

const MARK: &[u8] = b"TRIBUTARY-TEST-SIGNATURE";

/// A scanner that knows the mark, on this port.
async fn scanner(port: u16) -> tokio::task::JoinHandle<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut command = [0; 10];
            socket.read_exact(&mut command).await.unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            let mut bytes = Vec::new();
            loop {
                let length = socket.read_u32().await.unwrap() as usize;
                if length == 0 {
                    break;
                }
                let begins = bytes.len();
                bytes.resize(begins + length, 0);
                socket.read_exact(&mut bytes[begins..]).await.unwrap();
            }
            let found = bytes.windows(MARK.len()).any(|window| window == MARK);
            let said: &[u8] = if found {
                b"stream: Mark FOUND\0"
            } else {
                b"stream: OK\0"
            };
            socket.write_all(said).await.unwrap();
        }
    })
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

async fn scans(app: &TestApp) -> u64 {
    jobs::Entity::find()
        .filter(jobs::Column::Kind.eq("file.scan"))
        .filter(jobs::Column::State.eq(JobState::Done))
        .count(app.db().read())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_scanner_is_away_files_wait_and_nothing_is_served() {
    let clock = Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    let port = free_port().await;
    let app = TestApp::with_clock(clock.clone(), |config| {
        config.clamav.address = Some(format!("tcp://127.0.0.1:{port}"));
    })
    .await;
    let ann = app.person("ann").await;
    let good = uploaded(&ann, "good.txt", b"nothing bad in here").await;
    let bad = uploaded(&ann, "bad.txt", &[b"well, ", MARK].concat()).await;
    for file in [&good, &bad] {
        assert_eq!(file["status"], "scanning");
        assert_eq!(file["url"], json!(null));
        let path = format!("/api/v1/files/{}/pages", id(file));
        assert_eq!(ann.get(&path).await.data(), json!([]));
    }
    // More attempts than an ordinary job has.
    for round in 1..=10 {
        clock.advance(Duration::from_mins(6));
        let tried = || async { (scans(&app).await >= 2 * round).then_some(()) };
        eventually("another attempt was made", tried).await;
    }
    let ann = app.signed_in("ann").await;
    assert_eq!(super::file(&ann, id(&good)).await["status"], "scanning");
    let scanner = scanner(port).await;
    clock.advance(Duration::from_mins(6));
    until(&ann, id(&good), "ready").await;
    let rejected = until(&ann, id(&bad), "rejected").await;
    assert_eq!(rejected["reason"], "The virus scanner found Mark in it.");
    let left = || async { (objects(&app).len() == 1).then_some(()) };
    eventually("its bytes are gone", left).await;
    scanner.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_is_about_the_bytes() {
    let port = free_port().await;
    let app = TestApp::with(|config| {
        config.clamav.address = Some(format!("tcp://127.0.0.1:{port}"));
    })
    .await;
    let scanner = scanner(port).await;
    let ann = app.person("ann").await;
    let refused = upload(&ann, "bad.txt", MARK).await;
    refused.expect_error(422, "FILE_REJECTED");
    assert!(refused.text().contains("found Mark"));
    uploaded(&ann, "good.txt", b"good").await;
    scanner.abort();
}

/// A real ClamAV, where this run has one.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_scanner_finds_refuses_and_is_too_small() {
    let Ok(address) = std::env::var("TEST_CLAMAV") else {
        eprintln!("NOT RUN: TEST_CLAMAV names no clamd");
        return;
    };
    for too_large in ["reject", "accept"] {
        let environment = [
            ("TRIBUTARY_CLAMAV_ADDRESS".to_owned(), address.clone()),
            ("TRIBUTARY_CLAMAV_TOO_LARGE".to_owned(), too_large.to_owned()),
        ];
        let clamav = tributary::Config::load(None, environment).unwrap().clamav;
        let app = TestApp::with(|config| config.clamav = clamav).await;
        let ann = app.person("ann").await;
        uploaded(&ann, "good.txt", b"nothing bad in here").await;
        let refused = upload(&ann, "bad.txt", &[&text(100_000)[..], MARK].concat()).await;
        refused.expect_error(422, "FILE_REJECTED");
        assert!(refused.text().contains("Tributary.Test"), "{}", refused.text());
        // It hangs up in the middle of this.
        let large = upload(&ann, "large.txt", &text(9_000_000)).await;
        if too_large == "accept" {
            large.expect(201);
            let kept = until(&ann, id(&large.data()), "ready").await;
            assert_eq!(kept["warnings"], json!(["unscanned"]));
        } else if large.status == 201 {
            // A machine that has much to do: the verdict comes after the answer.
            until(&ann, id(&large.data()), "rejected").await;
        } else {
            large.expect_error(422, "FILE_REJECTED");
        }
    }
}
