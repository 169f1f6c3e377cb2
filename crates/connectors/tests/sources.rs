//! Sources against the stand-in shops: whole readings, what goes wrong on the way, webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connectors::canonical::{Canonical, Order};
use connectors::manifest;
use connectors::source::{Page, Record, Slice, Source, SourceError};
use connectors::standin::{Fault, Shop, Standin};
use connectors::webhook::{News, Refused};
use kit::clock::{Clock, Timestamp};
use kit::http::{Client, Reach};

const SHOPS: [&str; 3] = ["shopify", "stripe", "woocommerce"];

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

const DAY: Duration = Duration::from_hours(24);

async fn standin(orders: usize) -> Standin {
    let mut shop = Shop::seeded(7, orders, 60, now());
    for order in &mut shop.orders {
        order.is_test = false;
    }
    Standin::start(shop).await.unwrap()
}

fn source(standin: &Standin, connector: &str) -> Source {
    let manifest = manifest::find(connector).unwrap();
    let client = Client::new().unwrap();
    let source = Source::new(manifest, &standin.values(connector), client, Reach::AllowPrivate).unwrap();
    source.with_clock(Clock::fixed(now().plus(Duration::from_secs(60))))
}

fn last_days(days: u32) -> Slice {
    Slice {
        from: Some(now().minus(DAY * days)),
        to: now().plus(Duration::from_secs(1)),
    }
}

/// Reads a slice to its end; records by id, the last word of each.
async fn read(source: &Source, stream: &str, slice: Slice) -> Result<BTreeMap<String, Record>, SourceError> {
    let (mut all, mut token, mut announced, mut count) = (BTreeMap::new(), None, None, 0_u64);
    loop {
        let Page {
            records,
            bad,
            next,
            announced: told,
            ..
        } = source.page(stream, slice, token.as_deref()).await?;
        assert!(bad.is_empty(), "{bad:?}");
        count += records.len() as u64;
        announced = told.or(announced);
        all.extend(
            records
                .into_iter()
                .map(|record| (record.source_id.clone(), record)),
        );
        match next {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    assert!(
        announced.is_none_or(|announced| announced == count),
        "{announced:?} {count}"
    );
    Ok(all)
}

fn orders(source: &Source, records: &BTreeMap<String, Record>) -> Vec<Order> {
    let meanings = records.values().flat_map(|record| source.map(record).unwrap());
    meanings
        .filter_map(|meaning| {
            if let Canonical::Order(order) = meaning {
                Some(order)
            } else {
                None
            }
        })
        .collect()
}

fn net(orders: &[Order]) -> i64 {
    let lines = orders
        .iter()
        .flat_map(|order| &order.lines)
        .map(|line| line.gross - line.discount);
    let refunds = orders
        .iter()
        .flat_map(|order| &order.refunds)
        .map(|refund| refund.goods);
    lines.sum::<i64>() - refunds.sum::<i64>()
}

#[tokio::test]
async fn a_connection_is_checked() {
    let standin = standin(5).await;
    for shop in SHOPS {
        let checked = source(&standin, shop).check().await.unwrap();
        assert_eq!(checked.account.as_deref(), Some("Stand-in shop"), "{shop}");
        assert_eq!(checked.currency.as_deref(), Some("EUR"), "{shop}");
        assert_eq!(checked.time_zone.as_deref(), Some("Europe/Berlin"), "{shop}");
        let limits = if shop == "shopify" { 1 } else { 0 };
        assert_eq!(checked.limits.len(), limits, "{shop}: {:?}", checked.limits);
        standin.break_next(Fault::Unauthorized);
        let refused = source(&standin, shop).check().await;
        assert!(
            matches!(refused, Err(SourceError::Unauthorized(_))),
            "{shop}: {refused:?}"
        );
    }
    standin.break_next(Fault::Forbidden);
    standin.break_next(Fault::Forbidden);
    let checked = source(&standin, "woocommerce").check().await.unwrap();
    assert_eq!(checked.limits, ["The credentials do not allow to read orders."]);
}

#[tokio::test]
async fn shops_are_read_to_the_cent_by_every_way() {
    for seed in [6, 7] {
        let mut shop = Shop::seeded(seed, 230, 60, now());
        shop.orders.iter_mut().for_each(|order| order.is_test = false);
        let expected = shop.net();
        let standin = Standin::start(shop).await.unwrap();
        for (connector, slice) in [
            (
                "shopify",
                Slice {
                    from: None,
                    to: last_days(1).to,
                },
            ),
            ("shopify", last_days(61)),
            ("woocommerce", last_days(61)),
        ] {
            let source = source(&standin, connector);
            let orders = orders(&source, &read(&source, "orders", slice).await.unwrap());
            assert_eq!((orders.len(), net(&orders)), (230, expected), "{connector}");
            for order in &orders {
                for refund in &order.refunds {
                    assert_eq!(
                        refund.goods,
                        refund.lines.iter().map(|line| line.net).sum::<i64>()
                    );
                }
                let net: i64 = order.lines.iter().map(|line| line.gross - line.discount).sum();
                assert_eq!(
                    net + order.tax + order.shipping,
                    order.total,
                    "{connector} {}",
                    order.number
                );
            }
        }
        // By cursors in short slices: the same orders, and the same meaning.
        let source = source(&standin, "shopify");
        let bulk = read(&source, "orders", last_days(61)).await.unwrap();
        let mut slow = BTreeMap::new();
        for week in 0..10 {
            let to = last_days(1).to.minus(DAY * 7 * week);
            slow.extend(
                read(
                    &source,
                    "orders",
                    Slice {
                        from: Some(to.minus(DAY * 7)),
                        to,
                    },
                )
                .await
                .unwrap(),
            );
        }
        let meaning = |records: &BTreeMap<String, Record>| orders(&source, records);
        assert_eq!(meaning(&slow), meaning(&bulk));
    }
}

#[tokio::test]
async fn other_streams_are_read_as_well() {
    let standin = standin(10).await;
    for (connector, slice) in [
        ("shopify", last_days(90)),
        ("woocommerce", last_days(90)),
        ("stripe", last_days(90)),
    ] {
        let source = source(&standin, connector);
        assert_eq!(
            read(&source, "customers", slice).await.unwrap().len(),
            40,
            "{connector}"
        );
        if connector != "stripe" {
            let products = read(&source, "products", slice).await.unwrap();
            assert_eq!(products.len(), 24, "{connector}");
            for product in products.values() {
                assert!(matches!(
                    source.map(product).unwrap().as_slice(),
                    [Canonical::Product(_)]
                ));
            }
        }
    }
}

#[tokio::test]
async fn payments_are_read_with_fees_and_refunds() {
    let standin = standin(150).await;
    let source = source(&standin, "stripe");
    let charges = read(&source, "charges", last_days(61)).await.unwrap();
    let refunds = read(&source, "refunds", last_days(61)).await.unwrap();
    let (mut paid, mut fees, mut back) = (0, 0, 0);
    for record in charges.values().chain(refunds.values()) {
        let meaning = source.map(record).unwrap();
        let [Canonical::Payment(payment)] = meaning.as_slice() else {
            panic!("{meaning:?}")
        };
        match payment.kind {
            connectors::canonical::PaymentKind::Refund => back += payment.amount,
            _ => (paid, fees) = (paid + payment.amount, fees + payment.fee),
        }
    }
    let expected = standin.edit(|shop| {
        let total = |order: &connectors::standin::Order| order.total(shop.tax_included);
        let all: i64 = shop.orders.iter().map(total).sum();
        (
            all,
            shop.orders
                .iter()
                .map(|order| total(order) * 29 / 1000 + 30)
                .sum::<i64>(),
        )
    });
    assert_eq!((paid, fees), expected);
    assert!(back > 0);
    // As a shop of its own the same account has orders.
    let mut values = standin.values("stripe");
    values.insert("role".to_owned(), "sales".to_owned());
    let client = Client::new().unwrap();
    let sales = Source::new(
        manifest::find("stripe").unwrap(),
        &values,
        client,
        Reach::AllowPrivate,
    )
    .unwrap();
    let orders = orders(&sales, &charges);
    assert_eq!(orders.len(), 150);
    let given_back = orders
        .iter()
        .flat_map(|o| &o.refunds)
        .map(|r| r.goods + r.tax + r.shipping)
        .sum::<i64>();
    assert_eq!(
        (orders.iter().map(|order| order.total).sum::<i64>(), given_back),
        (paid, back)
    );
}

#[tokio::test]
async fn what_changed_is_found_wherever_it_was_created() {
    let standin = standin(120).await;
    let old = standin.edit(|shop| {
        shop.now += 3600;
        let id = shop.orders[3].id;
        shop.touch(id, |order| order.shipping += 100);
        id
    });
    let later = now().plus(Duration::from_secs(3600));
    let slice = Slice {
        from: Some(now().plus(Duration::from_secs(1))),
        to: later.plus(Duration::from_secs(60)),
    };
    for (connector, stream, id) in [
        ("shopify", "orders", old.to_string()),
        ("woocommerce", "orders", old.to_string()),
        ("stripe", "charges", format!("ch_{old}")),
    ] {
        let source =
            source(&standin, connector).with_clock(Clock::fixed(later.plus(Duration::from_secs(120))));
        let found = read(&source, stream, slice).await.unwrap();
        assert_eq!(found.keys().cloned().collect::<Vec<_>>(), [id], "{connector}");
    }
}

#[tokio::test]
async fn single_records_are_fetched_or_gone() {
    let standin = standin(30).await;
    let id = standin.edit(|shop| {
        shop.orders
            .iter()
            .find(|order| order.refunds.len() == 1)
            .unwrap()
            .id
    });
    for (connector, stream, id) in [
        ("shopify", "orders", id.to_string()),
        ("woocommerce", "orders", id.to_string()),
        ("stripe", "charges", format!("ch_{id}")),
    ] {
        let source = source(&standin, connector);
        let record = source.one(stream, &id).await.unwrap().unwrap();
        assert_eq!(record.source_id, id);
        assert!(!source.map(&record).unwrap().is_empty());
        assert_eq!(source.one(stream, "999999").await.unwrap(), None, "{connector}");
    }
}

#[tokio::test]
async fn every_fault_is_told_and_none_is_passed_over() {
    let standin = standin(120).await;
    for connector in SHOPS {
        let source = source(&standin, connector);
        let stream = if connector == "stripe" {
            "charges"
        } else {
            "orders"
        };
        for fault in [
            Fault::RateLimited(7),
            Fault::Unauthorized,
            Fault::Forbidden,
            Fault::Unavailable,
            Fault::Cut,
            Fault::Garbage,
            Fault::Redirect("http://127.0.0.1:1".to_owned()),
        ] {
            standin.break_next(fault.clone());
            let error = source.page(stream, last_days(7), None).await.unwrap_err();
            let fits = match fault {
                Fault::RateLimited(_) => error == SourceError::RateLimited(Duration::from_secs(7)),
                Fault::Unauthorized => matches!(error, SourceError::Unauthorized(_)),
                Fault::Forbidden => matches!(error, SourceError::Forbidden(_)),
                Fault::Unavailable => matches!(error, SourceError::Unavailable(_)),
                _ => matches!(error, SourceError::Protocol(_)),
            };
            assert!(fits, "{connector}: {fault:?} became {error:?}");
        }
        assert!(!standin.requests().iter().any(|path| path.contains("127.0.0.1:1")));
    }
}

#[tokio::test]
async fn shopifys_budget_is_kept() {
    let standin = standin(300).await;
    let source = source(&standin, "shopify");
    standin.break_next(Fault::Throttled);
    let error = source.page("orders", last_days(7), None).await.unwrap_err();
    assert!(
        matches!(error, SourceError::RateLimited(wait) if wait >= Duration::from_secs(1)),
        "{error:?}"
    );
    // A page of fifty costs 610 here: it is halved until it fits.
    standin.set_most_cost(200);
    let page = source.page("orders", last_days(7), None).await.unwrap();
    assert_eq!(page.records.len(), 12);
    assert!(page.next.is_some());
}

#[tokio::test]
async fn a_bulk_operation_that_lost_something_is_no_success() {
    let standin = standin(60).await;
    let source = source(&standin, "shopify");
    let mut page = source.page("orders", last_days(61), None).await.unwrap();
    assert!(page.records.is_empty() && page.pause > Duration::ZERO);
    // It runs, and then it has failed.
    page = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap();
    standin.break_next(Fault::BulkFails);
    let error = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap_err();
    assert!(matches!(error, SourceError::Unavailable(_)), "{error:?}");
    // The look itself is in order; the file lacks its last line.
    standin.break_next(Fault::Edit(Vec::new()));
    standin.break_next(Fault::LoseLine);
    let error = source
        .page("orders", last_days(61), page.next.as_deref())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, SourceError::Protocol(said) if said.contains("announced")),
        "{error:?}"
    );
    assert!(
        source
            .page("orders", last_days(61), page.next.as_deref())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn edits_between_pages_take_no_neighbours_away() {
    let standin = standin(350).await;
    let source = source(&standin, "woocommerce");
    let ids: BTreeSet<u64> = standin.edit(|shop| {
        shop.now += 3600;
        shop.orders.iter().map(|order| order.id).collect()
    });
    // Orders of the first page leave the window after the first page was read, and others after the second. Refunds are
    // asked for in between, so the edits meet some request of each page.
    let all: Vec<u64> = ids.iter().copied().collect();
    standin.break_next(Fault::Edit(all[10..25].to_vec()));
    let gone: BTreeSet<u64> = all[10..25].iter().copied().collect();
    let found = read(&source, "orders", last_days(61)).await.unwrap();
    for id in ids.difference(&gone) {
        assert!(found.contains_key(&id.to_string()), "{id} was lost");
    }
}

#[tokio::test]
async fn pages_that_come_twice_or_in_disorder_are_refused() {
    let standin = standin(350).await;
    for (connector, fault) in [
        ("stripe", Fault::Repeat),
        ("shopify", Fault::Repeat),
        ("woocommerce", Fault::Reorder),
    ] {
        let source = source(&standin, connector);
        let (stream, slice) = if connector == "stripe" {
            ("charges", last_days(61))
        } else {
            ("orders", last_days(61))
        };
        let slice = if connector == "shopify" {
            last_days(13)
        } else {
            slice
        };
        let first = source.page(stream, slice, None).await.unwrap();
        assert!(first.next.is_some(), "{connector}");
        standin.break_next(fault);
        let error = source
            .page(stream, slice, first.next.as_deref())
            .await
            .unwrap_err();
        assert!(
            matches!(error, SourceError::Protocol(_)),
            "{connector}: {error:?}"
        );
    }
}

#[tokio::test]
async fn webhooks_are_judged_and_understood() {
    let standin = standin(40).await;
    let (plain, refunded) = standin.edit(|shop| {
        let plain = shop
            .orders
            .iter()
            .find(|order| order.refunds.is_empty())
            .unwrap()
            .id;
        (
            plain,
            shop.orders
                .iter()
                .find(|order| !order.refunds.is_empty())
                .unwrap()
                .id,
        )
    });
    let judged = |connector: &str, topic: &str, id: u64| {
        let delivery = standin.delivery(connector, topic, id, now()).unwrap();
        source(&standin, connector)
            .webhook(&delivery.headers, &delivery.body, &[], now())
            .map(|hook| hook.news)
    };
    let fetch = |stream: &str, id: String| Ok(News::Fetch(stream.to_owned(), id));
    assert_eq!(
        judged("shopify", "orders/updated", plain),
        fetch("orders", plain.to_string())
    );
    assert_eq!(
        judged("shopify", "refunds/create", plain),
        fetch("orders", plain.to_string())
    );
    assert_eq!(
        judged("shopify", "customers/redact", 7),
        Ok(News::Redact("7".to_owned()))
    );
    assert_eq!(judged("shopify", "app/uninstalled", 7), Ok(News::Uninstalled));
    assert_eq!(judged("shopify", "themes/update", 7), Ok(News::Other));
    assert_eq!(
        judged("stripe", "charge.updated", plain),
        fetch("charges", format!("ch_{plain}"))
    );
    assert!(
        matches!(judged("shopify", "orders/delete", plain), Ok(News::Records(records)) if records[0].deleted)
    );
    assert!(
        matches!(judged("woocommerce", "order.updated", plain), Ok(News::Records(records)) if records[0].version > 0)
    );
    assert_eq!(
        judged("woocommerce", "order.updated", refunded),
        fetch("orders", refunded.to_string())
    );

    let shopify = source(&standin, "shopify");
    let mut delivery = standin
        .delivery("shopify", "orders/updated", plain, now())
        .unwrap();
    let key = shopify
        .webhook(&delivery.headers, &delivery.body, &[], now())
        .unwrap()
        .key;
    // An id in an unsigned header makes no other delivery of it.
    delivery
        .headers
        .insert("x-shopify-webhook-id", "another".parse().unwrap());
    assert_eq!(
        shopify
            .webhook(&delivery.headers, &delivery.body, &[], now())
            .unwrap()
            .key,
        key
    );
    delivery
        .headers
        .insert("x-shopify-shop-domain", "other.myshopify.com".parse().unwrap());
    assert_eq!(
        shopify.webhook(&delivery.headers, &delivery.body, &[], now()),
        Err(Refused::OtherAccount)
    );
    delivery.body.push(b' ');
    assert_eq!(
        shopify.webhook(&delivery.headers, &delivery.body, &[], now()),
        Err(Refused::WrongSignature)
    );
    let stripe = standin
        .delivery("stripe", "charge.updated", plain, now())
        .unwrap();
    let late = now().plus(Duration::from_secs(301));
    assert_eq!(
        source(&standin, "stripe").webhook(&stripe.headers, &stripe.body, &[], late),
        Err(Refused::Stale)
    );
    let ping = source(&standin, "woocommerce")
        .webhook(&http::HeaderMap::new(), b"webhook_id=12", &[], now())
        .unwrap();
    assert_eq!(ping.news, News::Ping);
}

#[test]
fn configuration_is_checked_with_a_sentence() {
    let make = |connector: &str, values: &[(&str, &str)], reach| {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Source::new(
            manifest::find(connector).unwrap(),
            &values,
            Client::new().unwrap(),
            reach,
        )
    };
    let field = |result: Result<Source, SourceError>| match result {
        Err(SourceError::Config { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let public = Reach::PublicOnly;
    let token = ("access_token", "shpat_0123456789");
    assert_eq!(field(make("shopify", &[token], public)), "shop_domain");
    assert_eq!(
        field(make(
            "shopify",
            &[token, ("shop_domain", "evil.example/.myshopify.com")],
            public
        )),
        "shop_domain"
    );
    assert_eq!(
        field(make(
            "shopify",
            &[token, ("shop_domain", "a.myshopify.com"), ("other", "x")],
            public
        )),
        "other"
    );
    let keys = [("consumer_key", "ck_1"), ("consumer_secret", "cs_1")];
    let url = |url| [keys[0], keys[1], ("store_url", url)];
    assert_eq!(
        field(make("woocommerce", &url("http://shop.example"), public)),
        "store_url"
    );
    assert_eq!(
        field(make("woocommerce", &url("https://u:p@shop.example"), public)),
        "store_url"
    );
    assert!(make("woocommerce", &url("https://shop.example/store/"), public).is_ok());
    // The hidden address counts on machines of developers only.
    let away = [
        token,
        ("shop_domain", "a.myshopify.com"),
        ("base_url", "not an address"),
    ];
    assert!(make("shopify", &away, public).is_ok());
    assert!(make("shopify", &away, Reach::AllowPrivate).is_err());
}
