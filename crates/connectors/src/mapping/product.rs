//! Products.

use super::read::{needed, text};
use super::{ProductRefRules, ProductRules};
use crate::canonical::{Product, ProductRef};
use crate::expression::Scope;

pub(super) fn product(rules: &ProductRules, scope: &Scope<'_>) -> Result<Option<Product>, String> {
    let source_id = needed(&rules.source_id, scope, "the product's id")?;
    Ok(Some(Product {
        title: text(&rules.title, scope).unwrap_or_else(|| source_id.clone()),
        source_id,
        sku: text(&rules.sku, scope),
        category: text(&rules.category, scope),
        vendor: text(&rules.vendor, scope),
        status: text(&rules.status, scope),
    }))
}

pub(super) fn reference(rules: &ProductRefRules, scope: &Scope<'_>) -> ProductRef {
    let id = |rule| super::read::id(rule, scope);
    ProductRef {
        source_id: id(&rules.source_id),
        variant_id: id(&rules.variant_id),
        sku: text(&rules.sku, scope),
        title: text(&rules.title, scope),
        category: text(&rules.category, scope),
    }
}
