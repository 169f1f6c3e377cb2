//! Sources against the stand-in shops.

mod reading;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::canonical::{Canonical, Order};
use crate::manifest;
use crate::source::{Page, Record, Slice, Source, SourceError};
use crate::standin::{Fault, Shop, Standin};
use crate::webhook::{News, Refused};
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
    source.with_clock(Clock::fixed(now().plus(Duration::from_mins(1))))
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
