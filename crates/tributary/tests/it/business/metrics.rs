//! Every metric against plain arithmetic, over a shop that is like a real one.

use std::collections::BTreeMap;

use business::demo::batches;
use business::metrics::{MetricAnswer, MetricQuery, catalogue, run};
use business::warehouse::{Batch, load};
use db::{ConnectorId, WorkspaceId};
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

pub fn now() -> Timestamp {
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

/// The demonstration shop with every third of its orders: as many kinds of them, in a third of the time.
pub fn some_orders(connector: ConnectorId) -> Vec<Batch> {
    let mut some = batches(connector, now());
    for batch in some.iter_mut().filter(|b| b.stream == "orders") {
        let mut n = 0;
        batch.records.retain(|_| {
            n += 1;
            n % 3 == 0
        });
    }
    some
}

/// A server with a person, whose workspace has the demonstration shop.
pub async fn with_shop() -> (TestApp, Client, WorkspaceId, Vec<Batch>) {
    let app = TestApp::with_clock(Clock::fixed(now()), |_| {}).await;
    let ann = app.person("ann").await;
    let workspace = workspace_of(&ann).await;
    let batches = some_orders(ConnectorId::new());
    load_all(&app, workspace, &batches).await;
    (app, ann, workspace, batches)
}

pub async fn set(ann: &Client, body: Value) {
    ann.patch("/api/v1/business/settings", &body).await.expect(200);
}

pub async fn asked(app: &TestApp, workspace: WorkspaceId, query: &MetricQuery) -> MetricAnswer {
    match run(app.business(), workspace, query).await {
        Ok(answer) => answer,
        Err(error) => panic!("{query:?}: {error:?}"),
    }
}

pub fn query(metric: &str, days: Option<(Date, Date)>) -> MetricQuery {
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

pub fn check_total(
    shop: &Shop,
    answer: &MetricAnswer,
    metric: &str,
    days: Option<(Date, Date)>,
    place: &str,
) {
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
