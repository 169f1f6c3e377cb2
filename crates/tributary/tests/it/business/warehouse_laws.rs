//! What holds for any records in any order: the tables depend on what came, not on how.

use business::metrics::{MetricQuery, run};
use business::warehouse::{Loaded, forget_connector};
use connectors::canonical::{Canonical, Customer, Product};
use db::ConnectorId;
use kit::clock::Timestamp;
use proptest::prelude::*;

use super::metrics::{load_all, workspace_of};
use crate::support::TestApp;

use super::warehouse::{at, batch, loaded, number, order, put, tables};

/// A version of a record, for the property below.
fn version() -> impl Strategy<Value = (u8, i64, u8)> {
    (0_u8..4, 1_i64..5, 0_u8..3)
}

/// What a record was in a version: the same number always gives the same body.
fn record(id: u8, version: i64, kind: u8) -> Loaded {
    match kind {
        0 => {
            let day = u64::from(id) * 7 + version as u64 % 2;
            let mut one = order(&format!("o{id}"), day, &format!("c{}", id % 2), version);
            if version % 2 == 0 {
                one.lines.pop();
                one.customer.as_mut().unwrap().name = Some(format!("name {version}"));
            }
            one.cancelled_at = (version == 3).then(|| at(day + 2));
            loaded(version, Canonical::Order(one))
        }
        1 => loaded(
            version,
            Canonical::Product(Product {
                source_id: format!("P{}", id % 2),
                title: format!("Title {version}"),
                category: (version % 2 == 1).then(|| "Cups".to_owned()),
                ..Product::default()
            }),
        ),
        _ => loaded(
            version,
            Canonical::Customer(Customer {
                source_id: Some(format!("c{}", id % 2)),
                email: Some(format!(
                    "{}@example.com",
                    if version > 2 { "shared" } else { "own" }
                )),
                name: Some(format!("Name {version}")),
                ..Customer::default()
            }),
        ),
    }
}

/// Any order of versions, any doubles, any cut into batches: the same tables.
#[test]
fn the_order_in_which_records_come_does_not_matter() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (app, workspace) = runtime.block_on(async {
        let app = TestApp::start().await;
        let workspace = workspace_of(&app.person("ann").await).await;
        (app, workspace)
    });
    let histories = proptest::collection::vec(version(), 1..12);
    let orders = histories.prop_flat_map(|history| {
        let doubled: Vec<_> = history.iter().chain(history.iter().take(4)).copied().collect();
        (Just(history), Just(doubled).prop_shuffle(), 1_usize..5)
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 30,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let connector = ConnectorId::new();
    let result = runner.run(&orders, |(history, shuffled, cut)| {
        runtime.block_on(async {
            let mut seen = Vec::new();
            for (turn, size) in [(history, 1), (shuffled, cut)] {
                for some in turn.chunks(size) {
                    let records = some
                        .iter()
                        .map(|(id, version, kind)| record(*id, *version, *kind))
                        .collect();
                    put(&app, workspace, &batch(connector, 1, records)).await;
                }
                seen.push(tables(&app, workspace).await);
                // The index may be at the same rows; the job does it again then, too.
                let mut is_forgotten = false;
                for _ in 0..20 {
                    let tx = app.db().write().await.unwrap();
                    is_forgotten = forget_connector(&tx, workspace, connector).await.is_ok();
                    if is_forgotten {
                        tx.commit().await.unwrap();
                        break;
                    }
                }
                prop_assert!(is_forgotten);
            }
            prop_assert_eq!(&seen[0], &seen[1]);
            Ok(())
        })
    });
    runtime.block_on(async { drop(app) });
    result.unwrap();
}

/// Amounts that no shop has, dates at the ends of time, and names that are SQL do no harm.
#[tokio::test]
async fn absurd_records_do_no_harm() {
    let app = TestApp::start().await;
    let workspace = workspace_of(&app.person("ann").await).await;
    let mut records = Vec::new();
    for (n, (placed, gross)) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 1), (1, -1)]
        .into_iter()
        .enumerate()
    {
        let mut one = order(&format!("'; DROP TABLE orders; -- {n}"), 0, "$1", 1);
        one.placed_at = Timestamp(placed);
        one.lines[0].gross = gross;
        one.lines[0].discount = -gross.saturating_add(1);
        one.lines[0].quantity = gross;
        one.shipping = gross;
        one.refunds.clear();
        records.push(loaded(1, Canonical::Order(one)));
    }
    let report = put(&app, workspace, &batch(ConnectorId::new(), 1, records)).await;
    assert_eq!(report.written, 4);
    for metric in ["revenue", "total_sales", "orders", "aov", "new_customers"] {
        number(&app, workspace, metric).await;
    }
    let mut query = MetricQuery::of("revenue", None, at(20_000));
    query.group_by = vec!["product".into()];
    assert_eq!(
        run(app.business(), workspace, &query).await.unwrap().rows.len(),
        1
    );
    load_all(&app, workspace, &[]).await;
}
