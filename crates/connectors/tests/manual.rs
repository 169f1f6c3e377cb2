//! The manifest in the manual is a real one.

use std::collections::BTreeMap;

use connectors::canonical::Canonical;
use connectors::manifest::Manifest;
use connectors::source::{Record, Source};
use kit::http::{Client, Reach};

const MANUAL: &str = include_str!("../../../docs/connectors.md");

#[test]
fn the_worked_example_reads_a_shop() {
    let yaml = MANUAL
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let manifest = Manifest::parse(yaml).unwrap();
    let values = BTreeMap::from([
        ("store".to_owned(), "my.shop.example".to_owned()),
        ("token".to_owned(), "secret".to_owned()),
    ]);
    let source = Source::new(&manifest, &values, Client::new().unwrap(), Reach::PublicOnly).unwrap();
    let body = serde_json::json!({
        "id": 5, "number": "A5", "currency": "EUR", "created_at": "2026-01-31T10:00:00Z", "updated_at": "2026-01-31T10:00:00Z", "state": "done",
        "prices_with_tax": true, "coupon": { "amount": "11.90" }, "shipping": { "price": "1.19", "tax": "0.19" }, "tax": "17.29", "total": "108.29",
        "buyer": { "id": 1, "first": "Ann", "last": "Lee" }, "items": [{ "id": 1, "sku": "M", "name": "Mug", "qty": 2, "price": "59.50", "tax": "17.10" }],
        "refunds": [{ "id": 9, "at": "2026-02-01T10:00:00Z", "amount": "5.00" }],
    });
    let record = Record {
        stream: "orders".to_owned(),
        source_id: "5".to_owned(),
        version: 1,
        body,
        deleted: false,
    };
    let meaning = source.map(&record).unwrap();
    let [Canonical::Order(order)] = meaning.as_slice() else {
        panic!("{meaning:?}")
    };
    assert_eq!(
        (
            order.lines[0].gross,
            order.lines[0].discount,
            order.shipping,
            order.total
        ),
        (10_000, 1_000, 100, 10_829)
    );
    assert_eq!(
        (order.status.as_str(), order.refunds[0].goods),
        ("completed", 500)
    );
}

#[test]
fn what_is_wrong_with_a_manifest_is_said() {
    let yaml = MANUAL
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    for (right, wrong) in [
        ("title: Example Shop", "title: Example Shop\ncode: rm"),
        ("id: id\n", "id: 'id |'\n"),
        ("{config.store}/api", "{config.shop}/api"),
        (
            "{stream: orders, id: data.id}}\n    order.deleted",
            "{stream: other, id: data.id}}\n    order.deleted",
        ),
        ("kind: secret", "kind: number"),
        ("window: 7d", "window: 7 days"),
        ("size: 100", "size: 100000"),
        ("'^[a-z0-9-]+", "'^[a-z0-9-"),
        ("egress: ['{config.store}']", "egress: []"),
        ("name: orders", "name: Orders!"),
        ("status: word(state,", "status: run(state,"),
    ] {
        assert!(yaml.contains(right), "{right}");
        let error = Manifest::parse(&yaml.replacen(right, wrong, 1)).err();
        assert!(error.is_some(), "{wrong} was accepted");
    }
}
