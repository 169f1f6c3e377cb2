//! Money that moved.

use super::PaymentRules;
use super::customer::customer;
use super::read::{Money, applies, currency, id, needed, text, time};
use crate::canonical::{Payment, PaymentKind, PaymentStatus};
use crate::expression::Scope;
use crate::manifest::Amounts;
use crate::money::Currency;

pub(super) fn payments(rules: &PaymentRules, amounts: &Amounts, scope: &Scope<'_>) -> Result<Vec<Payment>, String> {
    if rules.each.is_absent() {
        return Ok(payment(rules, amounts, scope)?.into_iter().collect());
    }
    let elements = rules.each.elements(scope);
    let each = elements.iter().map(|element| payment(rules, amounts, &scope.at(element)));
    each.filter_map(Result::transpose).collect()
}

fn payment(rules: &PaymentRules, amounts: &Amounts, scope: &Scope<'_>) -> Result<Option<Payment>, String> {
    if !applies(&rules.when, scope) {
        return Ok(None);
    }
    let word = needed(&rules.kind, scope, "the kind of payment")?;
    let kind = match word.as_str() {
        "charge" => PaymentKind::Charge,
        "refund" => PaymentKind::Refund,
        "dispute" => PaymentKind::Dispute,
        "fee" => PaymentKind::Fee,
        "payout" => PaymentKind::Payout,
        other => return Err(format!("`{other}` is no kind of payment")),
    };
    let status = match text(&rules.status, scope).as_deref() {
        None | Some("succeeded") => PaymentStatus::Succeeded,
        Some("pending") => PaymentStatus::Pending,
        Some("failed") => PaymentStatus::Failed,
        Some(other) => return Err(format!("`{other}` is no status of a payment")),
    };
    let money = Money { amounts, currency: currency(&rules.currency, scope)? };
    let fee_currency = text(&rules.fee_currency, scope);
    let is_same = fee_currency.is_none_or(|code| Currency::parse(&code) == Ok(money.currency));
    Ok(Some(Payment {
        source_id: needed(&rules.source_id, scope, "the payment's id")?,
        order_source_id: id(&rules.order_source_id, scope),
        kind,
        method: text(&rules.method, scope),
        status,
        paid_at: time(&rules.paid_at, scope, "the time of the payment")?.ok_or("the time of the payment is missing")?,
        currency: money.currency,
        amount: money.read(&rules.amount, scope, "the amount")?.saturating_abs(),
        fee: if is_same { money.read(&rules.fee, scope, "the fee")? } else { 0 },
        customer: rules.customer.as_ref().map_or(Ok(None), |rules| customer(rules, scope))?,
        is_test: rules.is_test.holds(scope),
    }))
}
