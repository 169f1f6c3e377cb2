//! The records of the shop, in batches, and their way into the warehouse.

use connectors::canonical::{Canonical, Order, Product};
use connectors::source::Record;
use db::{ConnectorId, SyncRunId, WorkspaceId};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::api::ApiError;
use kit::clock::Timestamp;
use serde::Serialize;

use super::catalog::ARTICLES;
use super::shop;
use crate::Business;
use crate::warehouse::{Batch, Loaded, Role, load};

/// What decides everything that chance does.
const SEED: u64 = 0x5EED_0F7E_A5B0;
/// How many orders a batch has.
const AT_ONCE: usize = 500;
/// The day from which its growth is counted.
const BEGINNING: Date = Date::constant(2024, 1, 1);
/// How many months the shop has been open.
const MONTHS: i64 = 24;

/// What was filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Filled {
    /// Orders, those included that do not count.
    pub orders: u64,
    /// Records that were new or newer.
    pub written: u64,
}

/// All batches of the shop, as of a moment. The same moment gives the same batches, but for the run's id.
pub fn batches(connector: ConnectorId, now: Timestamp) -> Vec<Batch> {
    let run = SyncRunId::new();
    let batch = |stream: &str, seq: usize, records: Vec<Loaded>| Batch {
        connector,
        role: Role::Sales,
        run,
        stream: stream.to_owned(),
        slice: 0,
        seq: seq as i64,
        records,
        fetched_at: now,
    };
    let mut found = vec![batch("products", 0, products())];
    let orders = orders(now);
    for (n, some) in orders.chunks(AT_ONCE).enumerate() {
        found.push(batch("orders", n, some.iter().map(loaded).collect()));
    }
    found
}

/// Fills a workspace with the shop, as of a moment. Doing it again brings what has happened since.
pub async fn fill(
    business: &Business,
    workspace: WorkspaceId,
    connector: ConnectorId,
    now: Timestamp,
) -> Result<Filled, ApiError> {
    // Made by the side, so that nobody waits for it.
    let made = tokio::task::spawn_blocking(move || batches(connector, now)).await;
    let mut filled = Filled::default();
    for batch in made.map_err(ApiError::internal)? {
        let tx = business.db().write().await?;
        let report = load(business, &tx, workspace, &batch).await?;
        tx.commit().await?;
        filled.written += report.written;
        if batch.stream == "orders" {
            filled.orders += batch.records.len() as u64;
        }
    }
    Ok(filled)
}

fn orders(now: Timestamp) -> Vec<Order> {
    let at = jiff::Timestamp::from_microsecond(now.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = at.to_zoned(TimeZone::UTC).date();
    let opened = today
        .checked_sub(MONTHS.months())
        .map_or(today, Date::first_of_month);
    let mut found = Vec::new();
    let mut day = opened;
    while day <= today {
        // Counted from one day for all, so that what happened before stays what it was. New customers all the time.
        let days_open = BEGINNING
            .until(day)
            .map_or(0, |span| i64::from(span.get_days()))
            .clamp(0, 2_500);
        let customers = 120 + (days_open * 3) as u64;
        for n in 0..shop::orders_on(SEED, day, days_open) {
            let order = shop::order(SEED, day, n, customers, now);
            if order.placed_at <= now {
                found.push(order);
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    found
}

fn loaded(order: &Order) -> Loaded {
    let refunded = order.refunds.iter().map(|refund| refund.refunded_at);
    let changed = refunded
        .chain(order.cancelled_at)
        .max()
        .unwrap_or(order.placed_at);
    Loaded {
        record: Record {
            stream: "orders".to_owned(),
            source_id: order.source_id.clone(),
            version: changed.micros(),
            body: serde_json::to_value(order).unwrap_or_default(),
            deleted: false,
        },
        meaning: vec![Canonical::Order(order.clone())],
    }
}

fn products() -> Vec<Loaded> {
    let each = ARTICLES.iter().enumerate().map(|(n, article)| Product {
        source_id: format!("P{n:03}"),
        title: article.title.to_owned(),
        sku: Some(format!("{:05}", 10_000 + n * 7)),
        // Two have none, as in every shop.
        category: (n % 18 != 17).then(|| article.category.to_owned()),
        vendor: Some(article.vendor.to_owned()),
        status: Some("active".to_owned()),
    });
    each.map(|product| Loaded {
        record: Record {
            stream: "products".to_owned(),
            source_id: product.source_id.clone(),
            version: 1,
            body: serde_json::to_value(&product).unwrap_or_default(),
            deleted: false,
        },
        meaning: vec![Canonical::Product(product)],
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
    }

    #[test]
    fn the_shop_is_the_same_each_time_and_behaves_like_one() {
        let (first, again) = (orders(now()), orders(now()));
        assert_eq!(first, again);
        assert!((5_000..7_500).contains(&first.len()), "{}", first.len());
        let part = |is: &dyn Fn(&Order) -> bool| first.iter().filter(|o| is(o)).count() * 1_000 / first.len();
        assert!((30..100).contains(&part(&|o| !o.refunds.is_empty())), "returns");
        assert!(
            (15..45).contains(&part(&|o| o.cancelled_at.is_some())),
            "cancelled"
        );
        assert!((1..15).contains(&part(&|o| o.is_test)), "tests");
        assert!(
            (20..90).contains(&part(&|o| o.currency.as_str() == "CHF")),
            "the other currency"
        );
        assert!(
            (10..80).contains(&part(&|o| o.customer.is_none())),
            "nobody knows them"
        );
        let month = |text: &str| {
            first
                .iter()
                .filter(|o| o.placed_at.to_string().starts_with(text))
                .count()
        };
        assert!(month("2025-12") > month("2025-07") * 3 / 2, "seasons");
        for order in &first {
            for refund in &order.refunds {
                assert_eq!(refund.goods, refund.lines.iter().map(|l| l.net).sum::<i64>());
            }
        }
    }

    #[test]
    fn what_happened_before_stays_what_it_was() {
        let earlier = Timestamp::parse("2026-11-01T12:00:00Z").unwrap();
        let (then, later) = (orders(earlier), orders(now()));
        for order in &then {
            let same = later.iter().find(|o| o.source_id == order.source_id).unwrap();
            assert_eq!(order.lines, same.lines);
        }
    }
}
