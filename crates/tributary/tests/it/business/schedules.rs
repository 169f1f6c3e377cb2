//! Schedules: one job a slot, on any number of nodes.

use serde_json::json;

use super::shop::Shop;
use super::{connected, connector, ended, execute, house, id, number};
use crate::support::eventually;

const JOBS: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM jobs WHERE kind = 'business.due'";

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_many_see_is_fired_once() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    for round in 1..=4 {
        // The store's clock decides: an hour ago is due, whatever the clocks of the nodes say.
        let due = app
            .db()
            .now()
            .minus(std::time::Duration::from_hours(round))
            .micros();
        execute(&app, &format!("UPDATE schedules SET next_due = {due}")).await;
        let db = app.db();
        let fire = || business::schedules::fire_due(db);
        let all = futures::future::join_all((0..8).map(|_| fire())).await;
        let fired: usize = all.into_iter().map(Result::unwrap).sum();
        // The server's own look may have been quicker than all of them.
        assert!(fired <= 1, "{fired}");
        eventually("the slot is fired", || async {
            (number(&app, JOBS).await == round as i64).then_some(())
        })
        .await;
        let next = "SELECT next_due AS n FROM schedules";
        assert!(
            number(&app, next).await > app.db().now().micros(),
            "it was moved on"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_made_up_for_once_and_reads_what_is_new() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    let made = connected(&ann, &shop).await;
    ended(&ann, id(&made)).await;
    shop.edit(2, "200.00");
    let week = app
        .db()
        .now()
        .minus(std::time::Duration::from_hours(168))
        .micros();
    execute(&app, &format!("UPDATE schedules SET next_due = {week}")).await;
    let run = eventually("a run by the schedule", || async {
        let run = connector(&ann, id(&made)).await["run"].clone();
        (run["trigger"] == "schedule" && !run["finished_at"].is_null()).then_some(run)
    })
    .await;
    assert_eq!(run["status"], "success");
    assert_eq!(run["mode"], "incremental");
    assert_eq!(number(&app, JOBS).await, 1);
    assert_eq!(super::orders(&app).await, (3, shop.sum()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_during_a_run_is_folded_into_it() {
    let (app, shop) = (house().await, Shop::open(3).await);
    let ann = app.person("ann").await;
    shop.be_slow(std::time::Duration::from_millis(300));
    let made = connected(&ann, &shop).await;
    let path = format!("/api/v1/connectors/{}/sync", id(&made));
    ann.post(&path, &json!({})).await.expect_error(409, "CONFLICT");
    execute(&app, "UPDATE schedules SET next_due = 1").await;
    eventually("the slot is fired", || async {
        (number(&app, JOBS).await == 1).then_some(())
    })
    .await;
    ended(&ann, id(&made)).await;
    let runs = ann
        .get(&format!("/api/v1/connectors/{}/runs", id(&made)))
        .await
        .data();
    assert_eq!(runs.as_array().unwrap().len(), 1);
}
