//! Whole readings.

use super::*;

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
        if payment.kind == crate::canonical::PaymentKind::Refund {
            back += payment.amount;
        } else {
            (paid, fees) = (paid + payment.amount, fees + payment.fee);
        }
    }
    let expected = standin.edit(|shop| {
        let total = |order: &crate::standin::Order| order.total(shop.tax_included);
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
    let later = now().plus(Duration::from_hours(1));
    let slice = Slice {
        from: Some(now().plus(Duration::from_secs(1))),
        to: later.plus(Duration::from_mins(1)),
    };
    for (connector, stream, id) in [
        ("shopify", "orders", old.to_string()),
        ("woocommerce", "orders", old.to_string()),
        ("stripe", "charges", format!("ch_{old}")),
    ] {
        let source = source(&standin, connector).with_clock(Clock::fixed(later.plus(Duration::from_mins(2))));
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
