//! What shops and payment services say, in our words: the same five nouns for all of them.
//!
//! Amounts are minor units of the record's currency and positive, unless told otherwise. Where prices contain tax, the
//! mapping has taken it out: `gross`, `discount` and `net` are without tax and without shipping.

use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::money::Currency;

/// One thing that a record of a source means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // orders are what most of them are
pub enum Canonical {
    /// An order, whole: what is not in it any more is gone.
    Order(Order),
    /// A customer.
    Customer(Customer),
    /// A product.
    Product(Product),
    /// Money that moved, from a payment service.
    Payment(Payment),
}

/// An order with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id at the source.
    pub source_id: String,
    /// The number that people see.
    pub number: String,
    /// What it is.
    pub kind: OrderKind,
    /// Who bought; none for a guest of whom nothing is known.
    pub customer: Option<Customer>,
    /// `web`, `pos`, …
    pub channel: Option<String>,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// `open`, `completed`, `cancelled`, `pending`, `failed`, …: the source's word in small letters.
    pub status: String,
    /// `paid`, `pending`, `refunded`, `partially_refunded`, `voided`, …
    pub financial_status: Option<String>,
    /// Not a real sale.
    pub is_test: bool,
    /// Charged for shipping, without tax.
    pub shipping: i64,
    /// All tax.
    pub tax: i64,
    /// What the customer had to pay.
    pub total: i64,
    /// Where it went.
    pub place: Place,
    /// How it was paid.
    pub method: Option<String>,
    /// What was sold.
    pub lines: Vec<Line>,
    /// What was given back.
    pub refunds: Vec<Refund>,
    /// Money that moved for it, where the shop tells.
    pub payments: Vec<Payment>,
}

/// What an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Something was sold.
    Sale,
    /// Something was given back without an order to which it belongs: only its refunds count.
    CreditNote,
}

/// A town, as precise as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The city.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// The country's name in English or its ISO code, as the source has it.
    pub country: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id at the source, where it has one: refunds refer to it.
    pub source_id: Option<String>,
    /// The product.
    pub product: ProductRef,
    /// What it is: only goods are revenue.
    pub kind: LineKind,
    /// How many.
    pub quantity: i64,
    /// Price times quantity before discounts, without tax.
    pub gross: i64,
    /// Its own discount and its share of the order's, without tax.
    pub discount: i64,
    /// Its tax.
    pub tax: i64,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Something sold.
    Goods,
    /// A gift card: revenue when it is redeemed, not when it is sold.
    GiftCard,
    /// Postage as a line: counts as shipping.
    Shipping,
    /// A fee, a tip, a manual correction: counts in the total only.
    Other,
}

/// A product as a line knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRef {
    /// The product's id at the source.
    pub source_id: Option<String>,
    /// The variant's.
    pub variant_id: Option<String>,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// Its name at the time.
    pub title: Option<String>,
    /// Its category, where the line tells.
    pub category: Option<String>,
}

/// Something given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id at the source.
    pub source_id: String,
    /// When it was processed: the day on which it counts.
    pub refunded_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Goods, without tax: exactly the sum of its lines.
    pub goods: i64,
    /// Tax.
    pub tax: i64,
    /// Shipping.
    pub shipping: i64,
    /// Corrections and the like.
    pub other: i64,
    /// What came back; an amount without goods is one line without a product.
    pub lines: Vec<RefundLine>,
}

/// A line of a refund.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The line of the order, counted from 0.
    pub order_line: Option<usize>,
    /// The product.
    pub product: ProductRef,
    /// How many came back.
    pub quantity: i64,
    /// Its value, without tax.
    pub net: i64,
    /// Its tax.
    pub tax: i64,
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id at the source.
    pub source_id: String,
    /// The order's id at the source, where known.
    pub order_source_id: Option<String>,
    /// What moved.
    pub kind: PaymentKind,
    /// `card`, `paypal`, …
    pub method: Option<String>,
    /// Whether it has arrived.
    pub status: PaymentStatus,
    /// When.
    pub paid_at: Timestamp,
    /// The currency of `amount`.
    pub currency: Currency,
    /// How much, always positive: the kind says which way.
    pub amount: i64,
    /// What the service kept of it, in `currency`.
    pub fee: i64,
    /// Who paid, where known.
    pub customer: Option<Customer>,
    /// Not real money.
    pub is_test: bool,
}

/// Which way money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// In.
    Charge,
    /// Back to the customer.
    Refund,
    /// Taken back by the customer's bank.
    Dispute,
    /// To the service, besides what it keeps of charges.
    Fee,
    /// To the shop's bank.
    Payout,
}

/// Whether money has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// It has.
    Succeeded,
    /// Not yet.
    Pending,
    /// It will not.
    Failed,
}

/// A customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Their id at the source; none for a guest who left only an address.
    pub source_id: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Where they live.
    pub place: Place,
    /// Since when they are known.
    pub created_at: Option<Timestamp>,
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id at the source.
    pub source_id: String,
    /// Its name.
    pub title: String,
    /// The stock keeping unit, if it has one variant.
    pub sku: Option<String>,
    /// What kind of thing it is.
    pub category: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// `active`, `draft`, `archived`.
    pub status: Option<String>,
}
