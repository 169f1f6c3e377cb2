//! The loader: whatever comes, however often and in whatever order, the tables are the same in the end.

use std::collections::BTreeMap;

use business::metrics::{MetricQuery, run};
use business::warehouse::{Batch, Loaded, Report, Role, forget_connector, load, redact_customer};
use connectors::canonical::{
    Canonical, Customer, Line, LineKind, Order, OrderKind, Place, Product, ProductRef, Refund, RefundLine,
};
use connectors::money::Currency;
use connectors::source::Record;
use db::entity::{customers, order_lines, orders, products, raw_records, refund_lines, refunds};
use db::{ConnectorId, SyncRunId, WorkspaceId};
use kit::clock::Timestamp;

use super::metrics::workspace_of;
use crate::support::TestApp;

pub fn at(day: u64) -> Timestamp {
    Timestamp(1_700_000_000_000_000 + day as i64 * 86_400_000_000)
}

/// An order of one product: its number, its version, and what of it differs.
pub fn order(id: &str, day: u64, who: &str, quantity: i64) -> Order {
    let product = ProductRef {
        source_id: Some("P1".into()),
        sku: Some("S1".into()),
        title: Some("Mug".into()),
        ..ProductRef::default()
    };
    let line = |kind, gross| Line {
        source_id: None,
        product: product.clone(),
        kind,
        quantity,
        gross,
        discount: 100,
        tax: 0,
    };
    Order {
        source_id: id.into(),
        number: id.into(),
        kind: OrderKind::Sale,
        customer: Some(Customer {
            source_id: Some(who.into()),
            email: Some(format!("{who}@example.com")),
            name: Some(who.into()),
            ..Customer::default()
        }),
        channel: None,
        currency: Currency::parse("EUR").unwrap(),
        placed_at: at(day),
        cancelled_at: None,
        status: "completed".into(),
        financial_status: None,
        is_test: false,
        shipping: 500,
        tax: 0,
        total: 0,
        place: Place::default(),
        method: None,
        lines: vec![
            line(LineKind::Goods, 1_000 * quantity),
            line(LineKind::GiftCard, 5_000),
        ],
        refunds: vec![Refund {
            source_id: "R".into(),
            refunded_at: at(day + 3),
            reason: None,
            goods: 900,
            tax: 0,
            shipping: 0,
            other: 0,
            lines: vec![RefundLine {
                order_line: Some(0),
                product,
                quantity: 1,
                net: 900,
                tax: 0,
            }],
        }],
        payments: Vec::new(),
    }
}

pub fn loaded(version: i64, meaning: Canonical) -> Loaded {
    let (stream, source_id) = match &meaning {
        Canonical::Order(o) => ("orders", o.source_id.clone()),
        Canonical::Customer(c) => ("customers", c.source_id.clone().unwrap()),
        Canonical::Product(p) => ("products", p.source_id.clone()),
        Canonical::Payment(p) => ("payments", p.source_id.clone()),
    };
    Loaded {
        record: Record {
            stream: stream.into(),
            source_id,
            version,
            body: serde_json::to_value(&meaning).unwrap(),
            deleted: false,
        },
        meaning: vec![meaning],
    }
}

pub fn batch(connector: ConnectorId, fetched: u64, records: Vec<Loaded>) -> Batch {
    Batch {
        connector,
        role: Role::Sales,
        run: SyncRunId::new(),
        stream: "orders".into(),
        slice: 0,
        seq: 0,
        records,
        fetched_at: at(10_000 + fetched),
    }
}

pub async fn put(app: &TestApp, workspace: WorkspaceId, batch: &Batch) -> Report {
    let tx = app.db().write().await.unwrap();
    let report = load(app.business(), &tx, workspace, batch).await.unwrap();
    tx.commit().await.unwrap();
    report
}

/// Everything that is in the tables of a workspace, without what differs by nature: sealed bytes, and when.
pub async fn tables(app: &TestApp, workspace: WorkspaceId) -> BTreeMap<String, String> {
    let conn = app.db().read();
    let mut all = BTreeMap::new();
    let mut add = |key: String, row: String| assert!(all.insert(key, row).is_none());
    for row in orders::Entity::of(workspace).all(conn).await.unwrap() {
        add(format!("order {}", row.id), format!("{row:?}"));
    }
    for row in order_lines::Entity::of(workspace).all(conn).await.unwrap() {
        add(
            format!("line {} {}", row.order_id, row.line_no),
            format!("{row:?}"),
        );
    }
    for row in refunds::Entity::of(workspace).all(conn).await.unwrap() {
        add(format!("refund {}", row.id), format!("{row:?}"));
    }
    for row in refund_lines::Entity::of(workspace).all(conn).await.unwrap() {
        add(
            format!("refund line {} {}", row.refund_id, row.line_no),
            format!("{row:?}"),
        );
    }
    for row in products::Entity::of(workspace).all(conn).await.unwrap() {
        add(format!("product {}", row.id), format!("{row:?}"));
    }
    for mut row in customers::Entity::of(workspace).all(conn).await.unwrap() {
        (row.email, row.name) = (None, None);
        add(format!("customer {}", row.id), format!("{row:?}"));
    }
    for mut row in raw_records::Entity::of(workspace).all(conn).await.unwrap() {
        row.body = None;
        row.fetched_at = 0;
        add(format!("raw {}", row.id), format!("{row:?}"));
    }
    all
}

pub async fn number(app: &TestApp, workspace: WorkspaceId, metric: &str) -> i64 {
    let query = MetricQuery::of(metric, None, at(20_000));
    let answer = run(app.business(), workspace, &query).await.unwrap();
    answer.amounts.first().map_or(0, |amount| amount.minor)
}

#[tokio::test]
async fn a_batch_is_written_once_and_a_record_once_for_each_version() {
    let app = TestApp::start().await;
    let workspace = workspace_of(&app.person("ann").await).await;
    let connector = ConnectorId::new();
    let first = batch(
        connector,
        1,
        vec![loaded(1, Canonical::Order(order("1", 0, "ann", 2)))],
    );
    assert_eq!(
        put(&app, workspace, &first).await,
        Report {
            written: 1,
            unchanged: 0
        }
    );
    let once = tables(&app, workspace).await;
    // The same batch again; the same record in another one; an older version; the same version, fetched earlier.
    assert_eq!(put(&app, workspace, &first).await, Report::default());
    let same = batch(connector, 2, first.records.clone());
    assert_eq!(
        put(&app, workspace, &same).await,
        Report {
            written: 0,
            unchanged: 1
        }
    );
    let older = batch(
        connector,
        3,
        vec![loaded(0, Canonical::Order(order("1", 0, "ben", 7)))],
    );
    assert_eq!(
        put(&app, workspace, &older).await,
        Report {
            written: 0,
            unchanged: 1
        }
    );
    let earlier = batch(
        connector,
        0,
        vec![loaded(1, Canonical::Order(order("1", 0, "ann", 9)))],
    );
    assert_eq!(
        put(&app, workspace, &earlier).await,
        Report {
            written: 0,
            unchanged: 1
        }
    );
    assert_eq!(tables(&app, workspace).await, once);
    assert_eq!(number(&app, workspace, "revenue").await, 1_900 - 900);
    assert_eq!(number(&app, workspace, "gross_sales").await, 2_000);
    // A newer version: a line, a refund and the gift card are gone.
    let mut short = order("1", 0, "ann", 3);
    short.lines.truncate(1);
    short.refunds.clear();
    let newer = batch(connector, 4, vec![loaded(2, Canonical::Order(short))]);
    assert_eq!(
        put(&app, workspace, &newer).await,
        Report {
            written: 1,
            unchanged: 0
        }
    );
    assert_eq!(number(&app, workspace, "revenue").await, 2_900);
    assert_eq!(number(&app, workspace, "returns").await, 0);
    assert_eq!(
        order_lines::Entity::of(workspace)
            .all(app.db().read())
            .await
            .unwrap()
            .len(),
        1
    );
    // The source says that it is gone; an old version that comes late does not bring it back.
    let mut gone = loaded(3, Canonical::Order(order("1", 0, "ann", 3)));
    gone.record.deleted = true;
    gone.meaning.clear();
    put(&app, workspace, &batch(connector, 5, vec![gone])).await;
    put(&app, workspace, &batch(connector, 6, newer.records.clone())).await;
    assert_eq!(number(&app, workspace, "orders").await, 0);
    assert_eq!(
        orders::Entity::of(workspace)
            .all(app.db().read())
            .await
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test]
async fn an_older_order_that_comes_later_is_the_first_one() {
    let app = TestApp::start().await;
    let workspace = workspace_of(&app.person("ann").await).await;
    let connector = ConnectorId::new();
    let firsts = async |id: &str, day: u64, cancelled: bool| {
        let mut one = order(id, day, "ann", 1);
        one.cancelled_at = cancelled.then(|| at(day + 1));
        let version = i64::from(cancelled) + 1;
        put(
            &app,
            workspace,
            &batch(connector, 1, vec![loaded(version, Canonical::Order(one))]),
        )
        .await;
        let rows = orders::Entity::of(workspace).all(app.db().read()).await.unwrap();
        let first: Vec<String> = rows
            .into_iter()
            .filter(|o| o.first_for_person)
            .map(|o| o.source_id)
            .collect();
        first.join(" ")
    };
    assert_eq!(firsts("late", 50, false).await, "late");
    assert_eq!(firsts("middle", 30, false).await, "middle");
    assert_eq!(firsts("early", 10, false).await, "early");
    assert_eq!(firsts("early", 10, true).await, "middle");
    // The same person in another shop, known by their address.
    let mut other = order("other", 5, "ann", 1);
    other.customer.as_mut().unwrap().email = Some(" ANN@example.com".into());
    let elsewhere = ConnectorId::new();
    put(
        &app,
        workspace,
        &batch(elsewhere, 1, vec![loaded(1, Canonical::Order(other))]),
    )
    .await;
    assert_eq!(number(&app, workspace, "customers").await, 1);
    assert_eq!(number(&app, workspace, "new_customers").await, 1);
    let rows = orders::Entity::of(workspace).all(app.db().read()).await.unwrap();
    let first: Vec<_> = rows
        .iter()
        .filter(|o| o.first_for_person)
        .map(|o| o.source_id.as_str())
        .collect();
    assert_eq!(first, ["other"]);
    // That shop goes away, and with it everything that it brought.
    let tx = app.db().write().await.unwrap();
    forget_connector(&tx, workspace, elsewhere).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(firsts("last", 60, false).await, "middle");
    assert_eq!(
        customers::Entity::of(workspace)
            .all(app.db().read())
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn somebody_who_is_forgotten_is_a_number() {
    let app = TestApp::start().await;
    let workspace = workspace_of(&app.person("ann").await).await;
    let connector = ConnectorId::new();
    let records = vec![
        loaded(1, Canonical::Order(order("1", 0, "zelda", 2))),
        loaded(1, Canonical::Order(order("2", 0, "ben", 2))),
    ];
    put(&app, workspace, &batch(connector, 1, records)).await;
    let before = number(&app, workspace, "revenue").await;
    let tx = app.db().write().await.unwrap();
    redact_customer(app.business(), &tx, workspace, connector, "zelda")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(number(&app, workspace, "revenue").await, before);
    let rows = customers::Entity::of(workspace)
        .all(app.db().read())
        .await
        .unwrap();
    let forgotten = rows
        .iter()
        .find(|c| c.source_id.as_deref() == Some("zelda"))
        .unwrap();
    assert!(forgotten.email.is_none() && forgotten.name.is_none() && forgotten.email_hash.is_none());
    let raw = raw_records::Entity::of(workspace)
        .all(app.db().read())
        .await
        .unwrap();
    assert_eq!(raw.iter().filter(|r| r.body.is_none()).count(), 1);
    let pairs = business::warehouse::value_pairs(app.business(), workspace)
        .await
        .unwrap();
    let names: Vec<_> = pairs
        .iter()
        .filter(|(d, _)| d == "customer")
        .map(|(_, n)| n.as_str())
        .collect();
    assert_eq!(
        names,
        ["ben", "zelda"],
        "the number at the source is all that is left"
    );
}

#[tokio::test]
async fn products_name_the_lines_of_orders_whichever_comes_first() {
    let app = TestApp::start().await;
    let workspace = workspace_of(&app.person("ann").await).await;
    let product = |title: &str| {
        Canonical::Product(Product {
            source_id: "P1".into(),
            title: title.into(),
            category: Some("Cups".into()),
            vendor: Some("Tonwerk".into()),
            ..Product::default()
        })
    };
    let steps = [
        loaded(1, product("Blue mug")),
        loaded(2, product("Big blue mug")),
        loaded(1, Canonical::Order(order("1", 0, "ann", 1))),
    ];
    let mut seen = Vec::new();
    for turns in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
        let connector = ConnectorId::new();
        for (n, turn) in turns.into_iter().enumerate() {
            put(
                &app,
                workspace,
                &batch(connector, n as u64, vec![steps[turn].clone()]),
            )
            .await;
        }
        let lines = order_lines::Entity::of(workspace)
            .all(app.db().read())
            .await
            .unwrap();
        let line = lines.into_iter().find(|l| l.line_no == 0).unwrap();
        seen.push((line.title, line.category, line.vendor));
        let tx = app.db().write().await.unwrap();
        forget_connector(&tx, workspace, connector).await.unwrap();
        tx.commit().await.unwrap();
        assert!(tables(&app, workspace).await.is_empty());
    }
    let wanted = (
        Some("Big blue mug".to_owned()),
        Some("Cups".to_owned()),
        Some("Tonwerk".to_owned()),
    );
    assert!(seen.iter().all(|one| *one == wanted), "{seen:?}");
}
