//! Connecting a source, changing it, taking it away.

use serde_json::json;

use super::shop::Shop;
use super::{connected, connector, ended, house, id, number, orders, synced};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_asked_before_it_is_kept_and_read_at_once() {
    let (app, shop) = (house().await, Shop::open(130).await);
    let ann = app.person("ann").await;
    let types = ann.get("/api/v1/connector-types").await.data();
    let woo = types
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["type"] == "woocommerce")
        .unwrap();
    assert_eq!(woo["fields"][0]["name"], "store_url");
    assert_eq!(woo["fields"][1]["kind"], "secret");
    let made = connected(&ann, &shop).await;
    assert_eq!(made["name"], "Cups");
    assert_eq!(made["role"], "sales");
    assert_eq!(made["state"], "active");
    assert_eq!(made["values"]["consumer_secret"], "••••7890");
    assert!(!made.to_string().contains("cs_good"), "no secret is shown");
    assert!(made["webhook_url"].as_str().unwrap().ends_with(id(&made)));
    assert_eq!(made["schedule"]["every_minutes"], 1440);
    let run = ended(&ann, id(&made)).await;
    assert_eq!(run["status"], "success", "{run}");
    assert_eq!(run["mode"], "first");
    assert_eq!(run["progress"]["done"], run["progress"]["planned"]);
    assert_eq!(orders(&app).await, (130, shop.sum()));
    let now = connector(&ann, id(&made)).await;
    assert_eq!(now["records"], 130);
    assert!(
        now["fresh_until"].is_string() && now["last_sync_at"].is_string(),
        "{now}"
    );
    // Everything that happened was told, in ids and numbers.
    let told = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM event_log WHERE kind = ";
    assert_eq!(number(&app, &format!("{told} 'connector.sync.started'")).await, 1);
    assert_eq!(
        number(&app, &format!("{told} 'connector.sync.completed'")).await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_work_is_told_at_its_field_and_not_kept() {
    let (app, shop) = (house().await, Shop::open(1).await);
    let ann = app.person("ann").await;
    let post = async |values: serde_json::Value| {
        let body = json!({ "type": "woocommerce", "values": values });
        ann.post("/api/v1/connectors", &body).await
    };
    let with = |name: &str, value: &str| {
        let mut values = shop.values();
        values[name] = json!(value);
        values
    };
    for (values, field) in [
        (with("consumer_key", "ck_wrong"), "values.consumer_key"),
        (with("store_url", "not an address"), "values.store_url"),
        (with("store_url", "http://127.0.0.1:9"), "values"),
        (with("colour", "red"), "values.colour"),
        (with("consumer_secret", ""), "values.consumer_secret"),
    ] {
        let answer = post(values).await;
        answer.expect_error(422, "VALIDATION_FAILED");
        assert_eq!(answer.json()["details"][0]["field"], field, "{}", answer.text());
    }
    let unknown = ann
        .post("/api/v1/connectors", &json!({ "type": "none", "values": {} }))
        .await;
    unknown.expect_error(422, "VALIDATION_FAILED");
    assert!(
        ann.get("/api/v1/connectors")
            .await
            .data()
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_no_connector_reaches_a_private_address() {
    let (app, shop) = (crate::support::TestApp::start().await, Shop::open(1).await);
    let ann = app.person("ann").await;
    let body = json!({ "type": "woocommerce", "values": shop.values() });
    ann.post("/api/v1/connectors", &body)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    assert_eq!(shop.lists(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_end_stop_it_until_they_are_entered_again() {
    let (app, shop) = (house().await, Shop::open(5).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    let path = format!("/api/v1/connectors/{}", id(&made));
    ended(&ann, id(&made)).await;
    shop.use_key("ck_other");
    let run = synced(&ann, id(&made), "incremental").await;
    assert_eq!(run["status"], "failed");
    let now = connector(&ann, id(&made)).await;
    assert_eq!(now["state"], "needs_reconnect");
    assert!(now["error"].is_string());
    assert!(now["schedule"]["next_due_at"].is_null());
    ann.post(&format!("{path}/sync"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    // Values that do not work change nothing; values that do mend it. What is shown of a secret is not taken for one.
    let wrong = json!({ "values": { "consumer_key": "ck_wrong_too" } });
    ann.patch(&path, &wrong)
        .await
        .expect_error(422, "VALIDATION_FAILED");
    let right = json!({ "values": { "consumer_key": "ck_other", "consumer_secret": "••••7890" } });
    let mended = ann.patch(&path, &right).await;
    mended.expect(200);
    assert_eq!(mended.data()["state"], "active");
    assert!(mended.data()["error"].is_null());
    assert_eq!(synced(&ann, id(&made), "incremental").await["status"], "success");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_rests_and_what_is_deleted_leaves_nothing() {
    let (app, shop) = (house().await, Shop::open(20).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    let path = format!("/api/v1/connectors/{}", id(&made));
    ended(&ann, id(&made)).await;
    let paused = ann.patch(&path, &json!({ "paused": true })).await.data();
    assert_eq!(paused["state"], "paused");
    assert!(paused["schedule"]["next_due_at"].is_null());
    ann.post(&format!("{path}/sync"), &json!({}))
        .await
        .expect_error(409, "CONFLICT");
    let resumed = ann.patch(&path, &json!({ "paused": false })).await.data();
    assert!(resumed["schedule"]["next_due_at"].is_string());
    ann.delete(&path).await.expect(200);
    ann.get(&path).await.expect_error(404, "NOT_FOUND");
    eventually("its data are forgotten", || async {
        (orders(&app).await.0 == 0).then_some(())
    })
    .await;
    for table in [
        "connectors",
        "sync_runs",
        "sync_slices",
        "sync_positions",
        "schedules",
        "raw_records",
        "ingest_lanes",
    ] {
        let left = number(
            &app,
            &format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}"),
        )
        .await;
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_connectors_of_others() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let made = connected(&ann, &shop).await;
    let path = format!("/api/v1/connectors/{}", id(&made));
    let nothing = json!({});
    for answer in [
        bob.get(&path).await,
        bob.patch(&path, &nothing).await,
        bob.delete(&path).await,
        bob.post(&format!("{path}/sync"), &nothing).await,
        bob.get(&format!("{path}/runs")).await,
        bob.get(&format!("{path}/dead-letters")).await,
        bob.post(
            &format!("{path}/webhook-secrets"),
            &json!({ "secret": "a new secret" }),
        )
        .await,
        bob.post(&format!("{path}/upload"), &nothing).await,
    ] {
        answer.expect_error(404, "NOT_FOUND");
    }
    // A colleague who does not manage may look, and no more.
    let cleo = app.person("cleo").await;
    let cleo = app.colleague(&ann, &cleo, "member").await;
    cleo.get(&path).await.expect(200);
    cleo.delete(&path).await.expect_error(403, "FORBIDDEN");
    cleo.patch(&path, &json!({ "paused": true }))
        .await
        .expect_error(403, "FORBIDDEN");
    cleo.post(&format!("{path}/sync"), &nothing)
        .await
        .expect_error(403, "FORBIDDEN");
}
