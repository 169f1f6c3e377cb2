//! The numbers of a shop by plain arithmetic over its orders: no table, no SQL, nothing of what is tested.

use std::collections::{BTreeMap, BTreeSet};

use business::warehouse::Batch;
use connectors::canonical::{Canonical, LineKind, Order, OrderKind, PaymentKind, PaymentStatus, ProductRef};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A shop as its records tell of it.
pub struct Shop {
    pub orders: Vec<Order>,
    /// Title, category and vendor by the product's id at the source.
    products: BTreeMap<String, (String, Option<String>, Option<String>)>,
    pub zone: TimeZone,
    /// Microseconds; what is later does not count.
    pub now: i64,
    pub reverses_cancelled: bool,
    pub refunds_by_order: bool,
    /// Somebody's first order that counts.
    firsts: BTreeSet<String>,
}

/// Something that a number is made of.
struct Entry<'a> {
    order: &'a Order,
    product: Option<&'a ProductRef>,
    at: i64,
    amount: i128,
    who: Option<String>,
}

/// Which days (none: all), which currency, and what else.
#[derive(Clone, Default)]
pub struct Of<'a> {
    pub days: Option<(Date, Date)>,
    pub currency: Option<&'a str>,
    pub group: Option<&'a str>,
    pub only: Option<(&'a str, &'a str)>,
}

/// Numerator and denominator; a denominator of 1 where nothing is divided.
pub type Number = (i128, i128);

const INSIDE: [&str; 4] = ["product", "category", "sku", "vendor"];

impl Shop {
    pub fn of(batches: &[Batch], zone: &str, now: i64) -> Self {
        let mut shop = Self {
            orders: Vec::new(),
            products: BTreeMap::new(),
            zone: TimeZone::get(zone).unwrap(),
            now,
            reverses_cancelled: false,
            refunds_by_order: false,
            firsts: BTreeSet::new(),
        };
        for meaning in batches.iter().flat_map(|b| &b.records).flat_map(|r| &r.meaning) {
            match meaning {
                Canonical::Order(order) => shop.orders.push(order.clone()),
                Canonical::Product(p) => {
                    let what = (p.title.clone(), p.category.clone(), p.vendor.clone());
                    shop.products.insert(p.source_id.clone(), what);
                }
                other => panic!("{other:?}"),
            }
        }
        shop.find_firsts();
        shop
    }

    pub fn find_firsts(&mut self) {
        let mut first: BTreeMap<String, &Order> = BTreeMap::new();
        for order in self.orders.iter().filter(|o| self.counts(o)) {
            if let Some(person) = person(order) {
                let known = first.entry(person).or_insert(order);
                if order.placed_at < known.placed_at {
                    *known = order;
                }
            }
        }
        self.firsts = first.values().map(|order| order.source_id.clone()).collect();
    }

    fn is_real(order: &Order) -> bool {
        !order.is_test && order.kind == OrderKind::Sale
    }

    fn counts(&self, order: &Order) -> bool {
        let is_void = order.financial_status.as_deref() == Some("voided");
        Self::is_real(order) && !is_void && (order.cancelled_at.is_none() || self.reverses_cancelled)
    }

    /// The entries of one part of a metric; `by_line` where products are asked for.
    fn entries(&self, part: &str, by_line: bool, lifted: bool) -> Vec<Entry<'_>> {
        let mut found = Vec::new();
        for order in &self.orders {
            let lists = part == "placed" || part == "cancelled" || lifted;
            if !(self.counts(order) || lists && Self::is_real(order)) {
                if part.starts_with("paid") || part == "kept" {
                    self.money(order, part, &mut found);
                }
                continue;
            }
            let placed = order.placed_at.micros();
            let mut add = |product, at, amount: i64, who| {
                found.push(Entry {
                    order,
                    product,
                    at,
                    amount: i128::from(amount),
                    who,
                });
            };
            let goods = order.lines.iter().filter(|line| line.kind == LineKind::Goods);
            match part {
                "gross" => goods.for_each(|l| add(Some(&l.product), placed, l.gross, None)),
                "discount" => goods.for_each(|l| add(Some(&l.product), placed, l.discount, None)),
                "net" => goods.for_each(|l| add(Some(&l.product), placed, l.gross - l.discount, None)),
                "units" => goods.for_each(|l| add(Some(&l.product), placed, l.quantity, None)),
                "shipping" => add(None, placed, order.shipping, None),
                "tax" => add(None, placed, order.tax, None),
                "other" => {
                    let others = order.lines.iter().filter(|line| line.kind == LineKind::Other);
                    others.for_each(|l| add(None, placed, l.gross - l.discount, None));
                }
                "orders" | "placed" | "cancelled" | "buyers" | "new" | "again" => {
                    let is_first = self.firsts.contains(&order.source_id);
                    let is_in = match part {
                        "cancelled" => order.cancelled_at.is_some(),
                        "new" => is_first,
                        "again" => !is_first,
                        _ => true,
                    };
                    let who = match part {
                        "buyers" | "new" | "again" => person(order),
                        _ => Some(order.source_id.clone()),
                    };
                    if is_in && by_line {
                        goods.for_each(|l| add(Some(&l.product), placed, 0, who.clone()));
                    } else if is_in {
                        add(None, placed, 0, who);
                    }
                }
                "back goods" | "back shipping" | "back tax" | "back other" => {
                    self.back(order, part, &mut found)
                }
                _ => self.money(order, part, &mut found),
            }
        }
        found
    }

    fn back<'a>(&self, order: &'a Order, part: &str, found: &mut Vec<Entry<'a>>) {
        let mut add = |product, at: i64, amount: i64| {
            let at = if self.refunds_by_order {
                order.placed_at.micros()
            } else {
                at
            };
            found.push(Entry {
                order,
                product,
                at,
                amount: i128::from(amount),
                who: None,
            });
        };
        for refund in &order.refunds {
            let at = refund.refunded_at.micros();
            match part {
                "back goods" => refund.lines.iter().for_each(|l| add(Some(&l.product), at, l.net)),
                "back shipping" => add(None, at, refund.shipping),
                "back tax" => add(None, at, refund.tax),
                _ => add(None, at, refund.other),
            }
        }
        if let Some(cancelled) = order.cancelled_at.filter(|_| self.reverses_cancelled) {
            assert!(
                order.refunds.is_empty(),
                "this arithmetic takes back all or nothing"
            );
            let at = cancelled.micros();
            for line in &order.lines {
                match (part, line.kind) {
                    ("back goods", LineKind::Goods) => {
                        add(Some(&line.product), at, line.gross - line.discount)
                    }
                    ("back other", LineKind::Other) => add(None, at, line.gross - line.discount),
                    _ => {}
                }
            }
            match part {
                "back shipping" => add(None, at, order.shipping),
                "back tax" => add(None, at, order.tax),
                _ => {}
            }
        }
    }

    fn money<'a>(&self, order: &'a Order, part: &str, found: &mut Vec<Entry<'a>>) {
        for payment in &order.payments {
            let is_in = match part {
                "paid in" => payment.kind == PaymentKind::Charge,
                "paid back" => matches!(payment.kind, PaymentKind::Refund | PaymentKind::Dispute),
                "kept" => true,
                _ => panic!("{part}"),
            };
            if is_in && payment.status == PaymentStatus::Succeeded && !payment.is_test {
                let amount = if part == "kept" {
                    payment.fee
                } else {
                    payment.amount
                };
                let (at, amount) = (payment.paid_at.micros(), i128::from(amount));
                found.push(Entry {
                    order,
                    product: None,
                    at,
                    amount,
                    who: None,
                });
            }
        }
    }

    /// What an entry is called in a dimension.
    fn key(&self, entry: &Entry<'_>, dimension: &str) -> Option<String> {
        let (order, place) = (entry.order, &entry.order.place);
        let own = entry
            .product
            .and_then(|p| self.products.get(p.source_id.as_ref()?));
        match dimension {
            "product" => own.map(|p| p.0.clone()).or_else(|| entry.product?.title.clone()),
            "category" => own
                .and_then(|p| p.1.clone())
                .or_else(|| entry.product?.category.clone()),
            "vendor" => own.and_then(|p| p.2.clone()),
            "sku" => entry.product?.sku.clone(),
            "customer" => order.customer.as_ref().map(called),
            "city" => place.city.clone(),
            "region" => place.region.clone(),
            "country" => place.country.clone(),
            "channel" => order.channel.clone(),
            "status" => Some(order.status.clone()),
            "method" => order.method.clone(),
            other => panic!("{other}"),
        }
    }

    fn within(&self, entry: &Entry<'_>, of: &Of<'_>) -> bool {
        let day = jiff::Timestamp::from_microsecond(entry.at)
            .unwrap()
            .to_zoned(self.zone.clone())
            .date();
        entry.at <= self.now
            && of.days.is_none_or(|(first, last)| first <= day && day <= last)
            && of
                .currency
                .is_none_or(|currency| entry.order.currency.as_str() == currency)
    }

    fn sums(&self, terms: &[(i128, &str)], of: &Of<'_>) -> BTreeMap<Option<String>, i128> {
        let named = [of.group, of.only.map(|(dimension, _)| dimension)];
        let by_line = named.iter().flatten().any(|d| INSIDE.contains(d));
        let lifted = named.iter().flatten().any(|d| *d == "status");
        let mut sums: BTreeMap<Option<String>, i128> = BTreeMap::new();
        for (sign, part) in terms {
            let mut people: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
            for entry in self.entries(part, by_line, lifted) {
                let is_asked = of
                    .only
                    .is_none_or(|(d, value)| self.key(&entry, d).as_deref() == Some(value));
                if !self.within(&entry, of) || !is_asked {
                    continue;
                }
                let key = of.group.and_then(|dimension| self.key(&entry, dimension));
                match part {
                    &"orders" | &"placed" | &"cancelled" | &"buyers" | &"new" | &"again" => {
                        let set = people.entry(key).or_default();
                        set.extend(entry.who);
                    }
                    _ => *sums.entry(key).or_default() += sign * entry.amount,
                }
            }
            for (key, set) in people {
                *sums.entry(key).or_default() += sign * set.len() as i128;
            }
        }
        sums
    }

    /// A metric, by group (one without a name where nothing is grouped).
    pub fn metric(&self, metric: &str, of: &Of<'_>) -> BTreeMap<Option<String>, Number> {
        let (terms, under): (&[(i128, &str)], &[(i128, &str)]) = match metric {
            "revenue" => (&[(1, "net"), (-1, "back goods")], &[]),
            "gross_sales" => (&[(1, "gross")], &[]),
            "discounts" => (&[(1, "discount")], &[]),
            "returns" => (&[(1, "back goods")], &[]),
            "total_sales" => (
                &[
                    (1, "net"),
                    (1, "shipping"),
                    (1, "tax"),
                    (1, "other"),
                    (-1, "back goods"),
                    (-1, "back shipping"),
                    (-1, "back tax"),
                    (-1, "back other"),
                ],
                &[],
            ),
            "shipping" => (&[(1, "shipping"), (-1, "back shipping")], &[]),
            "tax" => (&[(1, "tax"), (-1, "back tax")], &[]),
            "orders" => (&[(1, "orders")], &[]),
            "units" => (&[(1, "units")], &[]),
            "aov" => (&[(1, "net")], &[(1, "orders")]),
            "customers" => (&[(1, "buyers")], &[]),
            "new_customers" => (&[(1, "new")], &[]),
            "returning_customers" => (&[(1, "buyers"), (-1, "new")], &[]),
            "repeat_rate" => (&[(1, "again")], &[(1, "buyers")]),
            "cancellation_rate" => (&[(1, "cancelled")], &[(1, "placed")]),
            "refund_rate" => (&[(1, "back goods")], &[(1, "net")]),
            "payments_received" => (&[(1, "paid in")], &[]),
            "refunds_paid" => (&[(1, "paid back")], &[]),
            "fees" => (&[(1, "kept")], &[]),
            other => panic!("{other}"),
        };
        let over = self.sums(terms, of);
        let by = self.sums(under, of);
        let keys: BTreeSet<_> = over.keys().chain(by.keys()).cloned().collect();
        let number = |key: &Option<String>| {
            let over = over.get(key).copied().unwrap_or_default();
            (
                over,
                if under.is_empty() {
                    1
                } else {
                    by.get(key).copied().unwrap_or_default()
                },
            )
        };
        keys.iter().map(|key| (key.clone(), number(key))).collect()
    }

    /// A metric that is not grouped, as whole minor units (or hundredths of a percent).
    pub fn minor(&self, metric: &str, of: &Of<'_>) -> Option<i64> {
        let of = Of {
            group: None,
            ..of.clone()
        };
        let number = self.metric(metric, &of).get(&None).copied();
        rounded(
            metric,
            number.unwrap_or_else(|| (0, i128::from(!is_ratio(metric)))),
        )
    }
}

/// Whether a metric divides.
pub fn is_ratio(metric: &str) -> bool {
    ["aov", "repeat_rate", "cancellation_rate", "refund_rate"].contains(&metric)
}

/// Whether it is money or a part of money, and so has a currency.
pub fn has_currency(metric: &str) -> bool {
    ![
        "orders",
        "units",
        "customers",
        "new_customers",
        "returning_customers",
        "repeat_rate",
        "cancellation_rate",
    ]
    .contains(&metric)
}

/// As whole minor units or hundredths of a percent, half away from zero; none where nothing is there to divide by.
pub fn rounded(metric: &str, (over, under): Number) -> Option<i64> {
    if under == 0 {
        return None;
    }
    let over = if metric.ends_with("_rate") {
        over * 10_000
    } else {
        over
    };
    let (over, under) = (over * under.signum(), under.abs());
    let up = (over.abs() * 2 + under) / (under * 2);
    Some(i64::try_from(up * over.signum()).unwrap())
}

fn person(order: &Order) -> Option<String> {
    order.customer.as_ref()?.email.clone()
}

/// How a customer is shown.
fn called(customer: &connectors::canonical::Customer) -> String {
    let name = customer.name.clone().or_else(|| customer.email.clone());
    // Two people may have the same name; they are told apart here by what follows it.
    format!(
        "{}|{}",
        name.unwrap_or_default(),
        customer.email.clone().unwrap_or_default()
    )
}
