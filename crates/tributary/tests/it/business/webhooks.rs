//! Webhooks: what is really the shop's comes in once, whatever else is sent.

use base64::Engine;
use http::Method;
use serde_json::{Value, json};

use super::shop::{SECRET, Shop, order};
use super::{connected, connector, ended, house, id, number, orders, synced};
use crate::support::{Answer, Client, eventually};

fn signature(secret: &str, body: &str) -> String {
    let mac = kit::vault::hmac_sha256(secret.as_bytes(), body.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac)
}

async fn send(client: &Client, connector: &str, topic: &str, body: &str, secret: &str) -> Answer {
    let signature = signature(secret, body);
    let headers = [
        ("content-type", "application/json"),
        ("x-wc-webhook-topic", topic),
        ("x-wc-webhook-signature", &signature),
        ("x-wc-webhook-delivery-id", "1"),
    ];
    let path = format!("/api/v1/webhooks/{connector}");
    client.send(Method::POST, &path, &headers, body.to_owned()).await
}

async fn until_sum(app: &crate::support::TestApp, sum: i64) {
    eventually("the webhook is used", || async {
        (orders(app).await.1 == sum).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_comes_in_once_however_often_it_is_sent() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    let shop_itself = app.client();
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let body = shop.edit(2, "250.00").to_string();
    let first = send(&shop_itself, id(&made), "order.updated", &body, SECRET).await;
    first.expect(202);
    for _ in 0..3 {
        let again = send(&shop_itself, id(&made), "order.updated", &body, SECRET).await;
        again.expect(202);
        assert_eq!(again.data()["id"], first.data()["id"]);
    }
    until_sum(&app, shop.sum()).await;
    let inbox = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhook_inbox";
    assert_eq!(number(&app, inbox).await, 1);
    eventually("it is noted", || async {
        (number(&app, &format!("{inbox} WHERE state = 'done'")).await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_does_not_undo_what_is_new() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let now = app.db().now();
    let at = |minutes: u64| now.minus(std::time::Duration::from_mins(minutes));
    let newer = order(9, "90.00", at(600), at(1)).to_string();
    let older = order(9, "10.00", at(600), at(500)).to_string();
    let before = shop.sum();
    send(&app.client(), id(&made), "order.created", &newer, SECRET)
        .await
        .expect(202);
    until_sum(&app, before + 9_000).await;
    // Captured and sent again under another topic, which nobody signed: another key, and no effect.
    send(&app.client(), id(&made), "order.updated", &older, SECRET)
        .await
        .expect(202);
    send(&app.client(), id(&made), "order.restored", &newer, SECRET)
        .await
        .expect(202);
    let waiting = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhook_inbox WHERE state = 'waiting'";
    eventually("all are used", || async {
        (number(&app, waiting).await == 0).then_some(())
    })
    .await;
    assert_eq!(orders(&app).await, (4, before + 9_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_shops_is_refused_and_not_kept() {
    let (app, shop) = (house().await, Shop::open(1).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let nobody = app.client();
    let body = order(5, "50.00", app.db().now(), app.db().now()).to_string();
    send(&nobody, id(&made), "order.created", &body, "another secret")
        .await
        .expect_error(401, "UNAUTHORIZED");
    send(&nobody, id(&made), "order.created", &body, "")
        .await
        .expect_error(401, "UNAUTHORIZED");
    let path = format!("/api/v1/webhooks/{}", id(&made));
    nobody
        .post(&path, &json!({}))
        .await
        .expect_error(401, "UNAUTHORIZED");
    let other = kit::ids::new_id().to_string();
    send(&nobody, &other, "order.created", &body, SECRET)
        .await
        .expect_error(404, "NOT_FOUND");
    send(&nobody, "nothing", "order.created", &body, SECRET)
        .await
        .expect_error(404, "NOT_FOUND");
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20));
    send(&nobody, id(&made), "order.created", &long, SECRET)
        .await
        .expect_error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(
        number(&app, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhook_inbox").await,
        0
    );
    assert_eq!(connector(&ann, id(&made)).await["refused_webhooks"], 3);
    assert_eq!(orders(&app).await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_changed_without_a_webhook_that_is_refused() {
    let (app, shop) = (house().await, Shop::open(1).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let path = format!("/api/v1/connectors/{}/webhook-secrets", id(&made));
    let hook = async |total: &str, secret: &str| {
        let body = shop.edit(1, total).to_string();
        send(&app.client(), id(&made), "order.updated", &body, secret).await
    };
    hook("2.00", "the next secret").await.expect(401);
    let added = ann.post(&path, &json!({ "secret": "the next secret" })).await;
    added.expect(200);
    assert_eq!(added.data()["webhook_secrets"], json!(["••••cret"]));
    hook("3.00", SECRET).await.expect(202);
    hook("4.00", "the next secret").await.expect(202);
    until_sum(&app, 400).await;
    ann.delete(&format!("{path}/1"))
        .await
        .expect_error(404, "NOT_FOUND");
    ann.delete(&format!("{path}/0")).await.expect(200);
    hook("5.00", "the next secret").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_lost_is_caught_by_the_next_run() {
    let (app, shop) = (house().await, Shop::open(4).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    shop.edit(3, "333.00");
    let deleted = json!({ "id": 1 }).to_string();
    assert_ne!(orders(&app).await.1, shop.sum());
    assert_eq!(synced(&ann, id(&made), "incremental").await["status"], "success");
    assert_eq!(orders(&app).await, (4, shop.sum()));
    // What is gone is told by a webhook.
    send(&app.client(), id(&made), "order.deleted", &deleted, SECRET)
        .await
        .expect(202);
    eventually("it is gone", || async {
        (orders(&app).await.0 == 3).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_kept() {
    let (app, shop) = (house().await, Shop::open(1).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    let at = app.db().now().minus(std::time::Duration::from_hours(2));
    let bodies: Vec<String> = (100..300).map(|n| order(n, "1.00", at, at).to_string()).collect();
    let client = app.client();
    let all = bodies
        .iter()
        .map(|body| send(&client, id(&made), "order.created", body, SECRET));
    for answer in futures::future::join_all(all).await {
        answer.expect(202);
    }
    until_sum(&app, shop.sum() + 200 * 100).await;
    let left: Value = connector(&ann, id(&made)).await["dead_letters"].clone();
    assert_eq!(left, 0);
}
