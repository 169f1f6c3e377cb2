//! Watching the house: what is asked becomes figures, what looks wrong becomes an alert, and what was done about it can be
//! taken back.

mod figures;
mod holding;
mod prometheus;
mod rules;
mod telling;

use std::time::Duration;

use db::entity::{alert_responses, jobs};
use db::kinds::JobState;
use kit::clock::{Clock, Timestamp};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp};

/// A fixed moment in the middle of an hour.
pub fn noon() -> Clock {
    Clock::fixed(Timestamp::parse("2026-10-14T12:30:00Z").unwrap())
}

pub fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// Tries to sign in with a wrong password, from somewhere.
pub async fn wrong_password(app: &TestApp, name: &str, times: usize) {
    for _ in 0..times {
        let body = json!({ "email": format!("{name}@example.org"), "password": "not the password" });
        app.client().post("/api/v1/auth/login", &body).await.expect(401);
    }
}

/// The open alerts of a kind, as somebody sees them.
pub async fn alerts(client: &Client, kind: &str) -> Vec<Value> {
    let all = client.get("/api/v1/admin/alerts?state=open&limit=200").await;
    all.expect(200);
    let all = all.data();
    let of_kind = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|alert| alert["kind"] == kind);
    of_kind.cloned().collect()
}

/// Switches something of a rule.
pub async fn set_rule(client: &Client, rule: Value) {
    let body = json!({ "rules": [rule] });
    client
        .patch("/api/v1/admin/alerts/settings", &body)
        .await
        .expect(200);
}

pub async fn workspace(client: &Client) -> Uuid {
    id(&client.get("/api/v1/workspace").await.data()["id"])
}

pub async fn person(client: &Client) -> Uuid {
    id(&client.get("/api/v1/auth/me").await.data()["user"]["id"])
}

/// A job that was given up.
pub async fn dead_job(app: &TestApp) -> Uuid {
    let now = app.db().now().micros();
    let row = jobs::Model {
        id: kit::ids::new_id(),
        kind: "nothing.known".to_owned(),
        payload: "{}".to_owned(),
        unique_key: None,
        state: JobState::Failed,
        run_at: now,
        attempts: 8,
        leased_until: None,
        last_error: Some("it did not work".to_owned()),
        created_at: now,
        finished_at: Some(now),
    };
    let id = row.id;
    let tx = app.db().write().await.unwrap();
    jobs::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// An alert with a response and a dead job, for the suite that drives every route: as texts.
pub async fn looked_at(app: &TestApp, ann: &Client) -> (String, String, String) {
    wrong_password(app, "ann", 10).await;
    app.ops().minute().await;
    let alert = id(&alerts(ann, "sign_in_failures").await[0]["id"]);
    let response = alert_responses::Model {
        id: kit::ids::new_id(),
        alert_id: alert,
        kind: "throttle".to_owned(),
        target: json!({ "token": Uuid::nil() }).to_string(),
        state: "active".to_owned(),
        at: app.db().now().micros(),
        undone_at: None,
        undone_by: None,
    };
    let response_id = response.id;
    let tx = app.db().write().await.unwrap();
    alert_responses::Entity::insert(response.into_active_model())
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let job = dead_job(app).await;
    (alert.to_string(), response_id.to_string(), job.to_string())
}

#[tokio::test]
async fn dead_jobs_are_listed_tried_again_and_forgotten() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let (one, two) = (dead_job(&app).await, dead_job(&app).await);
    let listed = ann.get("/api/v1/admin/jobs").await.data();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["error"], "it did not work");
    assert_eq!(listed[0]["attempts"], 8);
    let monitor = ann.get("/api/v1/admin/monitor").await.data();
    let kinds = monitor["jobs"].as_array().unwrap();
    assert!(
        kinds
            .iter()
            .any(|kind| kind["kind"] == "nothing.known" && kind["failed"] == 2)
    );
    bob.get("/api/v1/admin/jobs").await.expect_error(403, "FORBIDDEN");
    bob.delete(&format!("/api/v1/admin/jobs/{one}"))
        .await
        .expect_error(403, "FORBIDDEN");
    let retry = format!("/api/v1/admin/jobs/{one}/retry");
    ann.post(&retry, &json!({})).await.expect(200);
    ann.post(&retry, &json!({})).await;
    ann.delete(&format!("/api/v1/admin/jobs/{two}")).await.expect(200);
    ann.delete(&format!("/api/v1/admin/jobs/{two}")).await.expect(404);
    let failed = ann.get("/api/v1/admin/jobs?state=failed").await.data();
    assert!(failed.as_array().unwrap().is_empty());
    let trail = ann.get("/api/v1/admin/audit?action=job.").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 2, "{trail}");
    tokio::time::sleep(Duration::from_millis(10)).await;
}
