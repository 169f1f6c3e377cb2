//! From a record to what it means. The manifest says where things are; what they mean for money is decided here, once for
//! all sources: tax that prices contain is taken out, discounts of an order are shared among its lines, a refund's lines
//! sum to its goods.

mod customer;
mod order;
mod payment;
mod product;
mod read;
mod refund;
mod rules;
mod share;
#[cfg(test)]
mod tests;

pub use rules::{CustomerRules, LineRules, OrderRules, PaymentRules, PlaceRules, ProductRefRules, ProductRules};
pub use rules::{RefundLineRules, RefundRules, Rules};
pub use share::{shared, without_tax};

pub(crate) use order::spread;
pub(crate) use read::time;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::canonical::Canonical;
use crate::expression::Scope;
use crate::manifest::Amounts;

/// What a record means by these rules. The error is a sentence about the record.
pub fn map(
    rules: &[Rules],
    amounts: &Amounts,
    config: &BTreeMap<String, String>,
    record: &Value,
) -> Result<Vec<Canonical>, String> {
    let scope = Scope::new(record, config);
    let mut meaning = Vec::new();
    for rule in rules {
        match rule {
            Rules::Order(rules) => {
                meaning.extend(order::order(rules, amounts, &scope)?.map(Canonical::Order));
            }
            Rules::Customer(rules) => {
                meaning.extend(customer::customer(rules, &scope)?.map(Canonical::Customer));
            }
            Rules::Product(rules) => meaning.extend(product::product(rules, &scope)?.map(Canonical::Product)),
            Rules::Payment(rules) => {
                meaning.extend(payment::payments(rules, amounts, &scope)?.into_iter().map(Canonical::Payment));
            }
        }
    }
    Ok(meaning)
}
