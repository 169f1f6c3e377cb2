//! The three services, each as its stand-in behaves and misbehaves.

use connectors::standin::{Fault, Shop, Standin};
use http::Method;
use serde_json::{Value, json};

use super::{connector, ended, house, id, number, orders, synced};
use crate::support::{Client, TestApp, eventually};

const SERVICES: [&str; 3] = ["shopify", "stripe", "woocommerce"];

async fn open(app: &TestApp) -> Standin {
    // What changed within the last minute is left to the next run.
    let now = app.db().now().minus(std::time::Duration::from_mins(5));
    Standin::start(Shop::seeded(7, 120, 50, now)).await.unwrap()
}

async fn connected(client: &Client, shop: &Standin, service: &str) -> Value {
    let mut values = shop.values(service);
    // All of it in one or two slices.
    let day = kit::clock::Clock::system()
        .now()
        .minus(std::time::Duration::from_hours(24 * 58));
    values.insert(
        "start_date".to_owned(),
        day.to_string().chars().take(10).collect(),
    );
    let body = json!({ "type": service, "values": values });
    let answer = client.post("/api/v1/connectors", &body).await;
    answer.expect(201);
    answer.data()
}

/// Records that came and were understood.
async fn records(app: &TestApp) -> i64 {
    number(app, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM raw_records").await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_connected_and_read_whole_whatever_goes_wrong_on_the_way() {
    for service in SERVICES {
        let app = house().await;
        let shop = open(&app).await;
        let ann = app.person("ann").await;
        let made = connected(&ann, &shop, service).await;
        shop.break_next(Fault::RateLimited(1));
        shop.break_next(Fault::Unavailable);
        shop.break_next(Fault::Garbage);
        let run = ended(&ann, id(&made)).await;
        assert_eq!(run["status"], "success", "{service}: {run}");
        assert_eq!(run["records_failed"], 0, "{service}: {run}");
        let count = records(&app).await;
        assert!(count >= 120, "{service}: {count}");
        if service != "stripe" {
            let net: i64 = shop.edit(|shop| {
                let counted = shop
                    .orders
                    .iter()
                    // WooCommerce does not tell which orders were only tried.
                    .filter(|order| {
                        (service == "woocommerce" || !order.is_test) && order.cancelled.is_none()
                    });
                counted.map(|order| order.net(shop.tax_included)).sum()
            });
            let revenue = "SELECT CAST(COALESCE((SELECT SUM(net) FROM orders WHERE counted), 0) - \
                           COALESCE((SELECT SUM(goods) FROM refunds WHERE counted), 0) AS BIGINT) AS n";
            assert_eq!(number(&app, revenue).await, net, "{service}");
        }
        // Everything again, with pages repeated and out of order: nothing is doubled.
        for fault in [Fault::Repeat, Fault::Reorder, Fault::Throttled] {
            shop.break_next(fault);
        }
        let again = synced(&ann, id(&made), "full").await;
        assert_eq!(again["status"], "success", "{service}: {again}");
        assert_eq!(records(&app).await, count, "{service}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ran_out_asks_for_another() {
    for service in SERVICES {
        let app = house().await;
        let shop = open(&app).await;
        let ann = app.person("ann").await;
        let made = connected(&ann, &shop, service).await;
        ended(&ann, id(&made)).await;
        shop.break_next(Fault::Unauthorized);
        let run = synced(&ann, id(&made), "full").await;
        assert_eq!(run["status"], "failed", "{service}: {run}");
        assert_eq!(
            connector(&ann, id(&made)).await["state"],
            "needs_reconnect",
            "{service}"
        );
    }
}

async fn deliver(
    app: &TestApp,
    shop: &Standin,
    connector: &str,
    service: &str,
    topic: &str,
    order: u64,
) -> u16 {
    let delivery = shop.delivery(service, topic, order, app.db().now()).unwrap();
    let headers: Vec<(&str, &str)> = delivery
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let path = format!("/api/v1/webhooks/{connector}");
    let answer = app
        .client()
        .send(Method::POST, &path, &headers, delivery.body)
        .await;
    answer.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_each_brings_what_changed() {
    for (service, topic) in [
        ("shopify", "orders/updated"),
        ("stripe", "charge.updated"),
        ("woocommerce", "order.updated"),
    ] {
        let app = house().await;
        let shop = open(&app).await;
        let ann = app.person("ann").await;
        let made = connected(&ann, &shop, service).await;
        ended(&ann, id(&made)).await;
        let order = shop.edit(|shop| {
            let order = shop
                .orders
                .iter()
                .rev()
                .find(|order| !order.is_test && order.cancelled.is_none())
                .unwrap()
                .id;
            shop.now += 60;
            shop.touch(order, |order| order.shipping += 500);
            order
        });
        let sums = "SELECT CAST(COALESCE((SELECT SUM(version) FROM raw_records), 0) / 1000 AS BIGINT) AS n";
        let before = (number(&app, sums).await, orders(&app).await);
        assert_eq!(
            deliver(&app, &shop, id(&made), service, topic, order).await,
            202,
            "{service}"
        );
        assert_eq!(
            deliver(&app, &shop, id(&made), service, topic, order).await,
            202,
            "{service}"
        );
        let inbox = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhook_inbox";
        eventually("the webhook is used", || async {
            (number(&app, &format!("{inbox} WHERE state = 'done'")).await == 1).then_some(())
        })
        .await;
        assert_eq!(number(&app, inbox).await, 1, "{service}: once");
        if service != "stripe" {
            assert_ne!(number(&app, sums).await, before.0, "{service}: it is newer now");
        }
        assert_eq!(orders(&app).await.0, before.1.0, "{service}: no order more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uninstalled_app_is_told_at_once() {
    let app = house().await;
    let shop = open(&app).await;
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop, "shopify").await;
    ended(&ann, id(&made)).await;
    assert_eq!(
        deliver(&app, &shop, id(&made), "shopify", "app/uninstalled", 1).await,
        202
    );
    eventually("it needs to be connected again", || async {
        (connector(&ann, id(&made)).await["state"] == "needs_reconnect").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_is_the_shop_only_where_no_shop_is() {
    let app = house().await;
    let shop = open(&app).await;
    let ann = app.person("ann").await;
    connected(&ann, &shop, "woocommerce").await;
    let body = json!({ "type": "stripe", "role": "sales", "values": shop.values("stripe") });
    let refused = ann.post("/api/v1/connectors", &body).await;
    refused.expect_error(422, "VALIDATION_FAILED");
    assert_eq!(refused.json()["details"][0]["field"], "role");
    let made = connected(&ann, &shop, "stripe").await;
    assert_eq!(made["role"], "payments");
}
