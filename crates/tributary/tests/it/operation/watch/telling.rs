//! Who is told of an alert, and how.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use http::HeaderMap;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::{alerts, wrong_password};
use crate::business::sink::Sink;
use crate::support::socket::Socket;
use crate::support::{TestApp, eventually};

type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A server that keeps what is posted to it, and refuses the first time.
async fn listener() -> (String, Heard) {
    let heard = Heard::default();
    let kept = heard.clone();
    let app = Router::new().route(
        "/hook",
        post(move |headers: HeaderMap, body: String| async move {
            let mut kept = kept.lock();
            kept.push((headers, body));
            if kept.len() == 1 {
                http::StatusCode::BAD_GATEWAY
            } else {
                http::StatusCode::OK
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (format!("http://{address}/hook"), heard)
}

#[tokio::test]
async fn letters_and_signed_posts_leave_and_the_settings_keep_their_secret() {
    let sink = Sink::start().await;
    let app = TestApp::with(|config| {
        sink.configure(config);
        config.monitor.allow_private_hosts = true;
    })
    .await;
    let ann = app.person("ann").await;
    let (url, heard) = listener().await;
    let path = "/api/v1/admin/alerts/settings";
    for bad in [
        json!({ "mail_to": ["nobody"] }),
        json!({ "webhook_url": "ftp://x" }),
        json!({ "webhook_secret": "short" }),
        json!({ "rules": [{ "kind": "disk_full", "threshold": -1.0 }] }),
        json!({ "rules": [{ "kind": "nothing" }] }),
    ] {
        ann.patch(path, &bad).await.expect_error(422, "VALIDATION_FAILED");
    }
    let body = json!({
        "mail_to": ["ops@example.org"],
        "webhook_url": url,
        "webhook_secret": "a secret of ours",
        // The disk of whoever runs this is not ours.
        "rules": [{ "kind": "disk_full", "enabled": false }],
    });
    let set = ann.patch(path, &body).await;
    set.expect(200);
    assert_eq!(set.data()["webhook_secret_set"], true);
    assert!(!ann.get(path).await.text().contains("a secret of ours"));
    assert_eq!(set.data()["rules"].as_array().unwrap().len(), 10);

    wrong_password(&app, "ann", 10).await;
    app.ops().minute().await;
    let mail = eventually("a letter", || async { sink.mails().pop() }).await;
    assert_eq!(mail.to, ["ops@example.org"]);
    assert!(
        mail.header("Subject")
            .unwrap()
            .contains("Many failed sign-ins as ann")
    );
    let (headers, text) = eventually("a post, after one that was refused", || async {
        let heard = heard.lock();
        (!heard.is_empty()).then(|| heard[0].clone())
    })
    .await;
    let signature = headers["tributary-signature"].to_str().unwrap();
    let (at, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let right = kit::vault::hmac_sha256(b"a secret of ours", format!("{at}.{text}").as_bytes());
    let right: String = right.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(mac, right);
    let said: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said["type"], "alert.opened");
    assert_eq!(said["alert"]["kind"], "sign_in_failures");
    // It was refused once: it waits for its next turn, and is not lost.
    eventually("it is tried again", || async {
        let jobs = ann.get("/api/v1/admin/jobs?state=waiting").await.data();
        let jobs = jobs.as_array().unwrap().clone();
        jobs.into_iter()
            .find(|job| job["kind"] == "alert.webhook" && job["attempts"] == 1)
    })
    .await;
}

#[tokio::test]
async fn a_workspace_chooses_for_itself_and_private_addresses_are_refused() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let path = "/api/v1/admin/alerts/settings";
    let rules = bob.get(path).await.data()["rules"].as_array().unwrap().clone();
    assert!(!rules.iter().any(|rule| rule["kind"] == "disk_full"), "not his");
    let body = json!({ "rules": [{ "kind": "disk_full", "threshold": 1.0 }] });
    bob.patch(path, &body).await.expect_error(403, "FORBIDDEN");
    let (url, heard) = listener().await;
    let body = json!({ "webhook_url": url, "rules": [{ "kind": "sign_in_failures", "threshold": 3.0 }] });
    bob.patch(path, &body).await.expect(200);
    wrong_password(&app, "ann", 4).await;
    wrong_password(&app, "bob", 4).await;
    app.ops().minute().await;
    let found = alerts(&ann, "sign_in_failures").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["subject"]["name"], "bob");
    eventually("the post is given up", || async {
        let jobs = ann.get("/api/v1/admin/jobs").await.data();
        jobs.as_array()
            .unwrap()
            .iter()
            .any(|job| job["kind"] == "alert.webhook")
            .then_some(())
    })
    .await;
    assert!(heard.lock().is_empty(), "a private address was not reached");
}

#[tokio::test]
async fn the_live_page_hears_of_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut socket = Socket::open(&app.base(), &ann).await;
    wrong_password(&app, "ann", 10).await;
    app.ops().minute().await;
    let frame = socket.event("alert.changed").await;
    assert_eq!(frame["kind"], "alert.changed");
}
