//! What a person approved about a file.

use serde::{Deserialize, Serialize};

use super::DateOrder;
use crate::manifest::Entity;

/// What a person approved about a file: how it is written and what its columns mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// How it is written.
    pub format: Format,
    /// What its rows are.
    pub entity: Entity,
    /// Fields and lines.
    pub dialect: Dialect,
    /// The decimal mark, `.` or `,`.
    pub decimal: char,
    /// The order of dates.
    pub date_order: DateOrder,
    /// Its columns, or the key paths of its objects, with what they mean.
    pub columns: Vec<Column>,
    /// The currency of amounts, where no column names it.
    #[serde(default)]
    pub currency: Option<String>,
    /// The zone of times without one (IANA).
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Whether prices contain their tax.
    #[serde(default)]
    pub tax_included: bool,
    /// Stock keeping units that are postage.
    #[serde(default)]
    pub shipping_codes: Vec<String>,
    /// Stock keeping units whose rows are passed over.
    #[serde(default)]
    pub ignored_codes: Vec<String>,
    /// What the numbers of credit notes begin with.
    #[serde(default = "credit_prefix")]
    pub credit_prefix: Option<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn credit_prefix() -> Option<String> {
    Some("C".to_owned())
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Rows of cells.
    Csv,
    /// A JSON object on each line.
    Jsonl,
}

/// How rows and cells are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Between cells.
    pub delimiter: char,
    /// Around cells that contain the delimiter.
    pub quote: char,
    /// A label of the WHATWG encoding standard, such as `utf-8`.
    pub encoding: String,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Rows before the header that belong to no table.
    #[serde(default)]
    pub skip: usize,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name; of objects, the key path, such as `customer.email` or `lines[].sku`.
    pub name: String,
    /// What it means; none is passed over.
    #[serde(default)]
    pub field: Option<Target>,
}

macro_rules! targets {
    ($($name:ident $text:literal $label:literal $help:literal,)*) => {
        /// What a column can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Target { $(#[doc = $help] $name,)* }

        impl Target {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in layouts.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Its name for people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What belongs there, in a sentence.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

targets! {
    OrderNumber "order_number" "Order number" "Rows with the same number are one order.",
    PlacedAt "placed_at" "Date" "When it was sold.",
    Sku "sku" "Product code" "The stock keeping unit.",
    Title "title" "Product" "The product's name.",
    Category "category" "Category" "The product's category.",
    Vendor "vendor" "Vendor" "Who makes the product.",
    Quantity "quantity" "Quantity" "How many; negative for returns. Left out: one.",
    UnitPrice "unit_price" "Unit price" "The price of one, before discounts.",
    LineTotal "line_total" "Line total" "What the row cost, after its discount; used where there is no unit price.",
    Discount "discount" "Discount" "The row's discount, as an amount.",
    Tax "tax" "Tax" "The row's tax, as an amount.",
    OrderDiscount "order_discount" "Discount of the order" "A discount on the whole order, once for each order.",
    OrderTax "order_tax" "Tax of the order" "The tax of the whole order, once for each order.",
    Shipping "shipping" "Shipping" "What was charged for shipping, once for each order.",
    OrderTotal "order_total" "Total of the order" "What the customer paid, once for each order.",
    Currency "currency" "Currency" "The code of the currency, such as EUR.",
    Status "status" "Status" "Such as completed or cancelled.",
    FinancialStatus "financial_status" "Payment status" "Such as paid or pending.",
    Method "method" "Payment method" "How it was paid.",
    Channel "channel" "Channel" "Where it was sold.",
    CustomerId "customer_id" "Customer number" "The customer's number.",
    CustomerEmail "customer_email" "Customer e-mail" "The customer's e-mail address.",
    CustomerName "customer_name" "Customer" "The customer's name.",
    City "city" "City" "Where it went.",
    Region "region" "Region" "State or province.",
    Country "country" "Country" "The country.",
    CreatedAt "created_at" "Known since" "Since when a customer is known.",
}

/// A layout that cannot be used, in a sentence for the person who made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadTable(pub String);

impl Layout {
    /// Whether everything is there that its rows need.
    pub fn check(&self) -> Result<(), BadTable> {
        let bad = |text: &str| Err(BadTable(text.to_owned()));
        let has = |target| self.at(target).is_some();
        for target in Target::ALL {
            if self.columns.iter().filter(|column| column.field == Some(*target)).count() > 1 {
                return Err(BadTable(format!("Two columns cannot both be “{}”.", target.label())));
            }
        }
        if !matches!(self.decimal, '.' | ',') {
            return bad("The decimal mark is a point or a comma.");
        }
        let marks = [self.dialect.delimiter, self.dialect.quote];
        if marks.iter().any(|c| !c.is_ascii() || matches!(c, '\n' | '\r' | '\0')) || marks[0] == marks[1] {
            return bad("The delimiter and the quotation mark are two different plain characters.");
        }
        if encoding_rs::Encoding::for_label(self.dialect.encoding.as_bytes()).is_none() {
            return bad("The encoding is not known.");
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return bad("The time zone is not known.");
        }
        match self.entity {
            Entity::Order => {
                if !has(Target::PlacedAt) {
                    return bad("Which column is the date?");
                }
                if !has(Target::UnitPrice) && !has(Target::LineTotal) && !has(Target::OrderTotal) {
                    return bad("Which column is the price?");
                }
                if self.currency.is_none() && !has(Target::Currency) {
                    return bad("Which currency are the amounts in?");
                }
            }
            Entity::Customer if !has(Target::CustomerId) && !has(Target::CustomerEmail) => {
                return bad("Which column is the customer's number or e-mail address?");
            }
            Entity::Product if !has(Target::Sku) && !has(Target::Title) => {
                return bad("Which column is the product's code or name?");
            }
            Entity::Payment => return bad("Payments are not read from files."),
            _ => {}
        }
        let currency = self.currency.as_deref().map(crate::money::Currency::parse);
        if currency.is_some_and(|currency| currency.is_err()) {
            return bad("The currency is a code such as EUR.");
        }
        Ok(())
    }

    /// Which column has this meaning.
    pub fn at(&self, target: Target) -> Option<usize> {
        self.columns.iter().position(|column| column.field == Some(target))
    }
}
