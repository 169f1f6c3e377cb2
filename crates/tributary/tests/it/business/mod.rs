//! Business data: what comes in, the numbers that come out, and what is done after a yes.

mod action_bounds;
mod actions;
mod arithmetic;
mod ask;
mod connectors;
mod metric_calls;
mod metrics;
mod retail;
mod schedules;
mod shop;
mod shops;
pub mod sink;
mod sync;
mod tasks;
mod warehouse;
mod warehouse_laws;
mod webhooks;
mod workflows;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};
use shop::Shop;

/// A server whose connectors may reach this machine.
pub async fn house() -> TestApp {
    TestApp::with(|config| config.business.allow_private_hosts = true).await
}

/// Connects a shop; answers the connector.
pub async fn connected(client: &Client, shop: &Shop) -> Value {
    let body = json!({ "type": "woocommerce", "values": shop.values() });
    let answer = client.post("/api/v1/connectors", &body).await;
    answer.expect(201);
    answer.data()
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// The connector as it is now.
pub async fn connector(client: &Client, id: &str) -> Value {
    let answer = client.get(&format!("/api/v1/connectors/{id}")).await;
    answer.expect(200);
    answer.data()
}

/// Its newest run, once it has ended. Sources make one wait.
pub async fn ended(client: &Client, connector: &str) -> Value {
    for _ in 0..1_200 {
        let runs = client
            .get(&format!("/api/v1/connectors/{connector}/runs"))
            .await
            .data();
        let run = runs[0].clone();
        if !run["finished_at"].is_null() {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let runs = client.get(&format!("/api/v1/connectors/{connector}/runs")).await;
    panic!("the run does not end: {}", runs.text());
}

/// Begins a run and waits for its end.
pub async fn synced(client: &Client, connector: &str, mode: &str) -> Value {
    let path = format!("/api/v1/connectors/{connector}/sync");
    client.post(&path, &json!({ "mode": mode })).await.expect(202);
    ended(client, connector).await
}

/// One number out of the store.
pub async fn number(app: &TestApp, sql: &str) -> i64 {
    let conn = app.db().read();
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let row = conn.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// The orders and what they come to, in cents.
pub async fn orders(app: &TestApp) -> (i64, i64) {
    (
        number(app, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM orders").await,
        number(
            app,
            "SELECT CAST(COALESCE(SUM(net), 0) AS BIGINT) AS n FROM orders",
        )
        .await,
    )
}

/// Changes the store behind the program's back.
pub async fn execute(app: &TestApp, sql: &str) {
    let tx = app.db().write().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}
