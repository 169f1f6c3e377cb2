//! What was given back.

use super::read::{Money, applies, count, id, needed, text, time, total};
use super::share::shared;
use super::{RefundLineRules, RefundRules, product};
use crate::canonical::{LineKind, Order, ProductRef, Refund, RefundLine};
use crate::expression::Scope;

pub(super) fn refund(
    rules: &RefundRules,
    money: &Money<'_>,
    tax_included: bool,
    order: &Order,
    scope: &Scope<'_>,
) -> Result<Option<Refund>, String> {
    if !applies(&rules.when, scope) {
        return Ok(None);
    }
    let read = |rule, what| money.read(rule, scope, what).map(i64::saturating_abs);
    let shipping_tax = read(&rules.shipping_tax, "the tax of refunded shipping")?;
    let mut shipping = read(&rules.shipping, "refunded shipping")?;
    if tax_included {
        shipping = shipping.saturating_sub(shipping_tax);
    }
    let (mut lines, mut aside) = (Vec::new(), 0_i64);
    for rule in &rules.lines {
        for element in rule.each.elements(scope).iter() {
            lines.push(line(rule, money, tax_included, order, &scope.at(element))?);
        }
    }
    let mut other = money.read(&rules.other, scope, "a correction")?;
    // What was not sold as goods does not come back as goods: a gift card, a fee, postage.
    lines.retain(|line: &RefundLine| {
        let kind = line.order_line.map_or(LineKind::Goods, |at| order.lines[at].kind);
        match kind {
            LineKind::Goods => {}
            LineKind::Shipping => shipping = shipping.saturating_add(line.net),
            LineKind::GiftCard | LineKind::Other => other = other.saturating_add(line.net),
        }
        aside = if kind == LineKind::Goods { aside } else { aside.saturating_add(line.tax) };
        kind == LineKind::Goods
    });
    let mut tax = total(lines.iter().map(|line| line.tax).chain([shipping_tax, aside]))?;
    let net = total(lines.iter().map(|line| line.net))?;
    if let Some(amount) = money.given(&rules.amount, scope, "the refunded amount")? {
        let mut rest = amount.saturating_abs().saturating_sub(total([net, tax, shipping, other])?);
        if rules.split && lines.is_empty() {
            let sold = total(order.lines.iter().map(|line| line.gross.saturating_sub(line.discount)))?;
            let parts = shared(rest, &[sold, order.tax, order.shipping]);
            tax = tax.saturating_add(parts[1]);
            shipping = shipping.saturating_add(parts[2]);
            rest = parts[0];
        }
        // Given back without goods, or less than the goods were worth: it belongs to no product.
        if rest != 0 {
            lines.push(RefundLine { order_line: None, product: ProductRef::default(), quantity: 0, net: rest, tax: 0 });
        }
    }
    Ok(Some(Refund {
        source_id: needed(&rules.source_id, scope, "the refund's id")?,
        refunded_at: time(&rules.refunded_at, scope, "the refund's time")?.ok_or("the refund's time is missing")?,
        reason: text(&rules.reason, scope),
        goods: total(lines.iter().map(|line| line.net))?,
        tax,
        shipping,
        other,
        lines,
    }))
}

fn line(
    rules: &RefundLineRules,
    money: &Money<'_>,
    tax_included: bool,
    order: &Order,
    scope: &Scope<'_>,
) -> Result<RefundLine, String> {
    let read = |rule, what| money.read(rule, scope, what).map(i64::saturating_abs);
    let tax = read(&rules.tax, "the tax of a refunded line")?;
    let net = read(&rules.net, "the value of a refunded line")?;
    let wanted = id(&rules.order_line, scope);
    let at = wanted.and_then(|id| order.lines.iter().position(|line| line.source_id.as_ref() == Some(&id)));
    let known = at.map(|at| order.lines[at].product.clone());
    Ok(RefundLine {
        order_line: at,
        product: known.unwrap_or_else(|| product::reference(&rules.product, scope)),
        quantity: count(&rules.quantity, scope, "the quantity of a refunded line")?.unwrap_or(0).saturating_abs(),
        net: if tax_included { net.saturating_sub(tax) } else { net },
        tax,
    })
}
