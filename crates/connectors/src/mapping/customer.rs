//! Customers and places.

use super::read::{applies, id, text, time};
use super::{CustomerRules, PlaceRules};
use crate::canonical::{Customer, Place};
use crate::expression::Scope;

/// The customer, if the record has one.
pub(super) fn customer(rules: &CustomerRules, scope: &Scope<'_>) -> Result<Option<Customer>, String> {
    if !applies(&rules.when, scope) {
        return Ok(None);
    }
    let customer = Customer {
        source_id: id(&rules.source_id, scope),
        email: text(&rules.email, scope).map(|email| email.to_lowercase()),
        name: text(&rules.name, scope),
        place: place(&rules.place, scope),
        created_at: time(&rules.created_at, scope, "when the customer was created")?,
    };
    let is_known = customer.source_id.is_some() || customer.email.is_some() || customer.name.is_some();
    Ok(is_known.then_some(customer))
}

pub(super) fn place(rules: &PlaceRules, scope: &Scope<'_>) -> Place {
    Place {
        city: text(&rules.city, scope),
        region: text(&rules.region, scope),
        country: text(&rules.country, scope),
    }
}
