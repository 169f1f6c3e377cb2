//! The real data set "Online Retail" (D. Chen, UCI, CC BY 4.0), where `TEST_DATA` says that it is there: a year of a gift
//! shop in London, with credit notes, postage, fees and guests. The totals were found by another program.

use std::collections::HashMap;
use std::io::Read;
use std::time::Instant;

use business::metrics::{MetricAnswer, MetricQuery, run};
use business::warehouse::{Batch, Loaded, Role};
use connectors::canonical::{
    Canonical, Customer, Line, LineKind, Order, OrderKind, Place, ProductRef, Refund, RefundLine,
};
use connectors::money::Currency;
use connectors::source::Record;
use db::{ConnectorId, SyncRunId};
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use kit::clock::Timestamp;
use questions::calendar::{Days, Grain};
use questions::frame::Rank;
use serde_json::json;

use super::metrics::{load_all, workspace_of};
use crate::support::TestApp;

fn kind(code: &str) -> LineKind {
    match code {
        "POST" | "DOT" | "C2" => LineKind::Shipping,
        "M" | "m" | "D" | "S" | "B" | "BANK CHARGES" | "AMAZONFEE" | "CRUK" => LineKind::Other,
        code if code.starts_with("gift_") => LineKind::GiftCard,
        _ => LineKind::Goods,
    }
}

/// Price times quantity in pence, half a penny away from zero; prices have up to three digits.
fn pence(price: &str, quantity: i64) -> i64 {
    let (sign, price) = price.strip_prefix('-').map_or((1, price), |rest| (-1, rest));
    let (whole, part) = price.split_once('.').unwrap_or((price, ""));
    let thousandths = sign * format!("{whole}{part:0<3}").parse::<i64>().unwrap() * quantity;
    (thousandths.abs() + 5) / 10 * thousandths.signum()
}

struct Invoice {
    at: DateTime,
    customer: String,
    country: String,
    lines: Vec<(LineKind, ProductRef, i64, i64)>,
}

fn invoices(text: &str) -> Vec<(String, Invoice)> {
    let mut found: Vec<(String, Invoice)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let at: DateTime = row[4].replace(' ', "T").parse().unwrap();
        let quantity: i64 = row[3].parse().unwrap();
        let place = *places.entry(row[0].to_owned()).or_insert_with(|| {
            let customer = row[6].trim_end_matches(".0").to_owned();
            let invoice = Invoice {
                at,
                customer,
                country: row[7].to_owned(),
                lines: Vec::new(),
            };
            found.push((row[0].to_owned(), invoice));
            found.len() - 1
        });
        let invoice = &mut found[place].1;
        invoice.at = invoice.at.min(at);
        let product = ProductRef {
            sku: Some(row[1].to_owned()),
            title: Some(row[2].to_owned()).filter(|t| !t.is_empty()),
            ..ProductRef::default()
        };
        invoice
            .lines
            .push((kind(&row[1]), product, quantity, pence(&row[5], quantity)));
    }
    found
}

fn order(number: &str, invoice: &Invoice) -> Order {
    let placed = invoice
        .at
        .to_zoned(TimeZone::get("Europe/London").unwrap())
        .unwrap()
        .timestamp();
    let placed_at = Timestamp(placed.as_microsecond());
    let is_credit = number.starts_with('C');
    let (mut lines, mut refunds) = (Vec::new(), Vec::new());
    if is_credit {
        let of = |wanted: LineKind| invoice.lines.iter().filter(move |l| l.0 == wanted);
        let sum = |wanted| -of(wanted).map(|l| l.3).sum::<i64>();
        refunds.push(Refund {
            source_id: "1".into(),
            refunded_at: placed_at,
            reason: None,
            goods: sum(LineKind::Goods),
            tax: 0,
            shipping: sum(LineKind::Shipping),
            other: sum(LineKind::Other),
            lines: of(LineKind::Goods)
                .map(|(_, product, quantity, gross)| RefundLine {
                    order_line: None,
                    product: product.clone(),
                    quantity: -quantity,
                    net: -gross,
                    tax: 0,
                })
                .collect(),
        });
    } else {
        lines = invoice
            .lines
            .iter()
            .map(|(kind, product, quantity, gross)| Line {
                source_id: None,
                product: product.clone(),
                kind: *kind,
                quantity: *quantity,
                gross: *gross,
                discount: 0,
                tax: 0,
            })
            .collect();
    }
    Order {
        source_id: number.to_owned(),
        number: number.to_owned(),
        kind: if is_credit {
            OrderKind::CreditNote
        } else {
            OrderKind::Sale
        },
        customer: Some(Customer {
            source_id: Some(invoice.customer.clone()),
            ..Customer::default()
        })
        .filter(|_| !invoice.customer.is_empty()),
        channel: None,
        currency: Currency::parse("GBP").unwrap(),
        placed_at,
        cancelled_at: None,
        status: "completed".into(),
        financial_status: None,
        is_test: false,
        shipping: 0,
        tax: 0,
        total: invoice.lines.iter().map(|l| l.3).sum(),
        place: Place {
            country: Some(invoice.country.clone()),
            ..Place::default()
        },
        method: None,
        lines,
        refunds,
        payments: Vec::new(),
    }
}

fn batches(text: &str) -> Vec<Batch> {
    let connector = ConnectorId::new();
    let run = SyncRunId::new();
    let found = invoices(text);
    assert_eq!(found.len(), 25_900);
    found
        .chunks(500)
        .enumerate()
        .map(|(seq, some)| Batch {
            connector,
            role: Role::Sales,
            run,
            stream: "orders".into(),
            slice: 0,
            seq: seq as i64,
            records: some
                .iter()
                .map(|(number, invoice)| {
                    let order = order(number, invoice);
                    Loaded {
                        record: Record {
                            stream: "orders".into(),
                            source_id: number.clone(),
                            version: 1,
                            body: serde_json::to_value(&order).unwrap(),
                            deleted: false,
                        },
                        meaning: vec![Canonical::Order(order)],
                    }
                })
                .collect(),
            fetched_at: Timestamp(1),
        })
        .collect()
}

fn query(metric: &str, days: Option<(Date, Date)>) -> MetricQuery {
    let now = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    MetricQuery::of(metric, days.map(|(first, last)| Days { first, last }), now)
}

#[tokio::test]
async fn a_year_of_a_real_shop_adds_up() {
    let Some(folder) = std::env::var_os("TEST_DATA") else {
        eprintln!("NOT RUN: TEST_DATA does not say where the data sets are");
        return;
    };
    let path = std::path::Path::new(&folder).join("online-retail/online_retail.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let workspace = workspace_of(&ann).await;
    ann.patch(
        "/api/v1/business/settings",
        &json!({ "time_zone": "Europe/London" }),
    )
    .await
    .expect(200);
    let batches = batches(&text);
    let began = Instant::now();
    load_all(&app, workspace, &batches).await;
    let seconds = began.elapsed().as_secs_f64();
    eprintln!(
        "541,909 lines in {seconds:.1} s: {:.0} a second",
        541_909.0 / seconds
    );
    let ask = async |query: &MetricQuery| -> MetricAnswer {
        let began = Instant::now();
        let answer = run(app.business(), workspace, query).await.unwrap();
        let by = query.group_by.join(" ");
        eprintln!(
            "{} {by} {:?}: {:.1} ms",
            query.metric,
            query.grain,
            began.elapsed().as_secs_f64() * 1e3
        );
        answer
    };
    for (metric, expected) in [
        ("revenue", 979_270_888),
        ("gross_sales", 1_027_143_306),
        ("returns", 47_872_418),
        ("shipping", 27_946_212),
        ("orders", 22_064),
        ("units", 5_438_171),
        ("customers", 4_339),
        ("aov", 46_553),
    ] {
        let answer = ask(&query(metric, None)).await;
        assert_eq!(answer.amounts[0].minor, expected, "{metric}");
    }
    let november = Some((date(2011, 11, 1), date(2011, 11, 30)));
    assert_eq!(
        ask(&query("revenue", november)).await.amounts[0].minor,
        143_273_499
    );
    assert_eq!(ask(&query("new_customers", november)).await.amounts[0].minor, 324);
    let mut by_month = query("revenue", Some((date(2010, 12, 1), date(2011, 12, 31))));
    by_month.grain = Some(Grain::Month);
    let months: Vec<i64> = ask(&by_month)
        .await
        .series
        .iter()
        .map(|point| point.amounts[0].minor)
        .collect();
    assert_eq!(months[..3], [76_032_391, 58_040_689, 50_051_033]);
    assert_eq!(months[10..], [106_267_766, 143_273_499, 44_136_651]);
    let mut by_country = query("revenue", None);
    by_country.group_by = vec!["country".into()];
    by_country.rank = Some(Rank {
        count: 3,
        ascending: false,
    });
    let rows = ask(&by_country).await.rows;
    let top: Vec<_> = rows
        .iter()
        .map(|row| (row.keys[0].as_deref().unwrap(), row.minor.unwrap()))
        .collect();
    assert_eq!(
        top,
        [
            ("United Kingdom", 830_171_828),
            ("Netherlands", 28_347_954),
            ("EIRE", 25_966_346)
        ]
    );
    // By gross the best product of the year is one that was returned the same day; by net it is not in the list.
    let mut by_sku = query("revenue", None);
    by_sku.group_by = vec!["sku".into()];
    by_sku.rank = Some(Rank {
        count: 2,
        ascending: false,
    });
    let rows = ask(&by_sku).await.rows;
    let top: Vec<_> = rows
        .iter()
        .map(|row| (row.keys[0].as_deref().unwrap(), row.minor.unwrap()))
        .collect();
    assert_eq!(top, [("22423", 16_476_219), ("47566", 9_830_298)]);
}
