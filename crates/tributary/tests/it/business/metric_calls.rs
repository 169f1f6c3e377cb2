//! The calls of metrics: what they promise, what they refuse, what a workspace declares, and that nothing counts twice.

use business::metrics::run;
use business::warehouse::Role;
use db::{ConnectorId, SyncRunId};
use jiff::civil::date;
use kit::clock::Clock;
use serde_json::json;

use super::arithmetic::{Of, Shop};
use super::metrics::{asked, check_total, load_all, now, query, set, with_shop, workspace_of};
use crate::support::TestApp;

/// Over HTTP: the shapes that are promised.
#[tokio::test]
async fn the_calls_answer_as_they_promise() {
    let (_app, ann, _, _) = with_shop().await;
    let list = ann.get("/api/v1/metrics").await.data();
    assert_eq!(list["metrics"].as_array().unwrap().len(), 19);
    assert_eq!(list["metrics"][0]["id"], "revenue");
    assert_eq!(list["metrics"][0]["connected"], true);
    assert_eq!(list["metrics"][0]["labels"]["de"], "Umsatz");
    assert_eq!(list["has_data"], true);
    let body = json!({
        "metric": "revenue", "from": "2026-10-01", "to": "2026-10-31", "grain": "day", "group_by": "product",
        "filters": { "country": "Germany" }, "compare": "previous_year", "limit": 5,
    });
    let answer = ann.post("/api/v1/metrics/query", &body).await;
    let answer = answer.expect(200).data();
    assert_eq!(answer["currency"], "EUR");
    assert_eq!(answer["series"].as_array().unwrap().len(), 31);
    assert_eq!(answer["series"][0]["start"], "2026-10-01");
    assert_eq!(answer["rows"].as_array().unwrap().len(), 5);
    assert!(answer["rows"][0]["share"].as_f64().unwrap() > 0.0);
    let minor = answer["value_minor"].as_i64().unwrap();
    assert_eq!(answer["value"].as_f64().unwrap(), minor as f64 / 100.0);
    assert_eq!(answer["previous"]["from"], "2025-10-01");
    assert!(answer["previous"]["change"].is_f64());
    assert!(
        answer["sql"].as_str().unwrap().contains("orders o")
            || answer["sql"].as_str().unwrap().contains("FROM")
    );
    assert!(
        answer["queries"][0]["binds"]
            .as_array()
            .unwrap()
            .contains(&json!("Germany"))
    );
    assert!(!answer["queries"].to_string().contains("'Germany'"));
    assert!(answer["definition"].as_str().unwrap().starts_with("Goods sold"));
    // The first product is what its own filter says.
    let top = answer["rows"][0]["key"].clone();
    let body = json!({ "metric": "revenue", "from": "2026-10-01", "to": "2026-10-31",
        "filters": [{ "dimension": "country", "values": ["Germany"] }, { "dimension": "product", "values": [top] }] });
    let one = ann.post("/api/v1/metrics/query", &body).await.data();
    assert_eq!(one["value_minor"], answer["rows"][0]["value_minor"]);
    // Moments are half-open.
    let half = |from: &str, to: &str| json!({ "metric": "orders", "from": from, "to": to });
    let day = ann
        .post("/api/v1/metrics/query", &half("2026-10-01", "2026-10-01"))
        .await
        .data();
    let same = half("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    let same = ann.post("/api/v1/metrics/query", &same).await.data();
    assert_eq!(day["value"], same["value"]);
    let none = half("2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z");
    assert_eq!(
        ann.post("/api/v1/metrics/query", &none).await.data()["value"],
        0.0
    );
    let values = ann
        .get("/api/v1/metrics/revenue/values?dimension=product&q=mug")
        .await
        .data();
    assert_eq!(values.as_array().unwrap().len(), 4, "{values}");
    ann.get("/api/v1/metrics/shipping/values?dimension=product")
        .await
        .expect(422);
    ann.get("/api/v1/metrics/nothing/values?dimension=product")
        .await
        .expect(404);
    let names = ann
        .get("/api/v1/metrics/revenue/values?dimension=customer&q=ada")
        .await
        .data();
    assert!(!names.as_array().unwrap().is_empty());
}

/// What is no question is refused with the field at fault, and breaks nothing.
#[tokio::test]
async fn bad_questions_are_refused_by_their_field() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let long = "x".repeat(600);
    let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    for (field, body) in [
        ("metric", json!({ "metric": "nonsense" })),
        ("metric", json!({ "metric": "'; DROP TABLE orders; --" })),
        ("metric", json!({ "metric": "" })),
        (
            "from",
            json!({ "metric": "revenue", "from": "2026-02-29", "to": "2026-03-01" }),
        ),
        (
            "from",
            json!({ "metric": "revenue", "from": "2026-09-31", "to": "2026-10-01" }),
        ),
        (
            "to",
            json!({ "metric": "revenue", "from": "2026-01-01", "to": "10000-01-01" }),
        ),
        (
            "to",
            json!({ "metric": "revenue", "from": "2026-03-02", "to": "2026-03-01" }),
        ),
        ("to", json!({ "metric": "revenue", "from": "2026-03-02" })),
        ("from", json!({ "metric": "revenue", "to": "2026-03-02" })),
        (
            "grain",
            json!({ "metric": "revenue", "from": "0001-01-01", "to": "9999-12-31", "grain": "day" }),
        ),
        (
            "grain",
            json!({ "metric": "revenue", "from": "2026-01-01", "to": "2026-01-31", "grain": "second" }),
        ),
        (
            "group_by",
            json!({ "metric": "revenue", "group_by": "placed_at" }),
        ),
        (
            "group_by",
            json!({ "metric": "revenue", "group_by": ["city", "city"] }),
        ),
        (
            "group_by",
            json!({ "metric": "revenue", "group_by": ["city", "country", "region", "method"] }),
        ),
        ("group_by", json!({ "metric": "aov", "group_by": "product" })),
        ("group_by", json!({ "metric": "shipping", "group_by": "product" })),
        (
            "filters",
            json!({ "metric": "shipping", "filters": { "product": "x" } }),
        ),
        (
            "filters",
            json!({ "metric": "revenue", "filters": { "o.city": "x" } }),
        ),
        (
            "filters.0.values",
            json!({ "metric": "revenue", "filters": [{ "dimension": "city", "values": [] }] }),
        ),
        (
            "filters.0.values",
            json!({ "metric": "revenue", "filters": { "city": long } }),
        ),
        (
            "filters.0.values",
            json!({ "metric": "revenue", "filters": { "city": "a\u{0}b" } }),
        ),
        (
            "filters.0.values",
            json!({ "metric": "revenue", "filters": { "city": many } }),
        ),
        ("compare", json!({ "metric": "revenue", "compare": "tomorrow" })),
        ("limit", json!({ "metric": "revenue", "limit": 0 })),
        ("now", json!({ "metric": "revenue", "now": "yesterday" })),
        ("surprise", json!({ "metric": "revenue", "surprise": 1 })),
    ] {
        let answer = ann.post("/api/v1/metrics/query", &body).await;
        answer.expect(422);
        let said = answer.json();
        let fields: Vec<&str> = said["details"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|d| d["field"].as_str())
            .collect();
        assert!(fields.contains(&field), "{body}: {said}");
    }
    for (field, body) in [
        ("time_zone", json!({ "time_zone": "Mars/Olympus" })),
        ("fiscal_month", json!({ "fiscal_month": 13 })),
        ("currency", json!({ "currency": "euros" })),
        ("week_start", json!({ "week_start": "tuesday" })),
    ] {
        let answer = ann.patch("/api/v1/business/settings", &body).await;
        answer.expect(422);
        assert_eq!(answer.json()["details"][0]["field"], field, "{body}");
    }
    // Far ranges, names that are SQL, an empty workspace: numbers, and no rows.
    for body in [
        json!({ "metric": "revenue", "from": "0001-01-01", "to": "9999-12-31" }),
        json!({ "metric": "revenue", "from": "9999-01-01", "to": "9999-12-31", "grain": "month" }),
        json!({ "metric": "orders", "filters": { "product": "'; DROP TABLE orders; --" }, "grain": "day" }),
        json!({ "metric": "aov", "from": "2026-01-01", "to": "2026-12-31", "group_by": "city", "compare": "previous_year" }),
    ] {
        let answer = ann.post("/api/v1/metrics/query", &body).await;
        let said = answer.expect(200).data();
        assert_eq!(said["row_count"], 0, "{said}");
        assert!(said["notes"].to_string().contains("not connected"));
    }
}

/// A workspace's own metrics: a small language, checked before it is kept, and never SQL.
#[tokio::test]
async fn a_workspace_declares_metrics_of_its_own() {
    let (app, ann, workspace, batches) = with_shop().await;
    let shop = Shop::of(&batches, "UTC", now().micros());
    let days = Some((date(2026, 3, 1), date(2026, 3, 31)));
    let margin = json!({ "id": "after_fees", "label": "After fees", "expression": "revenue - service_fees * 1.5",
        "unit": "money", "definition": "What is left." });
    let made = ann.post("/api/v1/metrics", &margin).await;
    assert_eq!(made.expect(201).data()["own"], true);
    ann.post("/api/v1/metrics", &margin).await.expect(409);
    let answer = asked(&app, workspace, &query("after_fees", days)).await;
    let of = Of {
        days,
        currency: Some("EUR"),
        ..Of::default()
    };
    let fees = i128::from(shop.minor("fees", &of).unwrap());
    let exact = i128::from(shop.minor("revenue", &of).unwrap()) * 2 - fees * 3;
    assert_eq!(i128::from(answer.amounts[0].minor), (exact + 1).div_euclid(2));
    let mut by_product = query("after_fees", days);
    by_product.group_by = vec!["product".into()];
    assert!(run(app.business(), workspace, &by_product).await.is_err());
    assert_eq!(
        ann.get("/api/v1/metrics").await.data()["metrics"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    for (field, id, expression, unit) in [
        ("id", "revenue", "orders", "count"),
        ("id", "Bad Name", "orders", "count"),
        ("expression", "x1", "SELECT 1", "count"),
        ("expression", "x2", "orders; DROP TABLE orders", "count"),
        ("expression", "x3", "revenue + orders", "money"),
        ("expression", "x4", "1 + 1", "count"),
        ("unit", "x5", "revenue / revenue", "money"),
        ("unit", "x6", "revenue * revenue", "money"),
    ] {
        let body = json!({ "id": id, "label": "x", "expression": expression, "unit": unit });
        let answer = ann.post("/api/v1/metrics", &body).await;
        answer.expect(422);
        assert!(
            answer.text().contains(&format!("\"field\":\"{field}\"")),
            "{}",
            answer.text()
        );
    }
    // Others do not see it, and members do not change it.
    let ben = app.person("ben").await;
    let body = json!({ "metric": "after_fees" });
    ben.post("/api/v1/metrics/query", &body).await.expect(422);
    ben.delete("/api/v1/metrics/after_fees").await.expect(404);
    let colleague = app.colleague(&ann, &ben, "member").await;
    colleague.post("/api/v1/metrics/query", &body).await.expect(200);
    colleague.delete("/api/v1/metrics/after_fees").await.expect(403);
    colleague.post("/api/v1/metrics", &margin).await.expect(403);
    colleague
        .patch("/api/v1/business/settings", &json!({ "currency": "CHF" }))
        .await
        .expect(403);
    colleague
        .post("/api/v1/business/demo", &json!({}))
        .await
        .expect(403);
    ann.delete("/api/v1/metrics/after_fees").await.expect(200);
    ann.post("/api/v1/metrics/query", &body).await.expect(422);
    // The chosen currency comes first.
    set(&ann, json!({ "currency": "chf" })).await;
    assert_eq!(
        asked(&app, workspace, &query("revenue", days)).await.amounts[0]
            .currency
            .as_deref(),
        Some("CHF")
    );
}

/// An answer that is kept is forgotten when the data change, and the same orders elsewhere change nothing here.
#[tokio::test]
async fn answers_are_kept_until_the_data_change_and_tenants_do_not_meet() {
    let (app, ann, workspace, batches) = with_shop().await;
    let ben = app.person("ben").await;
    let elsewhere = workspace_of(&ben).await;
    let before = asked(&app, workspace, &query("orders", None)).await;
    let nothing = asked(&app, elsewhere, &query("orders", None)).await;
    assert_eq!(nothing.amounts[0].minor, 0);
    // The very same connector and ids in another workspace, and a part of them.
    load_all(&app, elsewhere, &batches[1..3]).await;
    let theirs = asked(&app, elsewhere, &query("orders", None)).await;
    assert!(theirs.amounts[0].minor > 100 && theirs.amounts[0].minor < before.amounts[0].minor);
    assert_eq!(
        asked(&app, workspace, &query("orders", None)).await.amounts,
        before.amounts
    );
    // Another order: the answer is another one at once.
    let mut more = batches[1].clone();
    more.run = SyncRunId::new();
    more.records.truncate(1);
    let record = &mut more.records[0];
    record.record.source_id = "one more".into();
    if let connectors::canonical::Canonical::Order(order) = &mut record.meaning[0] {
        order.source_id = "one more".into();
        order.is_test = false;
        order.cancelled_at = None;
    }
    load_all(&app, workspace, &[more]).await;
    let after = asked(&app, workspace, &query("orders", None)).await;
    assert_eq!(after.amounts[0].minor, before.amounts[0].minor + 1);
    let events = ann.get("/api/v1/metrics").await.data();
    assert!(events["fresh_until"].is_string());
}

/// Two connections of the same sales: a payment service's orders are no revenue, and its payments count instead of the
/// shop's.
#[tokio::test]
async fn a_shop_and_its_payment_service_never_count_twice() {
    let (app, _, workspace, batches) = with_shop().await;
    let revenue = asked(&app, workspace, &query("revenue", None)).await.amounts;
    let mut service = batches[1].clone();
    service.connector = ConnectorId::new();
    service.role = Role::Payments;
    service.run = SyncRunId::new();
    load_all(&app, workspace, &[service.clone()]).await;
    assert_eq!(
        asked(&app, workspace, &query("revenue", None)).await.amounts,
        revenue
    );
    let shop = Shop::of(&batches[1..2], "UTC", now().micros());
    let paid = asked(&app, workspace, &query("payments_received", None)).await;
    check_total(&shop, &paid, "payments_received", None, "service");
    assert_eq!(paid.sources.len(), 1);
    assert_eq!(paid.sources[0].connector_id, service.connector);
    // It becomes a shop, and back.
    let twice = |role: Role| {
        let (app, connector) = (&app, service.connector);
        async move {
            let tx = app.db().write().await.unwrap();
            business::warehouse::set_role(&tx, workspace, connector, role)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    };
    twice(Role::Sales).await;
    assert!(asked(&app, workspace, &query("revenue", None)).await.amounts[0].minor > revenue[0].minor);
    twice(Role::Payments).await;
    assert_eq!(
        asked(&app, workspace, &query("revenue", None)).await.amounts,
        revenue
    );
}

/// Whether the job that fills is done.
async fn is_filled(app: &TestApp) -> bool {
    use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
    db::entity::jobs::Entity::find()
        .filter(db::entity::jobs::Column::Kind.eq("business.demo"))
        .filter(db::entity::jobs::Column::FinishedAt.is_not_null())
        .count(app.db().read())
        .await
        .unwrap()
        > 0
}

/// One click fills a workspace, and another one does not fill it twice.
#[tokio::test]
async fn the_demonstration_shop_comes_at_a_click_and_once() {
    let app = TestApp::with_clock(Clock::fixed(now()), |_| {}).await;
    let ann = app.person("ann").await;
    let workspace = workspace_of(&ann).await;
    let first = ann.post("/api/v1/business/demo", &json!({})).await;
    let first = first.expect(202).data()["connector_id"].clone();
    let count = async || asked(&app, workspace, &query("orders", None)).await.amounts[0].minor;
    // Two years take longer than what else is waited for here, in a build without optimisation.
    let mut turns = 0;
    while !is_filled(&app).await {
        turns += 1;
        assert!(turns < 900, "the shop does not come");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let orders = count().await;
    assert!(orders > 4_500, "{orders}");
    let again = ann.post("/api/v1/business/demo", &json!({})).await;
    assert_eq!(again.expect(202).data()["connector_id"], first);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(count().await, orders);
}
