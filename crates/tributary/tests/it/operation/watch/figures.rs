//! Real requests become series and figures of the dashboard, each seen by whom it concerns.

use std::time::{Duration, Instant};

use db::entity::series;
use kit::measure::{Kind, Name, Sums};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::Value;
use tributary::config::PrivateNetworks;
use uuid::Uuid;

use super::{noon, workspace};
use crate::support::{Client, TestApp, standin};

async fn lines(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/admin/series?{query}")).await;
    answer.expect(200);
    answer.data().as_array().unwrap().clone()
}

fn total(line: &Value, field: &str) -> f64 {
    let points = line["points"].as_array().unwrap();
    points.iter().map(|point| point[field].as_f64().unwrap()).sum()
}

fn labelled<'a>(lines: &'a [Value], label: &str, value: &str) -> &'a Value {
    let found = lines.iter().find(|line| line["labels"][label] == value);
    found.unwrap_or_else(|| panic!("no line of {value} in {lines:#?}"))
}

#[tokio::test]
async fn what_is_asked_becomes_figures_for_whom_it_concerns() {
    let app = TestApp::with(|config| config.ai.private_networks = PrivateNetworks::Everybody).await;
    let standin = standin().await;
    let ann = app.person_with_models("ann", &standin).await;
    let bob = app.person_with_models("bob", &standin).await;
    for client in [&ann, &ann, &bob] {
        let thread = client.thread().await;
        client.ask(&thread, "Hello", "openai/mock").await.expect(201);
    }
    app.ops().minute().await;

    let routes = lines(&ann, "name=http.requests&by=route").await;
    let asked = labelled(&routes, "route", "/api/v1/threads/{id}/messages");
    assert!(total(asked, "count") >= 3.0, "{asked}");
    let point = asked["points"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["count"] != 0)
        .unwrap();
    let of = |field: &str| point[field].as_f64().unwrap();
    assert!(of("min") <= of("p50") && of("p50") <= of("p95") && of("p95") <= of("max"));
    assert_eq!(asked["unit"], "ms");

    let tenants = lines(&ann, "name=model.calls&by=workspace").await;
    let (of_ann, of_bob) = (
        workspace(&ann).await.to_string(),
        workspace(&bob).await.to_string(),
    );
    assert!(total(labelled(&tenants, "workspace", &of_ann), "count") >= 2.0);
    let bobs = total(labelled(&tenants, "workspace", &of_bob), "count");
    // Bob sees what is his, whatever he asks for.
    let seen = lines(&bob, &format!("name=model.calls&label=workspace:{of_ann}")).await;
    assert!((total(&seen[0], "count") - bobs).abs() < 1e-9);
    let all = lines(&ann, "name=http.requests").await;
    let his = lines(&bob, "name=http.requests").await;
    assert!(total(&his[0], "count") > 0.0);
    assert!(total(&his[0], "count") < total(&all[0], "count"));
    let refused = bob.get("/api/v1/admin/series?name=store.write").await;
    refused.expect_error(403, "FORBIDDEN");

    let models = lines(&ann, "name=model.tokens_out&by=model&label=provider:openai").await;
    assert!(total(labelled(&models, "model", "mock"), "sum") > 0.0);
    assert!(total(&lines(&ann, "name=store.write").await[0], "count") > 5.0);
    assert!(total(&lines(&ann, "name=cache.hits&by=cache").await[0], "sum") > 0.0);

    let monitor = ann.get("/api/v1/admin/monitor").await.data();
    let figure = |monitor: &Value, name: &str| {
        let figures = monitor["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].clone()
    };
    assert!(figure(&monitor, "model.calls").as_f64().unwrap() >= 3.0);
    assert!(figure(&monitor, "http.p95").as_f64().unwrap() > 0.0);
    assert_eq!(monitor["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(monitor["nodes"][0]["current"], true);
    app.ops().parts().look().await;
    let monitor = bob.get("/api/v1/admin/monitor").await.data();
    let store = monitor["health"]
        .as_array()
        .unwrap()
        .iter()
        .find(|part| part["part"] == "store");
    assert_eq!(store.unwrap()["state"], "ok");
    assert!(monitor["nodes"].as_array().unwrap().is_empty());
    assert!((figure(&monitor, "model.calls").as_f64().unwrap() - bobs).abs() < 1e-9);
}

#[tokio::test]
async fn members_see_no_figures_and_odd_questions_are_refused() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let bob = app.colleague(&ann, &bob, "member").await;
    for path in [
        "series?name=model.calls",
        "monitor",
        "alerts",
        "alerts/settings",
        "jobs",
    ] {
        let answer = bob.get(&format!("/api/v1/admin/{path}")).await;
        answer.expect_error(403, "FORBIDDEN");
    }
    for query in [
        "",
        "name=x",
        "name=model.calls&by=route",
        "name=model.calls&step=0",
        "name=model.calls&x=1",
    ] {
        let answer = ann.get(&format!("/api/v1/admin/series?{query}")).await;
        answer.expect_error(422, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn hours_and_days_are_the_sums_of_their_minutes() {
    let clock = noon();
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let mut expected = 0;
    for minute in 0_u64..200 {
        for value in 0..=minute % 7 {
            app.db()
                .recorder()
                .note(Name::JobRun, &["test", "ok"], 1_000 + value * 997);
            expected += 1;
        }
        app.db().recorder().note(Name::SocketsOpen, &[], 10 + minute);
        clock.advance(Duration::from_mins(1));
        app.ops().minute().await;
    }
    let ask = async |step: u32| {
        let query = format!("name=job.run&label=kind:test&step={step}&from=2026-10-14T12:00:00Z");
        // The access token is old by then: its person signs in anew.
        let client = app.signed_in("ann").await;
        lines(&client, &query).await.remove(0)
    };
    let (minutes, hours) = (ask(60).await, ask(3_600).await);
    assert_eq!(
        (minutes["step"].as_i64(), hours["step"].as_i64()),
        (Some(60), Some(3_600))
    );
    for line in [&minutes, &hours] {
        assert!(
            (total(line, "count") - f64::from(expected)).abs() < 1e-9,
            "{expected}"
        );
    }
    let first = &hours["points"][1];
    assert!(first["p95"].as_f64().unwrap() >= first["p50"].as_f64().unwrap());
    let rolled = series::Entity::find().all(app.db().read()).await.unwrap();
    assert!(
        rolled
            .iter()
            .any(|row| row.step == 3_600 && row.name == "job.run")
    );
    drop(ann);
}

#[tokio::test]
async fn a_month_of_minutes_is_read_quickly_and_what_is_old_is_forgotten() {
    let clock = noon();
    let app = TestApp::with_clock(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let now = app.db().now().seconds().div_euclid(60) * 60;
    // Minutes of forty days as one node packs them.
    let mut sums = Sums::default();
    (0..50).for_each(|at| sums.add(Kind::Distribution, 500 + at * 731));
    for at in 0..30_u32 {
        for _ in 0..20 {
            let route = format!("/api/v1/route/{at}");
            app.db().recorder().note(
                Name::HttpRequests,
                &[&route, "GET", "2xx"],
                u64::from(700 + at * 13),
            );
        }
    }
    app.ops().minute().await;
    let packed = series::Entity::find().all(app.db().read()).await.unwrap();
    let packed = packed
        .into_iter()
        .find(|row| row.name == "http.requests" && row.step == 60)
        .unwrap();
    let minutes = 40 * 24 * 60;
    let rows: Vec<series::ActiveModel> = (1..minutes)
        .map(|back| {
            let row = series::Model {
                at: now - back * 60,
                node: Uuid::from_u128(7),
                ..packed.clone()
            };
            row.into_active_model()
        })
        .collect();
    let tx = app.db().write().await.unwrap();
    for batch in rows.chunks(2_000) {
        series::Entity::insert_many(batch.to_vec())
            .exec_without_returning(&*tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    // Forty days are more hours than one minute makes up for.
    for _ in 0..4 {
        app.ops().minute().await;
    }
    let began = Instant::now();
    let line = lines(&ann, "name=http.requests&step=60&from=2026-09-14T12:00:00Z")
        .await
        .remove(0);
    let took = began.elapsed();
    println!(
        "thirty days of minutes: {took:?}, {} points",
        line["points"].as_array().unwrap().len()
    );
    assert_eq!(line["step"], 3_600);
    assert!(
        total(&line, "count") > 600.0 * 43_000.0,
        "{}",
        total(&line, "count")
    );
    // Unoptimised; what is shipped takes a tenth.
    assert!(took < Duration::from_secs(2), "{took:?}");
    let oldest = series::Entity::find().all(app.db().read()).await.unwrap();
    let oldest = oldest
        .iter()
        .filter(|row| row.step == 60)
        .map(|row| row.at)
        .min()
        .unwrap();
    assert!(oldest >= now - 30 * 86_400 - 3_600, "{}", (now - oldest) / 86_400);
}
