//! Uploads in parts, over each store of objects.

use std::time::Duration;

use http::{Method, Request, StatusCode};
use kit::clock::{Clock, Timestamp};
use kit::http::{Reach, Timeouts};
use serde_json::{Value, json};

use super::{eicar, id, objects, over, stores, text, until};
use crate::support::{Answer, Client, TestApp, eventually};

const PART: usize = 8 << 20;

async fn begin(client: &Client, name: &str, size: usize) -> Value {
    let body = json!({ "name": name, "size": size });
    let answer = client.post("/api/v1/files/upload-url", &body).await;
    answer.expect(201);
    answer.data()
}

/// Sends bytes to a signed address, here or in S3, as nobody in particular.
async fn put(app: &TestApp, url: &str, bytes: &[u8]) -> StatusCode {
    let url = if url.starts_with('/') {
        format!("{}{url}", app.base())
    } else {
        url.to_owned()
    };
    let request = Request::put(url).body(bytes.to_vec().into()).unwrap();
    let client = kit::http::Client::new().unwrap();
    let sent = client
        .send(request, Reach::AllowPrivate, &Timeouts::default())
        .await;
    sent.unwrap().status()
}

async fn put_all(app: &TestApp, upload: &Value, bytes: &[u8]) {
    for part in upload["parts"].as_array().unwrap() {
        let (offset, size) = (part["offset"].as_u64().unwrap(), part["size"].as_u64().unwrap());
        let bytes = &bytes[offset as usize..(offset + size) as usize];
        assert!(put(app, part["url"].as_str().unwrap(), bytes).await.is_success());
    }
}

async fn complete(client: &Client, upload: &Value, body: Value) -> Answer {
    let path = format!("/api/v1/files/{}/complete", id(upload));
    client.post(&path, &body).await
}

fn hash(bytes: &[u8]) -> String {
    kit::vault::sha256(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_in_any_order_become_one_file() {
    for store in stores() {
        let app = over(store, |_| {}).await;
        let ann = app.person("ann").await;
        let bytes = text(PART + 100_000);
        let upload = begin(&ann, "large.txt", bytes.len()).await;
        assert_eq!(upload["method"], "PUT");
        assert_eq!(upload["url"], upload["parts"][0]["url"]);
        assert_eq!(upload["parts"].as_array().unwrap().len(), 2);
        // The second part first; then an interruption: what has arrived is asked for.
        let url = upload["parts"][1]["url"].as_str().unwrap();
        assert!(put(&app, url, &bytes[PART..]).await.is_success());
        let early = complete(&ann, &upload, json!({})).await;
        early.expect_error(409, "CONFLICT");
        assert_eq!(early.json()["details"][0]["field"], "parts.1");
        let path = format!("/api/v1/files/uploads/{}", id(&upload));
        let there = ann.get(&path).await.data();
        let received: Vec<_> = there["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| &p["received"])
            .collect();
        assert_eq!(received, [false, true]);
        let url = there["parts"][0]["url"].as_str().unwrap();
        assert!(put(&app, url, &bytes[..PART]).await.is_success());
        let wrong = complete(&ann, &upload, json!({ "sha256": "0".repeat(64) })).await;
        wrong.expect_error(422, "VALIDATION_FAILED");
        let done = complete(&ann, &upload, json!({ "sha256": hash(&bytes) })).await;
        done.expect(201);
        assert_eq!(done.data()["id"], upload["id"]);
        assert_eq!(done.data()["sha256"], hash(&bytes));
        // Twice is once.
        let again = complete(&ann, &upload, json!({})).await;
        again.expect(201);
        assert_eq!(again.data()["id"], upload["id"]);
        ann.get(&path).await.expect_error(404, "NOT_FOUND");
        let file = until(&ann, id(&upload), "ready").await;
        let fetched = app.client().get(file["url"].as_str().unwrap()).await;
        assert!(fetched.bytes == bytes, "over {store}");
        if store == "folder" {
            let alone = || async { (!objects(&app).iter().any(|o| o.contains("parts/"))).then_some(()) };
            eventually("the parts are gone", alone).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_its_part_is_refused() {
    for store in stores() {
        let app = over(store, |_| {}).await;
        let ann = app.person("ann").await;
        let upload = begin(&ann, "a.txt", 1000).await;
        let url = upload["url"].as_str().unwrap();
        for wrong in [999, 1001, 0] {
            assert!(
                !put(&app, url, &text(wrong)).await.is_success(),
                "{wrong} bytes over {store}"
            );
        }
        let altered = match store {
            "s3" => url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
            _ => format!("{url}0"),
        };
        assert!(!put(&app, &altered, &text(1000)).await.is_success());
        complete(&ann, &upload, json!({}))
            .await
            .expect_error(409, "CONFLICT");
        assert!(put(&app, url, &text(1000)).await.is_success());
        complete(&ann, &upload, json!({})).await.expect(201);
        // What is complete takes nothing more.
        if store == "folder" {
            assert_eq!(put(&app, url, &text(1000)).await, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_and_not_sent_leaves_nothing() {
    for store in stores() {
        let app = over(store, |config| config.files.free_file_mb = 5_000).await;
        let ann = app.person("ann").await;
        let eve = app.person("eve").await;
        let body = json!({ "name": "film.mp4", "size": 5_000_000_001_u64 });
        ann.post("/api/v1/files/upload-url", &body)
            .await
            .expect_error(413, "PAYLOAD_TOO_LARGE");
        let upload = begin(&ann, "film.mp4", 2_000_000_000).await;
        // What was announced takes its room.
        let second = json!({ "name": "b.mp4", "size": 1_000 });
        ann.post("/api/v1/files/upload-url", &second)
            .await
            .expect_error(413, "PAYLOAD_TOO_LARGE");
        let url = upload["url"].as_str().unwrap();
        assert!(put(&app, url, &text(PART)).await.is_success());
        let refused = complete(&ann, &upload, json!({})).await;
        refused.expect_error(409, "CONFLICT");
        let path = format!("/api/v1/files/uploads/{}", id(&upload));
        eve.get(&path).await.expect_error(404, "NOT_FOUND");
        eve.delete(&path).await.expect_error(404, "NOT_FOUND");
        complete(&eve, &upload, json!({}))
            .await
            .expect_error(404, "NOT_FOUND");
        ann.delete(&path).await.expect(200);
        complete(&ann, &upload, json!({}))
            .await
            .expect_error(404, "NOT_FOUND");
        if store == "folder" {
            let empty = || async { objects(&app).is_empty().then_some(()) };
            eventually("the parts are gone", empty).await;
        }
        begin(&ann, "b.mp4", 1_000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_never_completed_expires_and_is_swept() {
    let clock = Clock::fixed(Timestamp::parse("2026-11-21T12:00:00Z").unwrap());
    let mut app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let upload = begin(&ann, "a.txt", 10).await;
    let url = upload["url"].as_str().unwrap();
    assert!(put(&app, url, b"ten bytes.").await.is_success());
    clock.advance(Duration::from_hours(25));
    assert_eq!(put(&app, url, b"ten bytes.").await, StatusCode::FORBIDDEN);
    let ann = app.signed_in("ann").await;
    complete(&ann, &upload, json!({})).await.expect_error(410, "GONE");
    assert_eq!(objects(&app).len(), 1);
    app.restart().await;
    let empty = || async { objects(&app).is_empty().then_some(()) };
    eventually("the sweep has taken it", empty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsafe_file_in_parts_is_rejected_too() {
    for store in stores() {
        let app = over(store, |_| {}).await;
        let ann = app.person("ann").await;
        let upload = begin(&ann, "a.txt", eicar().len()).await;
        put_all(&app, &upload, &eicar()).await;
        complete(&ann, &upload, json!({}))
            .await
            .expect_error(422, "FILE_REJECTED");
        complete(&ann, &upload, json!({}))
            .await
            .expect_error(422, "FILE_REJECTED");
        let path = format!("/api/v1/files/{}", id(&upload));
        assert_eq!(ann.get(&path).await.data()["status"], "rejected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_ranges_work_over_each_store() {
    for store in stores() {
        let app = over(store, |_| {}).await;
        let ann = app.person("ann").await;
        let bytes = text(12_000_000);
        let file = super::uploaded(&ann, "a.txt", &bytes).await;
        let url = file["url"].as_str().unwrap();
        let headers = [("range", "bytes=11000000-11999999")];
        let part = app.client().send(Method::GET, url, &headers, "").await;
        part.expect(206);
        assert!(part.bytes == bytes[11_000_000..], "over {store}");
        ann.delete(&format!("/api/v1/files/{}", id(&file)))
            .await
            .expect(200);
        app.client().get(url).await.expect_error(404, "NOT_FOUND");
    }
}
