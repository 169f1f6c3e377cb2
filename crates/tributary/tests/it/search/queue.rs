//! What waits to be indexed survives, and everything can be indexed anew.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{ask, hits, say, settled};
use crate::operation::{person, process::Process};
use crate::support::{TestApp, eventually, standin};

#[tokio::test]
async fn a_message_is_found_within_two_seconds() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let thread = ann.thread().await;
    say(&ann, &thread, "warm up").await;
    settled(&app).await;
    say(&ann, &thread, "The password hint is rhubarb").await;
    let began = Instant::now();
    eventually("it is found", || async {
        (!super::found(&ann, "rhubarb").await.is_empty()).then_some(())
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_waits_survives_the_death_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let standin = standin().await;
    let server = Process::start(&data, &[]).await;
    let ann = person(&server.base, &standin).await;
    let thread = ann.thread().await;
    for n in 0..60 {
        say(&ann, &thread, &format!("Sultana number {n}")).await;
    }
    server.kill();
    let server = Process::start(&data, &[]).await;
    let ann = ann.at(&server.base);
    eventually("all are found", || async {
        let hits = hits(&ann, "sultana", "&mode=keyword&limit=50").await;
        let last = hits_of(&ann, "sultana 59").await && hits_of(&ann, "sultana 0").await;
        (hits.len() == 50 && last).then_some(())
    })
    .await;
}

async fn hits_of(ann: &crate::support::Client, q: &str) -> bool {
    !hits(ann, &format!("\"{}\"", q.replace(' ', " number ")), "")
        .await
        .is_empty()
}

#[tokio::test]
async fn everything_indexed_anew_is_found_as_before() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let bob = app.colleague(&ann, &bob, "member").await;
    let thread = ann
        .post("/api/v1/threads", &json!({ "title": "Harbour works" }))
        .await
        .data();
    let thread = thread["id"].as_str().unwrap().to_owned();
    for text in [
        "The crane in the harbour",
        "Ships wait for the crane",
        "A heron is another bird",
        "Cranes fly south",
    ] {
        say(&ann, &thread, text).await;
    }
    settled(&app).await;
    let look = || async {
        let mut seen = Vec::new();
        for (query, more) in [
            ("crane", ""),
            ("harbour", "&mode=keyword"),
            ("vessels", "&mode=semantic"),
            ("\"the crane\"", ""),
        ] {
            let hits = hits(&ann, query, more).await;
            seen.push(
                hits.iter()
                    .map(|hit| (hit["id"].clone(), hit["marks"].clone(), hit["snippet"].clone()))
                    .collect::<Vec<_>>(),
            );
        }
        seen
    };
    let before = look().await;
    bob.post("/api/v1/admin/reindex", &json!({})).await.expect(403);
    ann.post("/api/v1/admin/reindex", &json!({})).await.expect(202);
    eventually("it has begun", || async {
        (before == look().await).then_some(())
    })
    .await;
    settled(&app).await;
    assert_eq!(before, look().await);
    assert!(ask(&ann, "crane", "").await.data()["degraded"].is_null() || app.is_postgres());
}
