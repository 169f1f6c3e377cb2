//! Every metric against plain arithmetic, over a shop that is like a real one.

use std::collections::BTreeMap;

use business::demo::batches;
use business::metrics::{MetricAnswer, MetricQuery, catalogue, run};
use business::warehouse::{Batch, Role, load};
use db::{ConnectorId, SyncRunId, WorkspaceId};
use jiff::civil::{Date, date};
use kit::clock::{Clock, Timestamp};
use questions::calendar::{Calendar, Days, Grain};
use questions::frame::{Compare, Filter, Rank};
use serde_json::{Value, json};

use super::arithmetic::{Of, Shop, has_currency, is_ratio, rounded};
use crate::support::{Client, TestApp};

const ALL: [&str; 19] = [
    "revenue",
    "gross_sales",
    "discounts",
    "returns",
    "total_sales",
    "shipping",
    "tax",
    "orders",
    "aov",
    "units",
    "customers",
    "new_customers",
    "returning_customers",
    "repeat_rate",
    "cancellation_rate",
    "refund_rate",
    "payments_received",
    "refunds_paid",
    "fees",
];
const ZONES: [&str; 4] = ["UTC", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland"];

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

pub async fn workspace_of(client: &Client) -> WorkspaceId {
    let id = client.get("/api/v1/workspace").await.data()["id"].clone();
    WorkspaceId(id.as_str().unwrap().parse().unwrap())
}

/// Loads batches, one transaction each.
pub async fn load_all(app: &TestApp, workspace: WorkspaceId, batches: &[Batch]) {
    for batch in batches {
        let tx = app.db().write().await.unwrap();
        load(app.business(), &tx, workspace, batch).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// A server with a person, whose workspace has the demonstration shop.
async fn with_shop() -> (TestApp, Client, WorkspaceId, Vec<Batch>) {
    let app = TestApp::with_clock(Clock::fixed(now()), |_| {}).await;
    let ann = app.person("ann").await;
    let workspace = workspace_of(&ann).await;
    let batches = batches(ConnectorId::new(), now());
    load_all(&app, workspace, &batches).await;
    (app, ann, workspace, batches)
}

async fn set(ann: &Client, body: Value) {
    ann.patch("/api/v1/business/settings", &body).await.expect(200);
}

async fn asked(app: &TestApp, workspace: WorkspaceId, query: &MetricQuery) -> MetricAnswer {
    match run(app.business(), workspace, query).await {
        Ok(answer) => answer,
        Err(error) => panic!("{query:?}: {error:?}"),
    }
}

fn query(metric: &str, days: Option<(Date, Date)>) -> MetricQuery {
    MetricQuery::of(metric, days.map(|(first, last)| Days { first, last }), now())
}

/// The currencies of a metric's numbers.
fn currencies(metric: &str) -> Vec<Option<&'static str>> {
    if has_currency(metric) {
        vec![Some("EUR"), Some("CHF")]
    } else {
        vec![None]
    }
}

fn check_total(shop: &Shop, answer: &MetricAnswer, metric: &str, days: Option<(Date, Date)>, place: &str) {
    for currency in currencies(metric) {
        let expected = shop.minor(
            metric,
            &Of {
                days,
                currency,
                ..Of::default()
            },
        );
        let found = answer
            .amounts
            .iter()
            .find(|a| a.currency.as_deref() == currency)
            .map(|a| a.minor);
        // A currency of which there is nothing may be left out.
        let expected = if found.is_none() && expected == Some(0) {
            None
        } else {
            expected
        };
        assert_eq!(
            found, expected,
            "{metric} {place} {days:?} {currency:?}: {:#?}",
            answer.sql
        );
    }
}

/// Totals in several zones over ranges that begin and end where clocks jump, and at the ends of the data.
#[tokio::test]
async fn every_total_is_what_plain_arithmetic_says() {
    let (app, ann, workspace, batches) = with_shop().await;
    let ranges = [
        None,
        Some((date(2026, 10, 1), date(2026, 10, 31))),
        Some((date(2026, 10, 25), date(2026, 10, 25))),
        Some((date(2025, 3, 28), date(2025, 4, 2))),
        Some((date(2025, 12, 24), date(2026, 1, 6))),
        Some((date(2026, 11, 1), date(2026, 11, 30))),
        Some((date(2020, 1, 1), date(2020, 12, 31))),
        Some((date(1, 1, 1), date(9999, 12, 31))),
    ];
    for zone in ZONES {
        set(&ann, json!({ "time_zone": zone })).await;
        let shop = Shop::of(&batches, zone, now().micros());
        for metric in ALL {
            for days in ranges {
                let answer = asked(&app, workspace, &query(metric, days)).await;
                check_total(&shop, &answer, metric, days, zone);
            }
        }
    }
}

/// Rows by every dimension are what arithmetic says, and add up to the whole where they have to.
#[tokio::test]
async fn every_grouping_is_what_plain_arithmetic_says() {
    let (app, _, workspace, batches) = with_shop().await;
    let shop = Shop::of(&batches, "UTC", now().micros());
    let known = catalogue(app.business(), workspace).await.unwrap();
    let days = Some((date(2026, 1, 1), date(2026, 6, 30)));
    let mut groupings = 0;
    for metric in ALL {
        for dimension in &known.metric(metric).unwrap().dimensions {
            if dimension == "status" && ["payments_received", "refunds_paid", "fees"].contains(&metric) {
                // A payment has a status of its own.
                continue;
            }
            let mut asking = query(metric, days);
            asking.group_by = vec![dimension.clone()];
            let answer = asked(&app, workspace, &asking).await;
            for currency in currencies(metric) {
                let of = Of {
                    days,
                    currency,
                    group: Some(dimension),
                    ..Of::default()
                };
                let name = |key: &Option<String>| {
                    key.as_ref()
                        .map(|k| k.split_once('|').map_or(k.clone(), |(name, _)| name.to_owned()))
                };
                let mut expected: Vec<_> = shop
                    .metric(metric, &of)
                    .into_iter()
                    .map(|(key, number)| (name(&key), rounded(metric, number)))
                    .collect();
                let rows = answer
                    .rows
                    .iter()
                    .filter(|row| row.currency.as_deref() == currency);
                let mut found: Vec<_> = rows.map(|row| (row.keys[0].clone(), row.minor)).collect();
                let least: Vec<i64> = found.iter().map(|(_, minor)| minor.unwrap_or(i64::MIN)).collect();
                assert!(
                    least.is_sorted_by(|a, b| a >= b),
                    "{metric} by {dimension} is in order"
                );
                expected.sort();
                found.sort();
                assert_eq!(
                    found, expected,
                    "{metric} by {dimension} {currency:?}: {:#?}",
                    answer.sql
                );
                let is_whole =
                    metric != "orders" || !["product", "category", "sku", "vendor"].contains(&&**dimension);
                if !is_ratio(metric) && has_currency(metric) && is_whole && dimension != "status" {
                    let whole: i64 = found.iter().filter_map(|(_, minor)| *minor).sum();
                    assert_eq!(
                        Some(whole),
                        shop.minor(metric, &of),
                        "{metric} by {dimension} adds up"
                    );
                }
            }
            groupings += 1;
        }
    }
    assert!(groupings > 120, "{groupings}");
}

/// Pieces of time are what arithmetic says, and add up to the whole.
#[tokio::test]
async fn every_series_is_what_plain_arithmetic_says() {
    let (app, ann, workspace, batches) = with_shop().await;
    let days = (date(2025, 9, 17), date(2026, 11, 30));
    for (zone, start) in [("America/Sao_Paulo", "sunday"), ("Europe/London", "monday")] {
        set(&ann, json!({ "time_zone": zone, "week_start": start })).await;
        let shop = Shop::of(&batches, zone, now().micros());
        let weekday = if start == "sunday" {
            jiff::civil::Weekday::Sunday
        } else {
            jiff::civil::Weekday::Monday
        };
        let calendar = Calendar {
            zone: shop.zone.clone(),
            week_start: weekday,
            fiscal_month: 1,
        };
        for metric in [
            "revenue",
            "orders",
            "aov",
            "refund_rate",
            "new_customers",
            "payments_received",
        ] {
            for grain in [Grain::Week, Grain::Month, Grain::Quarter, Grain::Year] {
                let mut asking = query(metric, Some(days));
                asking.grain = Some(grain);
                let answer = asked(&app, workspace, &asking).await;
                let starts: Vec<Date> = answer.series.iter().map(|point| point.start).collect();
                for (n, point) in answer.series.iter().enumerate() {
                    assert_eq!(point.start, calendar.floor(point.start, grain));
                    let last = starts.get(n + 1).map_or(days.1, |next| next.yesterday().unwrap());
                    let of = Of {
                        days: Some((point.start.max(days.0), last)),
                        ..Of::default()
                    };
                    for currency in currencies(metric) {
                        let expected = shop.minor(
                            metric,
                            &Of {
                                currency,
                                ..of.clone()
                            },
                        );
                        let found = point.amounts.iter().find(|a| a.currency.as_deref() == currency);
                        assert_eq!(
                            found.map(|a| a.minor),
                            expected,
                            "{metric} {zone} {grain:?} {}",
                            point.start
                        );
                    }
                }
                assert!(starts[0] <= days.0 && starts.len() > 1);
            }
        }
    }
}

/// Each day of a year in a zone whose clocks jump at midnight: the days are the year.
#[tokio::test]
async fn the_days_of_a_year_are_the_year() {
    let (app, ann, workspace, _) = with_shop().await;
    set(&ann, json!({ "time_zone": "America/Santiago" })).await;
    let mut asking = query("revenue", Some((date(2025, 1, 1), date(2025, 12, 31))));
    asking.grain = Some(Grain::Day);
    let answer = asked(&app, workspace, &asking).await;
    assert_eq!(answer.series.len(), 365);
    for amount in &answer.amounts {
        let days = answer.series.iter().flat_map(|point| &point.amounts);
        let sum: i64 = days
            .filter(|a| a.currency == amount.currency)
            .map(|a| a.minor)
            .sum();
        assert_eq!(sum, amount.minor, "{:?}", amount.currency);
    }
    assert_eq!(answer.amounts.len(), 2);
}

/// Filters, also by what an order has several of.
#[tokio::test]
async fn filters_keep_what_they_say_and_nothing_twice() {
    let (app, _, workspace, batches) = with_shop().await;
    let shop = Shop::of(&batches, "UTC", now().micros());
    let days = Some((date(2025, 12, 1), date(2026, 3, 31)));
    for metric in [
        "revenue",
        "orders",
        "customers",
        "units",
        "returns",
        "refund_rate",
        "new_customers",
    ] {
        for (dimension, value) in [
            ("product", "Ceramic Mug Blue"),
            ("category", "Tea"),
            ("country", "Austria"),
            ("status", "cancelled"),
            ("method", "paypal"),
        ] {
            let mut asking = query(metric, days);
            let mut filter = Filter {
                dimension: dimension.into(),
                values: vec![value.into()],
                not: false,
            };
            asking.filters = vec![filter.clone()];
            let answer = asked(&app, workspace, &asking).await;
            for currency in currencies(metric) {
                let of = Of {
                    days,
                    currency,
                    only: Some((dimension, value)),
                    ..Of::default()
                };
                let expected = shop.minor(metric, &of);
                let found = answer
                    .amounts
                    .iter()
                    .find(|a| a.currency.as_deref() == currency)
                    .map(|a| a.minor);
                let is_left_out = found.is_none() && expected == Some(0);
                assert!(
                    found == expected || is_left_out,
                    "{metric} {dimension}: {found:?} {expected:?}"
                );
            }
            // What it keeps and what it does not are the whole, where what counts is the same.
            filter.not = true;
            asking.filters = vec![filter];
            let rest = asked(&app, workspace, &asking).await;
            if metric == "revenue" && dimension != "status" || metric == "orders" && dimension == "product" {
                let whole = asked(&app, workspace, &query(metric, days)).await;
                let sum = answer.amounts[0].minor + rest.amounts[0].minor;
                assert_eq!(sum, whole.amounts[0].minor, "{metric} {dimension}");
            }
        }
    }
    // Somebody by their name, however it is written, or by their address.
    let buyer = shop
        .orders
        .iter()
        .find_map(|o| o.customer.clone().filter(|c| c.name.is_some()))
        .unwrap();
    let name = buyer.name.clone().unwrap().to_uppercase();
    for value in [
        name,
        buyer.email.clone().unwrap(),
        buyer.source_id.clone().unwrap(),
    ] {
        let mut asking = query("orders", None);
        asking.filters = vec![Filter {
            dimension: "customer".into(),
            values: vec![value.clone()],
            not: false,
        }];
        let found = asked(&app, workspace, &asking).await.amounts[0].minor;
        assert!((1..200).contains(&found), "{value}: {found}");
    }
}

/// The settings decide what counts, and back again.
#[tokio::test]
async fn what_counts_follows_the_settings() {
    let (app, ann, workspace, batches) = with_shop().await;
    let mut shop = Shop::of(&batches, "UTC", now().micros());
    let days = Some((date(2026, 2, 1), date(2026, 5, 31)));
    for (cancel, basis) in [
        ("reverse", "processed"),
        ("reverse", "order"),
        ("exclude", "order"),
        ("exclude", "processed"),
    ] {
        set(&ann, json!({ "cancel_policy": cancel, "refund_basis": basis })).await;
        shop.reverses_cancelled = cancel == "reverse";
        shop.refunds_by_order = basis == "order";
        shop.find_firsts();
        for metric in [
            "revenue",
            "returns",
            "total_sales",
            "orders",
            "aov",
            "new_customers",
            "refund_rate",
            "units",
        ] {
            let answer = asked(&app, workspace, &query(metric, days)).await;
            check_total(&shop, &answer, metric, days, &format!("{cancel} {basis}"));
        }
        let mut asking = query("revenue", days);
        asking.group_by = vec!["product".into()];
        let answer = asked(&app, workspace, &asking).await;
        let of = Of {
            days,
            currency: Some("EUR"),
            group: Some("product"),
            ..Of::default()
        };
        let expected = shop.metric("revenue", &of);
        let rows = answer
            .rows
            .iter()
            .filter(|row| row.currency.as_deref() == Some("EUR"));
        let found: BTreeMap<_, _> = rows
            .map(|row| (row.keys[0].clone(), (i128::from(row.minor.unwrap()), 1)))
            .collect();
        assert_eq!(found, expected, "{cancel} {basis}");
    }
    let said = &asked(&app, workspace, &query("revenue", days)).await.definition;
    let english = &said[&questions::catalogue::Language::En];
    assert!(english.contains("on the day they were processed"), "{english}");
}

/// Comparison, shares and the best few.
#[tokio::test]
async fn ranges_are_compared_and_groups_ranked() {
    let (app, _, workspace, batches) = with_shop().await;
    let shop = Shop::of(&batches, "UTC", now().micros());
    let mut asking = query("revenue", Some((date(2026, 10, 1), date(2026, 10, 31))));
    asking.compare = Some(Compare::PreviousPeriod);
    asking.group_by = vec!["category".into()];
    asking.grain = Some(Grain::Week);
    asking.share = true;
    asking.rank = Some(Rank {
        count: 3,
        ascending: false,
    });
    let answer = asked(&app, workspace, &asking).await;
    let september = Some((date(2026, 9, 1), date(2026, 9, 30)));
    let of = Of {
        days: september,
        currency: Some("EUR"),
        ..Of::default()
    };
    let before = answer.previous.as_ref().unwrap();
    assert_eq!((before.days.first, before.days.last), september.unwrap());
    assert_eq!(before.amounts[0].minor, shop.minor("revenue", &of).unwrap());
    let by = shop.metric(
        "revenue",
        &Of {
            group: Some("category"),
            ..of
        },
    );
    let euros: Vec<_> = answer
        .rows
        .iter()
        .filter(|row| row.currency.as_deref() == Some("EUR"))
        .collect();
    assert_eq!(euros.len(), 3);
    assert!(answer.row_count > 6, "{}", answer.row_count);
    for row in &euros {
        let share = row.minor.unwrap() as f64 / answer.amounts[0].minor as f64;
        assert!((row.share.unwrap() - share).abs() < 1e-9);
        let previous = (row.previous.unwrap() * 100.0).round() as i128;
        assert_eq!(previous, by[&row.keys[0]].0, "{row:?}");
    }
    assert_eq!(answer.series.len(), 5);
    assert_eq!(answer.previous_series.len(), 5);
    // The month that has not ended is compared with the same part of the one before.
    let mut asking = query("orders", Some((date(2026, 11, 1), date(2026, 11, 30))));
    asking.compare = Some(Compare::PreviousPeriod);
    let answer = asked(&app, workspace, &asking).await;
    let cut = Timestamp::parse("2026-10-21T12:00:00Z").unwrap();
    let same = Shop::of(&batches, "UTC", cut.micros());
    let october = Of {
        days: Some((date(2026, 10, 1), date(2026, 10, 31))),
        ..Of::default()
    };
    // Known as it was then, but for orders that were cancelled since: they do not count today either.
    assert_eq!(
        Some(answer.previous.unwrap().amounts[0].minor),
        same.minor("orders", &october)
    );
}

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
    assert!(theirs.amounts[0].minor > 500 && theirs.amounts[0].minor < before.amounts[0].minor);
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
