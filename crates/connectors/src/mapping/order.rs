//! Orders and their lines.

use super::customer::{customer, place};
use super::read::{Money, applies, count, currency, id, needed, text, time, total};
use super::share::{shared, without_tax};
use super::{LineRules, OrderRules, payment, product, refund};
use crate::canonical::{Line, LineKind, Order, OrderKind};
use crate::expression::Scope;
use crate::manifest::Amounts;

pub(super) fn order(rules: &OrderRules, amounts: &Amounts, scope: &Scope<'_>) -> Result<Option<Order>, String> {
    if !applies(&rules.when, scope) {
        return Ok(None);
    }
    let source_id = needed(&rules.source_id, scope, "the order's id")?;
    let money = Money { amounts, currency: currency(&rules.currency, scope)? };
    let tax_included = rules.tax_included.holds(scope);
    let mut lines = Vec::new();
    for rule in &rules.lines {
        for element in rule.each.elements(scope).iter() {
            lines.extend(line(rule, &money, &scope.at(element))?);
        }
    }
    spread(&mut lines, money.read(&rules.discount, scope, "the discount")?);
    let mut shipping = money.read(&rules.shipping, scope, "shipping")?;
    if tax_included {
        shipping = shipping.saturating_sub(money.read(&rules.shipping_tax, scope, "the tax of shipping")?);
        for line in &mut lines {
            (line.gross, line.discount) = without_tax(line.gross, line.discount, line.tax);
        }
    }
    let tax = match money.given(&rules.tax, scope, "the tax")? {
        Some(tax) => tax,
        None => total(lines.iter().map(|line| line.tax))?,
    };
    let order_total = match money.given(&rules.total, scope, "the total")? {
        Some(all) => all,
        None => total(lines.iter().map(|line| line.gross.saturating_sub(line.discount)).chain([shipping, tax]))?,
    };
    let mut order = Order {
        number: text(&rules.number, scope).unwrap_or_else(|| source_id.clone()),
        source_id,
        kind: OrderKind::Sale,
        customer: rules.customer.as_ref().map_or(Ok(None), |rules| customer(rules, scope))?,
        channel: text(&rules.channel, scope),
        currency: money.currency,
        placed_at: time(&rules.placed_at, scope, "the order's time")?.ok_or("the order's time is missing")?,
        cancelled_at: time(&rules.cancelled_at, scope, "the time of cancellation")?,
        status: text(&rules.status, scope).unwrap_or_else(|| "open".to_owned()).to_lowercase(),
        financial_status: text(&rules.financial_status, scope).map(|status| status.to_lowercase()),
        is_test: rules.is_test.holds(scope),
        shipping,
        tax,
        total: order_total,
        place: place(&rules.place, scope),
        method: text(&rules.method, scope),
        lines,
        refunds: Vec::new(),
        payments: Vec::new(),
    };
    for rule in &rules.refunds {
        for element in rule.each.elements(scope).iter() {
            order.refunds.extend(refund::refund(rule, &money, tax_included, &order, &scope.at(element))?);
        }
    }
    for rule in &rules.payments {
        for mut payment in payment::payments(rule, amounts, scope)? {
            payment.order_source_id = Some(order.source_id.clone());
            order.payments.push(payment);
        }
    }
    Ok(Some(order))
}

fn line(rules: &LineRules, money: &Money<'_>, scope: &Scope<'_>) -> Result<Option<Line>, String> {
    if !applies(&rules.when, scope) {
        return Ok(None);
    }
    let kind = match text(&rules.kind, scope).as_deref() {
        None | Some("goods") => LineKind::Goods,
        Some("gift_card") => LineKind::GiftCard,
        Some("shipping") => LineKind::Shipping,
        Some("other") => LineKind::Other,
        Some(word) => return Err(format!("`{word}` is no kind of line")),
    };
    let gross = match money.given(&rules.gross, scope, "the price of a line")? {
        Some(gross) => gross,
        None => {
            let price = rules.unit_price.number(scope)?.ok_or("the price of a line is missing")?;
            let many = if rules.quantity.is_absent() { None } else { rules.quantity.number(scope)? };
            let exact = many.map_or(Some(price), |many| price.times(many)).ok_or("the price of a line is too large")?;
            money.minor(exact, "the price of a line")?
        }
    };
    Ok(Some(Line {
        source_id: id(&rules.source_id, scope),
        product: product::reference(&rules.product, scope),
        kind,
        quantity: count(&rules.quantity, scope, "the quantity of a line")?.unwrap_or(1),
        gross,
        discount: money.read(&rules.discount, scope, "the discount of a line")?,
        tax: money.read(&rules.tax, scope, "the tax of a line")?,
    }))
}

/// Shares an order's discount among its goods, in proportion to what is left of their prices.
pub(crate) fn spread(lines: &mut [Line], discount: i64) {
    if discount == 0 || lines.is_empty() {
        return;
    }
    let has_goods = lines.iter().any(|line| line.kind == LineKind::Goods);
    let weight = |line: &Line| {
        let counts = line.kind == LineKind::Goods || !has_goods;
        if counts { line.gross.saturating_sub(line.discount).max(0) } else { 0 }
    };
    let weights: Vec<i64> = lines.iter().map(weight).collect();
    for (line, share) in lines.iter_mut().zip(shared(discount, &weights)) {
        line.discount = line.discount.saturating_add(share);
    }
}
