//! A PostgreSQL server that goes away under load and comes back. Runs only where the suite runs on PostgreSQL.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;

use crate::support::{TestApp, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_waited_for() {
    let app = TestApp::start().await;
    if !app.is_postgres() {
        return;
    }
    let ann = app.person("ann").await;
    let server = std::env::var("TEST_POSTGRES_URL").unwrap();
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    let named = Statement::from_string(
        app.db().read().get_database_backend(),
        "SELECT current_database()::text AS name",
    );
    let row = app.db().read().query_one_raw(named).await.unwrap().unwrap();
    let name: String = row.try_get("", "name").unwrap();
    let over = AtomicBool::new(false);
    let writers = join_all((0..6).map(|w| {
        let (ann, over) = (ann.clone(), &over);
        async move {
            let thread = loop {
                let made = ann.post("/api/v1/threads", &json!({})).await;
                if made.status == 201 {
                    break made.data()["id"].as_str().unwrap().to_owned();
                }
            };
            let path = format!("/api/v1/threads/{thread}/messages");
            let (mut acknowledged, mut refused) = (Vec::new(), 0);
            for n in 0.. {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let content = format!("{w}-{n}");
                let answer = ann
                    .post(&path, &json!({ "content": content, "reply": false }))
                    .await;
                if answer.status == 201 {
                    acknowledged.push(content);
                } else {
                    answer.expect_error(503, "UNAVAILABLE");
                    assert!(answer.headers.contains_key("retry-after"));
                    refused += 1;
                }
            }
            (path, acknowledged, refused)
        }
    }));
    let away = async {
        eventually("something is written", || async {
            let all = ann.get("/api/v1/threads").await.data();
            (all.as_array().unwrap().len() == 6).then_some(())
        })
        .await;
        admin
            .execute_unprepared(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
            .await
            .unwrap();
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        admin.execute_unprepared(&end).await.unwrap();
        ann.get("/api/v1/threads").await.expect_error(503, "UNAVAILABLE");
        ann.get("/readyz").await.expect_error(503, "UNAVAILABLE");
        ann.get("/healthz").await.expect(200);
        admin
            .execute_unprepared(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
            .await
            .unwrap();
        eventually("it is back", || async {
            (ann.get("/readyz").await.status == 200).then_some(())
        })
        .await;
        let before = ann.get("/api/v1/threads").await;
        before.expect(200);
        over.store(true, Ordering::SeqCst);
    };
    let (written, ()) = tokio::join!(writers, away);
    assert!(written.iter().any(|(_, _, refused)| *refused > 0));
    for (path, acknowledged, _) in written {
        let mut there = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ann
                .get(&format!("{path}?branch=all&limit=200{cursor}"))
                .await
                .json();
            let rows = page["data"].as_array().unwrap();
            there.extend(rows.iter().map(|m| m["content"].as_str().unwrap().to_owned()));
            match page["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for content in &acknowledged {
            assert!(there.contains(content), "{content} was acknowledged and is gone");
        }
    }
    admin.close().await.unwrap();
}
