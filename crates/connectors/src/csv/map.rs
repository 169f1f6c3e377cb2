//! What the rows of a file mean.

use std::cell::RefCell;

use jiff::tz::TimeZone;
use kit::clock::Timestamp;
use serde_json::Value;

use super::{DateOrder, Layout, Target, moment, number};
use crate::canonical::{Canonical, Customer, Line, LineKind, Order, OrderKind, Place, Product, ProductRef, Refund, RefundLine};
use crate::decimal::Decimal;
use crate::manifest::Entity;
use crate::mapping::{shared, spread, without_tax};
use crate::money::Currency;
use crate::source::Record;

/// What a record of a file means; the error is a sentence about it.
pub fn map(layout: &Layout, record: &Record) -> Result<Vec<Canonical>, String> {
    let reader = Reader::new(layout);
    let rows = record.body.get("rows").and_then(Value::as_array).ok_or("the record has no rows")?;
    let cells: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.as_array().into_iter().flatten().map(|cell| cell.as_str().unwrap_or_default()).collect())
        .collect();
    let first = cells.first().ok_or("the record has no rows")?;
    Ok(match layout.entity {
        Entity::Order => order(layout, &reader, &record.source_id, &cells)?.map(Canonical::Order).into_iter().collect(),
        Entity::Customer => {
            let customer = Customer { created_at: reader.time(Target::CreatedAt, first)?, ..reader.customer(first).unwrap_or_default() };
            vec![Canonical::Customer(customer)]
        }
        Entity::Product => vec![Canonical::Product(Product {
            source_id: record.source_id.clone(),
            title: reader.text(Target::Title, first).unwrap_or_else(|| record.source_id.clone()),
            sku: reader.code(Target::Sku, first),
            category: reader.text(Target::Category, first),
            vendor: reader.text(Target::Vendor, first),
            status: reader.text(Target::Status, first).map(|status| status.to_lowercase()),
        })],
        Entity::Payment => return Err("payments are not read from files".to_owned()),
    })
}

/// Reads single cells by a layout.
pub(super) struct Reader {
    at: Vec<Option<usize>>,
    decimal: char,
    order: DateOrder,
    zone: TimeZone,
    /// The date that was read last: rows of one order have the same.
    last: RefCell<(String, Option<Timestamp>)>,
}

const NUMBERS: [Target; 8] = [
    Target::Quantity,
    Target::UnitPrice,
    Target::LineTotal,
    Target::Discount,
    Target::Tax,
    Target::OrderDiscount,
    Target::OrderTax,
    Target::Shipping,
];

impl Reader {
    pub fn new(layout: &Layout) -> Self {
        Self {
            at: Target::ALL.iter().map(|target| layout.at(*target)).collect(),
            decimal: layout.decimal,
            order: layout.date_order,
            zone: TimeZone::get(&layout.time_zone).unwrap_or(TimeZone::UTC),
            last: RefCell::default(),
        }
    }

    fn cell<'a>(&self, target: Target, cells: &[&'a str]) -> &'a str {
        self.at[target as usize].and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
    }

    fn has(&self, target: Target) -> bool {
        self.at[target as usize].is_some()
    }

    pub(super) fn text(&self, target: Target, cells: &[&str]) -> Option<String> {
        let text = self.cell(target, cells);
        (!text.is_empty()).then(|| text.chars().take(500).collect())
    }

    /// A code or number that names something; tables that went through others' hands have `17850.0` for `17850`.
    fn code(&self, target: Target, cells: &[&str]) -> Option<String> {
        let text = self.text(target, cells)?;
        let whole = text.strip_suffix(".0").filter(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        Some(whole.map_or(text.clone(), str::to_owned))
    }

    fn number(&self, target: Target, cells: &[&str]) -> Result<Option<Decimal>, String> {
        let text = self.cell(target, cells);
        if text.is_empty() {
            return Ok(None);
        }
        number(text, self.decimal).map(Some).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            format!("“{text}” is no number ({})", target.label())
        })
    }

    fn time(&self, target: Target, cells: &[&str]) -> Result<Option<Timestamp>, String> {
        let text = self.cell(target, cells);
        if text.is_empty() {
            return Ok(None);
        }
        let mut last = self.last.borrow_mut();
        if last.0 != text {
            *last = (text.to_owned(), moment(text, self.order, &self.zone));
        }
        last.1.map(Some).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            format!("“{text}” is no date ({})", target.label())
        })
    }

    /// Whether all numbers and dates of a row can be read.
    pub fn check(&self, cells: &[&str]) -> Result<(), String> {
        for target in NUMBERS {
            self.number(target, cells)?;
        }
        self.number(Target::OrderTotal, cells)?;
        self.time(Target::CreatedAt, cells)?;
        match self.time(Target::PlacedAt, cells)? {
            None if self.has(Target::PlacedAt) && !self.has(Target::OrderNumber) => Err("the date is missing".to_owned()),
            _ => Ok(()),
        }
    }

    /// What names the customer or product of a row.
    pub fn own_key(&self, cells: &[&str]) -> Option<String> {
        if self.has(Target::PlacedAt) {
            return None;
        }
        let customer = self.code(Target::CustomerId, cells).or_else(|| self.text(Target::CustomerEmail, cells));
        customer.or_else(|| self.code(Target::Sku, cells)).or_else(|| self.text(Target::Title, cells))
    }

    fn customer(&self, cells: &[&str]) -> Option<Customer> {
        let customer = Customer {
            source_id: self.code(Target::CustomerId, cells),
            email: self.text(Target::CustomerEmail, cells).map(|email| email.to_lowercase()),
            name: self.text(Target::CustomerName, cells),
            place: self.place(cells),
            created_at: None,
        };
        let is_known = customer.source_id.is_some() || customer.email.is_some() || customer.name.is_some();
        is_known.then_some(customer)
    }

    fn place(&self, cells: &[&str]) -> Place {
        Place {
            city: self.text(Target::City, cells),
            region: self.text(Target::Region, cells),
            country: self.text(Target::Country, cells),
        }
    }

    /// An amount in minor units.
    fn money(&self, target: Target, cells: &[&str], currency: Currency) -> Result<Option<i64>, String> {
        let number = self.number(target, cells)?;
        number.map(|number| number.minor(currency).map_err(|error| error.to_string())).transpose()
    }

    /// What an order has once, on its first row that has it.
    fn once<T>(&self, rows: &[Vec<&str>], read: impl Fn(&Self, &[&str]) -> Result<Option<T>, String>) -> Result<Option<T>, String> {
        for row in rows {
            if let Some(found) = read(self, row)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A row in numbers.
struct Item {
    product: ProductRef,
    kind: LineKind,
    /// As it stands there, before its discount; negative for what came back.
    gross: i64,
    discount: i64,
    tax: i64,
    quantity: i64,
    is_return: bool,
}

fn item(layout: &Layout, reader: &Reader, cells: &[&str], currency: Currency) -> Result<Option<Item>, String> {
    let sku = reader.code(Target::Sku, cells);
    let is_in = |codes: &[String]| sku.as_ref().is_some_and(|sku| codes.iter().any(|code| code.eq_ignore_ascii_case(sku)));
    if is_in(&layout.ignored_codes) {
        return Ok(None);
    }
    let quantity = reader.number(Target::Quantity, cells)?.unwrap_or(Decimal::new(1, 0));
    let discount = reader.money(Target::Discount, cells, currency)?.unwrap_or(0).saturating_abs();
    let large = || "its amounts are too large".to_owned();
    let gross = match (reader.number(Target::UnitPrice, cells)?, reader.money(Target::LineTotal, cells, currency)?) {
        (Some(price), _) => price.times(quantity).ok_or_else(large)?.minor(currency).map_err(|e| e.to_string())?,
        // A total of what came back may be written with either sign.
        (None, Some(total)) if quantity.is_negative() => -total.saturating_abs(),
        (None, Some(total)) => total.saturating_add(discount),
        // Only the order's total is known: it stands on its first row.
        (None, None) => reader.money(Target::OrderTotal, cells, currency)?.unwrap_or(0),
    };
    let is_return = quantity.is_negative() || (gross < 0 && !reader.has(Target::Quantity));
    let many = quantity.rounded(0).ok_or_else(large)?;
    Ok(Some(Item {
        kind: if is_in(&layout.shipping_codes) { LineKind::Shipping } else { LineKind::Goods },
        product: ProductRef {
            source_id: None,
            variant_id: None,
            sku,
            title: reader.text(Target::Title, cells),
            category: reader.text(Target::Category, cells),
        },
        gross,
        discount,
        tax: reader.money(Target::Tax, cells, currency)?.unwrap_or(0).saturating_abs(),
        // Less than one of something is one.
        quantity: if many == 0 && !quantity.is_zero() { 1 } else { many },
        is_return,
    }))
}

fn order(layout: &Layout, reader: &Reader, number: &str, rows: &[Vec<&str>]) -> Result<Option<Order>, String> {
    let named = reader.once(rows, |r, row| Ok(r.text(Target::Currency, row)))?;
    let code = named.or_else(|| layout.currency.clone()).ok_or("the currency is missing")?;
    let currency = Currency::parse(&code).map_err(|error| error.to_string())?;
    let placed_at = reader.once(rows, |r, row| r.time(Target::PlacedAt, row))?.ok_or("the date is missing")?;
    let money = |target| reader.once(rows, move |r, row| r.money(target, row, currency));
    let (mut lines, mut returned, mut returned_at) = (Vec::new(), Vec::new(), None);
    for row in rows {
        let Some(item) = item(layout, reader, row, currency)? else {
            continue;
        };
        if item.is_return {
            returned_at = returned_at.or(reader.time(Target::PlacedAt, row)?);
            returned.push(item);
        } else {
            lines.push(line(item));
        }
    }
    if lines.is_empty() && returned.is_empty() {
        return Ok(None);
    }
    spread(&mut lines, money(Target::OrderDiscount)?.unwrap_or(0).saturating_abs());
    let order_tax = money(Target::OrderTax)?;
    let mut shipping = money(Target::Shipping)?.unwrap_or(0);
    if let Some(tax) = order_tax.filter(|_| lines.iter().all(|line| line.tax == 0)) {
        let mut weights: Vec<i64> = lines.iter().map(|line| line.gross.saturating_sub(line.discount)).collect();
        weights.push(shipping);
        let shares = shared(tax, &weights);
        for (line, share) in lines.iter_mut().zip(&shares) {
            line.tax = *share;
        }
        if layout.tax_included {
            shipping = shipping.saturating_sub(shares.last().copied().unwrap_or(0));
        }
    }
    if layout.tax_included {
        for line in &mut lines {
            (line.gross, line.discount) = without_tax(line.gross, line.discount, line.tax);
        }
    }
    let sum = |parts: &mut dyn Iterator<Item = i64>| -> Result<i64, String> {
        i64::try_from(parts.map(i128::from).sum::<i128>()).map_err(|_| "its amounts are too large".to_owned())
    };
    let tax = order_tax.map_or_else(|| sum(&mut lines.iter().map(|line| line.tax)), Ok)?;
    let net = sum(&mut lines.iter().map(|line| line.gross.saturating_sub(line.discount)))?;
    let total = money(Target::OrderTotal)?.map_or_else(|| sum(&mut [net, shipping, tax].into_iter()), Ok)?;
    let is_credit = lines.is_empty();
    let text = |target: Target| reader.once(rows, move |r, row| Ok(r.text(target, row)));
    let refunds = if returned.is_empty() {
        Vec::new()
    } else {
        vec![refund(layout, number, returned, returned_at.unwrap_or(placed_at))?]
    };
    let first = reader.once(rows, |r, row| Ok(r.customer(row)))?;
    let has_place = |row: &&Vec<&str>| reader.place(row) != Place::default();
    Ok(Some(Order {
        source_id: number.to_owned(),
        number: text(Target::OrderNumber)?.unwrap_or_else(|| number.to_owned()),
        kind: if is_credit { OrderKind::CreditNote } else { OrderKind::Sale },
        customer: first,
        channel: text(Target::Channel)?,
        currency,
        placed_at,
        cancelled_at: None,
        status: text(Target::Status)?.map_or_else(|| "completed".to_owned(), |status| status.to_lowercase()),
        financial_status: text(Target::FinancialStatus)?.map(|status| status.to_lowercase()),
        is_test: false,
        shipping: if is_credit { 0 } else { shipping },
        tax: if is_credit { 0 } else { tax },
        total: if is_credit { 0 } else { total },
        place: rows.iter().find(has_place).map(|row| reader.place(row)).unwrap_or_default(),
        method: text(Target::Method)?,
        lines,
        refunds,
        payments: Vec::new(),
    }))
}

fn line(item: Item) -> Line {
    Line {
        source_id: None,
        product: item.product,
        kind: item.kind,
        quantity: item.quantity,
        gross: item.gross,
        discount: item.discount,
        tax: item.tax,
    }
}

/// What came back, as one refund.
fn refund(layout: &Layout, number: &str, items: Vec<Item>, at: Timestamp) -> Result<Refund, String> {
    let (mut goods, mut tax, mut shipping, mut lines) = (0_i64, 0_i64, 0_i64, Vec::new());
    let large = || "its amounts are too large".to_owned();
    for item in items {
        let paid = item.gross.checked_neg().and_then(|gross| gross.checked_sub(item.discount)).ok_or_else(large)?;
        let net = if layout.tax_included { paid.checked_sub(item.tax).ok_or_else(large)? } else { paid };
        tax = tax.checked_add(item.tax).ok_or_else(large)?;
        if item.kind == LineKind::Shipping {
            shipping = shipping.checked_add(net).ok_or_else(large)?;
            continue;
        }
        goods = goods.checked_add(net).ok_or_else(large)?;
        let quantity = item.quantity.saturating_abs();
        lines.push(RefundLine { order_line: None, product: item.product, quantity, net, tax: item.tax });
    }
    // Nobody knows which numbers are credit notes' but the one who wrote the file; it is only a name here.
    let source_id = match &layout.credit_prefix {
        Some(prefix) if number.starts_with(prefix.as_str()) => number.to_owned(),
        _ => format!("{number}-returns"),
    };
    Ok(Refund { source_id, refunded_at: at, reason: None, goods, tax, shipping, other: 0, lines })
}
