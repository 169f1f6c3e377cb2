//! A shop by a seed: the same seed, the same shop.

use kit::clock::Timestamp;

/// A shop in one currency.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its currency.
    pub currency: String,
    /// Whether prices contain tax.
    pub tax_included: bool,
    /// By ascending id.
    pub orders: Vec<Order>,
    /// By ascending id.
    pub products: Vec<Product>,
    /// By ascending id.
    pub customers: Vec<Customer>,
    /// The ids of orders that were deleted.
    pub deleted: Vec<u64>,
    /// The present, in seconds: edits happen then.
    pub now: i64,
}

/// An order. Amounts are minor units, as the shop writes prices (with tax if they contain it).
#[derive(Clone, Debug)]
pub struct Order {
    /// Its id.
    pub id: u64,
    /// When it was placed, in seconds.
    pub placed: i64,
    /// When it was changed last.
    pub updated: i64,
    /// When it was cancelled.
    pub cancelled: Option<i64>,
    /// Not a real one.
    pub is_test: bool,
    /// Who bought; none for a guest.
    pub customer: Option<u64>,
    /// What was sold.
    pub lines: Vec<Line>,
    /// What was charged for shipping.
    pub shipping: i64,
    /// What was given back.
    pub refunds: Vec<Refund>,
}

/// A line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: u64,
    /// The product.
    pub product: u64,
    /// How many.
    pub quantity: i64,
    /// Price times quantity.
    pub price: i64,
    /// What came off.
    pub discount: i64,
    /// The tax of what is left: within it if prices contain tax, else on top.
    pub tax: i64,
}

/// A refund of whole lines and more.
#[derive(Clone, Debug)]
pub struct Refund {
    /// Its id.
    pub id: u64,
    /// When, in seconds.
    pub at: i64,
    /// Lines that came back whole.
    pub lines: Vec<u64>,
    /// Given back besides them.
    pub extra: i64,
}

/// A product.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub title: String,
    /// Its stock keeping unit.
    pub sku: String,
    /// When it was changed last.
    pub updated: i64,
}

/// A customer.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Their id.
    pub id: u64,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// When they were changed last.
    pub updated: i64,
}

/// A generator of numbers that need not be secret (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

const DAY: u64 = 86_400;
const NAMES: [&str; 8] = [
    "Ann Lee",
    "João Silva",
    "Eva Gómez",
    "Max Müller",
    "Zoé Petit",
    "Kim Park",
    "Ada King",
    "Ole Berg",
];
const THINGS: [&str; 8] = [
    "Mug", "Plate", "Lantern", "Candle", "Basket", "Poster", "Clock", "Vase",
];

impl Shop {
    /// A shop with so many orders in the `days` before `now`.
    pub fn seeded(seed: u64, orders: usize, days: u64, now: Timestamp) -> Self {
        let mut chance = Chance(seed);
        let now = now.seconds();
        let first = now - (days * DAY) as i64;
        let products = (0..24)
            .map(|n| Product {
                id: 7000 + n,
                title: format!(
                    "{} {}",
                    THINGS[n as usize % 8],
                    ["small", "large", "blue"][n as usize / 8]
                ),
                sku: format!("SKU-{n:03}"),
                updated: first,
            })
            .collect();
        let customers = (0..40)
            .map(|n| Customer {
                id: 500 + n,
                name: NAMES[n as usize % 8].to_owned(),
                email: format!("customer{n}@example.com"),
                updated: first,
            })
            .collect();
        let mut shop = Self {
            currency: "EUR".to_owned(),
            tax_included: seed % 2 == 1,
            orders: Vec::new(),
            products,
            customers,
            deleted: Vec::new(),
            now,
        };
        let span = (days * DAY).max(1);
        let mut times: Vec<i64> = (0..orders).map(|_| first + chance.below(span) as i64).collect();
        times.sort_unstable();
        for (n, placed) in times.into_iter().enumerate() {
            let order = shop.order(n as u64, placed, &mut chance);
            shop.orders.push(order);
        }
        shop
    }

    fn order(&self, n: u64, placed: i64, chance: &mut Chance) -> Order {
        let id = 1000 + n;
        let lines: Vec<Line> = (0..=chance.below(4))
            .map(|place| {
                let quantity = 1 + chance.below(3) as i64;
                let price = (200 + chance.below(8000) as i64) * quantity;
                let discount = if chance.below(5) == 0 { price / 10 } else { 0 };
                let paid = price - discount;
                let tax = if self.tax_included {
                    paid * 19 / 119
                } else {
                    paid * 19 / 100
                };
                Line {
                    id: id * 10 + place,
                    product: 7000 + chance.below(24),
                    quantity,
                    price,
                    discount,
                    tax,
                }
            })
            .collect();
        let mut order = Order {
            id,
            placed,
            updated: placed,
            cancelled: None,
            is_test: chance.below(50) == 0,
            customer: (chance.below(3) > 0).then(|| 500 + chance.below(40)),
            lines,
            shipping: if chance.below(2) == 0 { 495 } else { 0 },
            refunds: Vec::new(),
        };
        if chance.below(8) == 0 {
            let at = (placed + (1 + chance.below(10) as i64) * DAY as i64).min(self.now);
            let lines = vec![order.lines[0].id];
            order.refunds.push(Refund {
                id: id * 100,
                at,
                lines,
                extra: chance.below(3) as i64 * 100,
            });
            order.updated = at;
        }
        order
    }

    /// Changes an order now.
    pub fn touch(&mut self, id: u64, change: impl FnOnce(&mut Order)) {
        let now = self.now;
        if let Some(order) = self.orders.iter_mut().find(|order| order.id == id) {
            change(order);
            order.updated = now;
        }
    }

    /// Deletes an order.
    pub fn delete(&mut self, id: u64) {
        self.orders.retain(|order| order.id != id);
        self.deleted.push(id);
    }

    /// The sum of goods without tax over all real orders, less what came back: what a reader should find.
    pub fn net(&self) -> i64 {
        self.orders
            .iter()
            .filter(|order| !order.is_test)
            .map(|order| order.net(self.tax_included))
            .sum()
    }

    pub(super) fn product(&self, id: u64) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    pub(super) fn customer(&self, id: Option<u64>) -> Option<&Customer> {
        self.customers.iter().find(|customer| Some(customer.id) == id)
    }
}

impl Order {
    /// Goods without tax, less what came back.
    pub fn net(&self, tax_included: bool) -> i64 {
        let of = |line: &Line| line.price - line.discount - if tax_included { line.tax } else { 0 };
        let sold: i64 = self.lines.iter().map(of).sum();
        let lines = |refund: &Refund| -> i64 {
            self.lines
                .iter()
                .filter(|l| refund.lines.contains(&l.id))
                .map(of)
                .sum()
        };
        let back: i64 = self
            .refunds
            .iter()
            .map(|refund| lines(refund) + refund.extra)
            .sum();
        sold - back
    }

    /// What the customer paid.
    pub fn total(&self, tax_included: bool) -> i64 {
        self.shipping
            + self
                .lines
                .iter()
                .map(|l| l.price - l.discount + if tax_included { 0 } else { l.tax })
                .sum::<i64>()
    }

    pub(super) fn tax(&self) -> i64 {
        self.lines.iter().map(|line| line.tax).sum()
    }

    /// What a refund gave back.
    pub(super) fn refunded(&self, refund: &Refund, tax_included: bool) -> i64 {
        let whole = |line: &&Line| refund.lines.contains(&line.id);
        let of = |line: &Line| line.price - line.discount + if tax_included { 0 } else { line.tax };
        self.lines.iter().filter(whole).map(of).sum::<i64>() + refund.extra
    }
}

/// An amount of two decimals as a text.
pub(super) fn decimal(minor: i64) -> String {
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}

/// A time as shops write it.
pub(super) fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|time| time.to_string())
        .unwrap_or_default()
}
