//! Money that moved, as a payment service or a shop tells of it.

use std::collections::HashSet;

use connectors::canonical::{Payment, PaymentKind, PaymentStatus};
use db::DbError;
use uuid::Uuid;

use super::batch::Role;
use super::columns;
use super::customers::customer_id;
use super::ids::Kind;
use super::load::Loading;
use super::rows::{Rows, execute_over};
use super::sums::bounded;

/// Writes payments that have records of their own, and removes those that are gone.
pub(super) async fn write(at: &Loading<'_>, payments: &[&Payment], gone: &[Uuid]) -> Result<(), DbError> {
    let mut rows = Rows::new("payments", &columns::PAYMENTS, columns::REPLACE_PAYMENT);
    let mut seen = HashSet::new();
    for payment in payments
        .iter()
        .rev()
        .filter(|p| seen.insert(p.source_id.as_str()))
    {
        push(at, &mut rows, payment, None)?;
    }
    rows.write(at.tx).await?;
    let sql = "DELETE FROM payments WHERE workspace_id = $1 AND id IN ({}) AND NOT with_order";
    execute_over(at.tx, at.workspace, sql, gone).await
}

/// Adds a payment's row; `order` is the order whose record told it.
pub(super) fn push(
    at: &Loading<'_>,
    rows: &mut Rows,
    payment: &Payment,
    order: Option<Uuid>,
) -> Result<(), DbError> {
    let connector = at.batch.connector;
    let by_name = payment
        .order_source_id
        .as_ref()
        .map(|source| at.ids.of(connector, Kind::Order, source));
    let customer = payment
        .customer
        .as_ref()
        .and_then(|c| customer_id(&at.ids, connector, c));
    let id = match order {
        // A shop's payment with a record of its own, too, is that record's.
        Some(order) => at
            .ids
            .under(connector, Kind::Payment, &order.to_string(), &payment.source_id),
        None => at.ids.of(connector, Kind::Payment, &payment.source_id),
    };
    let has_arrived = payment.status == PaymentStatus::Succeeded;
    rows.push([
        at.workspace.0.into(),
        id.into(),
        connector.0.into(),
        payment.source_id.clone().into(),
        order.or(by_name).into(),
        customer.into(),
        order.is_some().into(),
        match payment.kind {
            PaymentKind::Charge => "charge",
            PaymentKind::Refund => "refund",
            PaymentKind::Dispute => "dispute",
            PaymentKind::Fee => "fee",
            PaymentKind::Payout => "payout",
        }
        .into(),
        payment.method.clone().into(),
        match payment.status {
            PaymentStatus::Succeeded => "succeeded",
            PaymentStatus::Pending => "pending",
            PaymentStatus::Failed => "failed",
        }
        .into(),
        payment.paid_at.micros().into(),
        payment.currency.as_str().into(),
        bounded(payment.amount).into(),
        bounded(payment.fee).into(),
        payment.is_test.into(),
        (has_arrived && !payment.is_test).into(),
        (!payment.is_test).into(),
        (at.batch.role == Role::Payments).into(),
    ]);
    Ok(())
}
