//! One order after the other.

use connectors::canonical::{
    Line, LineKind, Order, OrderKind, Payment, PaymentKind, PaymentStatus, ProductRef, Refund, RefundLine,
};
use connectors::money::Currency;
use jiff::civil::{Date, Weekday};
use kit::clock::Timestamp;

use super::catalog::ARTICLES;
use super::chance::Chance;
use super::people::{Buyer, buyer, guest};

const DAY: i64 = 86_400_000_000;

/// How many orders of a thousand a month has more or less, January first.
const MONTHS: [i64; 12] = [820, 800, 880, 900, 930, 900, 850, 820, 960, 1_040, 1_450, 1_650];

/// How many orders are placed on a day: seasons, weekdays, slow growth, and chance.
pub(super) fn orders_on(seed: u64, day: Date, days_open: i64) -> u64 {
    let mut chance = Chance::new(seed, day_number(day));
    let weekday = match day.weekday() {
        Weekday::Sunday => 1_250,
        Weekday::Monday => 1_100,
        Weekday::Friday => 900,
        Weekday::Saturday => 800,
        _ => 1_000,
    };
    let season = MONTHS[(day.month() - 1) as usize];
    let growth = 1_000 + days_open;
    let thousandths = 5_000 * season / 1_000 * weekday / 1_000 * growth / 1_000;
    let about = thousandths as u64 * (70 + chance.below(61)) / 100;
    let rest = chance.below(1_000) < about % 1_000;
    about / 1_000 + u64::from(rest)
}

fn day_number(day: Date) -> u64 {
    (i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())) as u64
}

/// The n-th order of a day. `customers` is how many known ones there are by then.
pub(super) fn order(seed: u64, day: Date, n: u64, customers: u64, now: Timestamp) -> Order {
    let mut chance = Chance::new(seed, day_number(day) * 1_000 + n + 1);
    let midnight = day
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or(0, |z| z.timestamp().as_microsecond());
    let hour = *chance.weighted(&HOURS).unwrap_or(&12);
    let at = midnight + hour * 3_600_000_000 + chance.below(3_600_000) as i64 * 1_000;
    let source_id = format!("D{}-{n:03}", day_number(day));
    let who = whose(seed, &mut chance, customers);
    let currency = Currency::parse(who.country.currency).or_else(|_| Currency::parse("EUR"));
    let currency = currency.unwrap_or_else(|_| unreachable_currency());
    let tax = who.country.tax;
    let mut lines = goods(&mut chance, day, tax);
    if chance.percent(3) {
        lines.push(gift_card(&mut chance));
    }
    if chance.percent(2) {
        lines.push(wrapping(tax));
    }
    let goods: i64 = lines.iter().map(|line| line.gross - line.discount).sum();
    let shipping = if goods > 6_000 { 0 } else { 490 };
    let shipping_tax = percent(shipping, tax);
    let line_tax: i64 = lines.iter().map(|line| line.tax).sum();
    let fate = chance.below(1_000);
    let method = chance.weighted(&METHODS).map(|m| (*m).to_owned());
    let mut order = Order {
        number: format!("#{}", &source_id[1..]),
        kind: OrderKind::Sale,
        customer: who.map_or_none(&mut chance),
        channel: chance.weighted(&CHANNELS).map(|c| (*c).to_owned()),
        currency,
        placed_at: Timestamp(at),
        cancelled_at: None,
        status: "completed".to_owned(),
        financial_status: Some("paid".to_owned()),
        is_test: false,
        shipping,
        tax: line_tax + shipping_tax,
        total: goods + shipping + line_tax + shipping_tax,
        place: who.buyer.customer.place.clone(),
        method,
        lines,
        refunds: Vec::new(),
        payments: Vec::new(),
        source_id,
    };
    decide(&mut order, &mut chance, fate, now);
    order
}

/// Money that cannot be read would be a mistake in this file; the code for "no currency" then.
fn unreachable_currency() -> Currency {
    Currency::parse("XXX").unwrap_or_else(|_| unreachable_currency())
}

const HOURS: [(u64, i64); 17] = [
    (2, 6),
    (4, 7),
    (6, 8),
    (7, 9),
    (8, 10),
    (8, 11),
    (9, 12),
    (8, 13),
    (7, 14),
    (7, 15),
    (8, 16),
    (9, 17),
    (11, 18),
    (13, 19),
    (13, 20),
    (8, 21),
    (4, 22),
];
const METHODS: [(u64, &str); 4] = [
    (50, "card"),
    (30, "paypal"),
    (15, "bank_transfer"),
    (5, "gift_card"),
];
const CHANNELS: [(u64, &str); 3] = [(78, "web"), (14, "pos"), (8, "marketplace")];

/// Who ordered: the customer, and whether they told who they are.
struct Who {
    buyer: Buyer,
    country: &'static super::people::Country,
    is_unknown: bool,
}

impl Who {
    /// The customer, where anything is known of them.
    fn map_or_none(&self, _: &mut Chance) -> Option<connectors::canonical::Customer> {
        (!self.is_unknown).then(|| self.buyer.customer.clone())
    }
}

fn whose(seed: u64, chance: &mut Chance, customers: u64) -> Who {
    let buyer = match chance.below(100) {
        // Few buy often: the smaller the number, the more orders.
        0..84 => {
            let (a, b) = (chance.below(customers), chance.below(customers));
            buyer(seed, if chance.percent(45) { a.min(b) / 2 } else { a })
        }
        _ => guest(chance),
    };
    Who {
        country: buyer.country,
        is_unknown: buyer.customer.source_id.is_none() && chance.percent(25),
        buyer,
    }
}

fn percent(amount: i64, of: i64) -> i64 {
    (amount * of + 50) / 100
}

fn goods(chance: &mut Chance, day: Date, tax: i64) -> Vec<Line> {
    let count = *chance
        .weighted(&[(46, 1), (30, 2), (14, 3), (6, 4), (4, 6)])
        .unwrap_or(&1);
    let off = *chance
        .weighted(&[(80, 0), (12, 10), (6, 20), (2, 30)])
        .unwrap_or(&0);
    let weights: Vec<(u64, usize)> = ARTICLES
        .iter()
        .enumerate()
        .map(|(n, article)| (article.weight * in_season(article.season, day.month()), n))
        .collect();
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..count {
        let n = *chance.weighted(&weights).unwrap_or(&0);
        let sku = format!("{:05}", 10_000 + n * 7);
        if lines.iter().any(|line| line.product.sku.as_deref() == Some(&sku)) {
            continue;
        }
        let article = &ARTICLES[n];
        let quantity = *chance.weighted(&[(70, 1), (18, 2), (7, 3), (5, 6)]).unwrap_or(&1);
        let gross = article.price * quantity;
        let discount = percent(gross, off);
        lines.push(Line {
            source_id: Some(format!("{}", lines.len() + 1)),
            product: ProductRef {
                source_id: Some(format!("P{n:03}")),
                variant_id: None,
                sku: Some(sku),
                title: Some(article.title.to_owned()),
                // Now and then nobody has said what kind of thing it is.
                category: None,
            },
            kind: LineKind::Goods,
            quantity,
            gross,
            discount,
            tax: percent(gross - discount, tax),
        });
    }
    lines
}

/// Three times as much in its month, twice in the ones beside it.
fn in_season(season: i8, month: i8) -> u64 {
    if season == 0 {
        return 2;
    }
    match (season - month)
        .rem_euclid(12)
        .min((month - season).rem_euclid(12))
    {
        0 => 6,
        1 => 4,
        _ => 1,
    }
}

fn gift_card(chance: &mut Chance) -> Line {
    let worth = *chance
        .weighted(&[(5, 2_500), (3, 5_000), (1, 10_000)])
        .unwrap_or(&2_500);
    Line {
        source_id: None,
        product: ProductRef {
            title: Some("Gift card".to_owned()),
            sku: Some("GIFT".to_owned()),
            ..ProductRef::default()
        },
        kind: LineKind::GiftCard,
        quantity: 1,
        gross: worth,
        discount: 0,
        tax: 0,
    }
}

fn wrapping(tax: i64) -> Line {
    Line {
        source_id: None,
        product: ProductRef {
            title: Some("Gift wrapping".to_owned()),
            ..ProductRef::default()
        },
        kind: LineKind::Other,
        quantity: 1,
        gross: 350,
        discount: 0,
        tax: percent(350, tax),
    }
}

/// What becomes of an order: most are paid and kept.
fn decide(order: &mut Order, chance: &mut Chance, fate: u64, now: Timestamp) {
    let later = |days: u64, chance: &mut Chance| {
        Timestamp(
            order.placed_at.0
                + (1 + chance.below(days)) as i64 * DAY
                + chance.below(36_000) as i64 * 1_000_000,
        )
    };
    match fate {
        0..30 => {
            let at = Timestamp(order.placed_at.0 + (1 + chance.below(40)) as i64 * 1_800_000_000);
            if at <= now {
                order.cancelled_at = Some(at);
                order.status = "cancelled".to_owned();
                order.financial_status = Some("pending".to_owned());
            }
            return;
        }
        30..35 => {
            order.is_test = true;
            return;
        }
        35..50 => {
            order.status = "pending".to_owned();
            order.financial_status = Some("pending".to_owned());
            return;
        }
        50..120 => {
            let at = later(21, chance);
            if at <= now {
                give_back(order, chance, at);
            }
        }
        _ => {}
    }
    pay(order);
}

fn give_back(order: &mut Order, chance: &mut Chance, at: Timestamp) {
    let all = chance.percent(40);
    let mut lines: Vec<RefundLine> = Vec::new();
    for (n, line) in order
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.kind == LineKind::Goods)
    {
        if !all && !lines.is_empty() {
            break;
        }
        let quantity = if all { line.quantity } else { 1 };
        lines.push(RefundLine {
            order_line: Some(n),
            product: line.product.clone(),
            quantity,
            net: (line.gross - line.discount) * quantity / line.quantity,
            tax: line.tax * quantity / line.quantity,
        });
    }
    let shipping = if all { order.shipping } else { 0 };
    order.financial_status = Some(if all { "refunded" } else { "partially_refunded" }.to_owned());
    order.refunds.push(Refund {
        source_id: "R1".to_owned(),
        refunded_at: at,
        reason: chance
            .weighted(&[(5, "changed_mind"), (3, "damaged"), (2, "late")])
            .map(|r| (*r).to_owned()),
        goods: lines.iter().map(|line| line.net).sum(),
        tax: lines.iter().map(|line| line.tax).sum(),
        shipping,
        other: 0,
        lines,
    });
}

/// Money in, and money back.
fn pay(order: &mut Order) {
    let payment = |source_id: String, kind, amount: i64, paid_at, fee| Payment {
        source_id,
        order_source_id: Some(order.source_id.clone()),
        kind,
        method: order.method.clone(),
        status: PaymentStatus::Succeeded,
        paid_at,
        currency: order.currency,
        amount,
        fee,
        customer: None,
        is_test: false,
    };
    let fee = percent(order.total, 2) + 25;
    let mut payments = vec![payment(
        format!("{}-T1", order.source_id),
        PaymentKind::Charge,
        order.total,
        Timestamp(order.placed_at.0 + 90_000_000),
        fee,
    )];
    for refund in &order.refunds {
        let amount = refund.goods + refund.tax + refund.shipping + refund.other;
        let id = format!("{}-{}", order.source_id, refund.source_id);
        payments.push(payment(id, PaymentKind::Refund, amount, refund.refunded_at, 0));
    }
    order.payments = payments;
}
