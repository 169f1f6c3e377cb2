//! Each rule fires on its case, once, and is silent on ordinary traffic.

use std::time::Duration;

use db::entity::{ai_calls, connectors, jobs};
use db::kinds::JobState;
use db::sync_kinds::ConnectorState;
use db::{UserId, WorkspaceId};
use kit::measure::Name;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{alerts, id, noon, person, set_rule, workspace, wrong_password};
use crate::support::{TestApp, eventually};

#[tokio::test]
async fn wrong_passwords_are_told_once_counted_and_settled() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    wrong_password(&app, "bob", 7).await;
    app.ops().minute().await;
    assert!(
        alerts(&ann, "sign_in_failures").await.is_empty(),
        "people forget passwords"
    );
    wrong_password(&app, "bob", 3).await;
    app.ops().minute().await;
    app.ops().minute().await;
    let found = alerts(&ann, "sign_in_failures").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let explanation = found[0]["explanation"].as_str().unwrap();
    assert!(
        explanation.contains("10 attempts to sign in as bob failed"),
        "{explanation}"
    );
    assert_eq!(found[0]["count"], 1, "nothing new happened in between");
    assert_eq!(found[0]["subject"]["name"], "bob");
    // It is about somebody of Bob's workspace: he sees it, too. Another workspace does not.
    let bobs = alerts(&bob, "sign_in_failures").await;
    assert_eq!(bobs.len(), 1);
    let cleo = app.person("cleo").await;
    assert!(alerts(&cleo, "sign_in_failures").await.is_empty());
    let path = format!("/api/v1/admin/alerts/{}/resolve", id(&found[0]["id"]));
    cleo.post(&path, &json!({})).await.expect(404);
    let settled = bob.post(&path, &json!({ "note": "That was me" })).await;
    settled.expect(200);
    assert_eq!(settled.data()["note"], "That was me");
    assert_eq!(settled.data()["state"], "resolved");
    bob.post(&path, &json!({})).await.expect_error(409, "CONFLICT");
    app.ops().minute().await;
    assert!(
        alerts(&ann, "sign_in_failures").await.is_empty(),
        "what was settled is not raised again"
    );
}

#[tokio::test]
async fn errors_are_told_and_end_by_themselves() {
    let clock = noon();
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let answer = |status: &str, times: usize| {
        for _ in 0..times {
            app.db()
                .recorder()
                .note(Name::HttpRequests, &["/x", "GET", status], 900);
        }
    };
    answer("2xx", 400);
    answer("5xx", 4);
    clock.advance(Duration::from_secs(1));
    app.ops().minute().await;
    assert!(
        alerts(&ann, "error_burst").await.is_empty(),
        "one in a hundred is no burst"
    );
    answer("5xx", 200);
    app.ops().minute().await;
    let found = alerts(&ann, "error_burst").await;
    assert_eq!(found.len(), 1);
    assert!(
        found[0]["explanation"].as_str().unwrap().contains("204 of the"),
        "{found:?}"
    );
    clock.advance(Duration::from_mins(6));
    app.ops().minute().await;
    assert!(alerts(&ann, "error_burst").await.is_empty(), "it is over");
    let all = ann.get("/api/v1/admin/alerts?state=resolved").await.data();
    assert_eq!(all[0]["kind"], "error_burst");
    assert!(all[0]["resolved_by"].is_null());
}

/// A call of a model as it is logged.
fn call(workspace: Uuid, user: Uuid, at: i64, cost: i64) -> ai_calls::ActiveModel {
    let row = ai_calls::Model {
        workspace_id: WorkspaceId(workspace),
        id: kit::ids::new_id(),
        user_id: UserId(user),
        message_id: None,
        purpose: "chat".to_owned(),
        provider: "openai".to_owned(),
        model: "gpt-5".to_owned(),
        status: "ok".to_owned(),
        input_tokens: 100,
        output_tokens: 100,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_micros: Some(cost),
        first_word_ms: Some(300),
        total_ms: 900,
        attempts: "[]".to_owned(),
        at,
    };
    row.into_active_model()
}

async fn insert(app: &TestApp, calls: Vec<ai_calls::ActiveModel>) {
    let tx = app.db().write().await.unwrap();
    ai_calls::Entity::insert_many(calls)
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_month_of_ordinary_work_is_silent_and_a_spike_is_told() {
    let clock = noon();
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let (tenant, user) = (workspace(&ann).await, person(&ann).await);
    let name = tenant.to_string();
    let labels = ["openai", "gpt-5", name.as_str()];
    let mut chance = 12_345_u64;
    let mut next = |below: u64| {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    for day in 0..30_u64 {
        for quarter in 0..4 {
            // Dollars by the hour of work, more by day than by night, hardly anything at weekends.
            let dollars = if day % 7 >= 5 {
                next(2)
            } else if quarter < 2 {
                2 + next(4)
            } else {
                next(2)
            };
            let cost = dollars * 1_000_000 + next(1_000_000);
            let now = app.db().now();
            insert(
                &app,
                vec![call(tenant, user, now.micros() - 60_000_000, cost as i64)],
            )
            .await;
            app.db().recorder().note(Name::ModelCost, &labels, cost);
            let token = Uuid::from_u128(9).to_string();
            for _ in 0..next(60) {
                app.db().recorder().note(
                    Name::HttpRequests,
                    &["/api/v1/threads", "GET", "2xx"],
                    900 + next(9_000),
                );
                app.db().recorder().count(Name::TokenRequests, &[&name, &token]);
                app.db()
                    .recorder()
                    .count(Name::ModelAttempts, &["openai", "ok", &name]);
            }
            for _ in 0..next(2) {
                app.db()
                    .recorder()
                    .count(Name::ModelAttempts, &["openai", "failed", &name]);
                app.db()
                    .recorder()
                    .note(Name::HttpRequests, &["/api/v1/threads", "GET", "5xx"], 900);
            }
            app.ops().minute().await;
            clock.advance(Duration::from_hours(6));
        }
    }
    let ann = app.signed_in("ann").await;
    let all = ann.get("/api/v1/admin/alerts").await.data();
    let ordinary: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["kind"] != "disk_full")
        .collect();
    assert!(ordinary.is_empty(), "{ordinary:#?}");

    let now = app.db().now();
    insert(
        &app,
        vec![call(tenant, user, now.micros() - 60_000_000, 80_000_000)],
    )
    .await;
    app.db().recorder().note(Name::ModelCost, &labels, 80_000_000);
    clock.advance(Duration::from_secs(1));
    app.ops().minute().await;
    let found = alerts(&ann, "cost_spike").await;
    assert_eq!(found.len(), 2, "the person and the workspace: {found:#?}");
    let explanation = found[0]["explanation"].as_str().unwrap();
    assert!(
        explanation
            .starts_with("The last hour cost $80.00. At this hour of the last 28 days it usually was $"),
        "{explanation}"
    );
}

#[tokio::test]
async fn a_source_that_is_not_read_is_told_until_it_is() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let body = json!({ "type": "csv", "values": { "currency": "EUR" } });
    let connector = ann.post("/api/v1/connectors", &body).await;
    connector.expect(201);
    let connector = id(&connector.data()["id"]);
    let read = async |hours: u64| {
        let at = app.db().now().minus(Duration::from_hours(hours)).micros();
        let tx = app.db().write().await.unwrap();
        connectors::Entity::update_many()
            .set(connectors::ActiveModel {
                schedule_id: Set(Some(Uuid::from_u128(1))),
                state: Set(ConnectorState::Active),
                last_sync_at: Set(Some(at)),
                ..Default::default()
            })
            .filter(connectors::Column::Id.eq(connector))
            .exec(&*tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.ops().minute().await;
    };
    read(20).await;
    assert!(alerts(&ann, "sync_stale").await.is_empty());
    read(30).await;
    let found = alerts(&ann, "sync_stale").await;
    assert_eq!(found.len(), 1);
    assert!(
        found[0]["explanation"].as_str().unwrap().contains("30 hours ago"),
        "{found:?}"
    );
    read(0).await;
    assert!(alerts(&ann, "sync_stale").await.is_empty());
}

#[tokio::test]
async fn jobs_that_wait_and_a_disk_that_fills_are_told_by_their_thresholds() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    // Any disk has less free than everything.
    set_rule(&ann, json!({ "kind": "disk_full", "threshold": 100.0 })).await;
    eventually("a job that waits is told", || async {
        let long_ago = app.db().now().minus(Duration::from_hours(1)).micros();
        let row = jobs::Model {
            id: kit::ids::new_id(),
            kind: "nothing.known".to_owned(),
            payload: "{}".to_owned(),
            unique_key: None,
            state: JobState::Waiting,
            run_at: long_ago,
            attempts: 0,
            leased_until: None,
            last_error: None,
            created_at: long_ago,
            finished_at: None,
        };
        let tx = app.db().write().await.unwrap();
        jobs::Entity::insert(row.into_active_model())
            .exec_without_returning(&*tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.ops().minute().await;
        alerts(&ann, "queue_growing").await.pop()
    })
    .await;
    let disk = alerts(&ann, "disk_full").await;
    assert_eq!(disk.len(), 1);
    assert!(
        disk[0]["explanation"]
            .as_str()
            .unwrap()
            .contains("less than 100 % is told"),
        "{disk:?}"
    );
    set_rule(&ann, json!({ "kind": "disk_full", "enabled": false })).await;
    app.ops().minute().await;
    assert!(
        alerts(&ann, "disk_full").await.is_empty(),
        "a rule that is off tells nothing"
    );
}
