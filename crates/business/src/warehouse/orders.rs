//! Orders: the row, its lines, its refunds and its payments are replaced as a set.

use std::collections::{HashMap, HashSet};

use connectors::canonical::{LineKind, Order, OrderKind, ProductRef, Refund};
use db::DbError;
use uuid::Uuid;

use super::customers::{Persons, customer_id};
use super::ids::Kind;
use super::load::Loading;
use super::products::{self, Known};
use super::rows::{Rows, execute_over, select_over};
use super::sums::{NEVER, Standing, Sums, UNTIL_CANCELLED, bounded, cancellation, line_kind};
use super::{columns, payments};

/// The rows of the orders of a batch.
struct Sets<'a> {
    at: &'a Loading<'a>,
    known: HashMap<Uuid, Known>,
    orders: Rows,
    lines: Rows,
    refunds: Rows,
    refund_lines: Rows,
    payments: Rows,
}

/// Writes orders and removes those that are gone; answers their ids, and the persons whose orders changed.
pub(super) async fn write(
    at: &Loading<'_>,
    orders: &[&Order],
    gone: &[Uuid],
    persons: &Persons,
) -> Result<(Vec<Uuid>, HashSet<Uuid>), DbError> {
    // The last one of an id counts: within a batch each record is there once.
    let mut newest: HashMap<Uuid, &Order> = HashMap::new();
    let mut ids = Vec::with_capacity(orders.len());
    for order in orders {
        let id = at.ids.of(at.batch.connector, Kind::Order, &order.source_id);
        if newest.insert(id, order).is_none() {
            ids.push(id);
        }
    }
    let (mut affected, buyers) = remove(at, &ids, gone).await?;
    let mut products: Vec<Uuid> = newest.values().flat_map(|order| product_ids(at, order)).collect();
    products.sort_unstable();
    products.dedup();
    let mut sets = Sets {
        at,
        known: products::known(at, &products).await?,
        orders: Rows::new("orders", &columns::ORDERS, ""),
        lines: Rows::new("order_lines", &columns::ORDER_LINES, ""),
        refunds: Rows::new("refunds", &columns::REFUNDS, ""),
        refund_lines: Rows::new("refund_lines", &columns::REFUND_LINES, ""),
        payments: Rows::new("payments", &columns::PAYMENTS, columns::REPLACE_PAYMENT),
    };
    let mut stay = HashSet::new();
    for id in &ids {
        let order = newest[id];
        let customer = order
            .customer
            .as_ref()
            .and_then(|c| customer_id(&at.ids, at.batch.connector, c));
        let person = customer.and_then(|customer| persons.of.get(&customer).copied());
        affected.extend(person);
        stay.extend(customer);
        sets.add(*id, order, customer, person)?;
    }
    for rows in [
        sets.orders,
        sets.lines,
        sets.refunds,
        sets.refund_lines,
        sets.payments,
    ] {
        rows.write(at.tx).await?;
    }
    let left: Vec<Uuid> = buyers.difference(&stay).copied().collect();
    forget_strangers(at, &left).await?;
    Ok((ids, affected))
}

/// Removes what is there of these orders; answers the persons and the customers whose they were.
async fn remove(
    at: &Loading<'_>,
    ids: &[Uuid],
    gone: &[Uuid],
) -> Result<(HashSet<Uuid>, HashSet<Uuid>), DbError> {
    let all: Vec<Uuid> = ids.iter().chain(gone).copied().collect();
    let sql = "SELECT id, person_id, customer_id FROM orders WHERE workspace_id = $1 AND id IN ({})";
    let there = select_over(at.tx, at.workspace, sql, &all).await?;
    let (mut persons, mut buyers) = (HashSet::new(), HashSet::new());
    for row in there.values() {
        persons.extend(row.try_get::<Option<Uuid>>("", "person_id")?);
        buyers.extend(row.try_get::<Option<Uuid>>("", "customer_id")?);
    }
    let mut there: Vec<Uuid> = there.into_keys().collect();
    there.sort_unstable();
    for table in ["order_lines", "refund_lines", "refunds"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND order_id IN ({{}})");
        execute_over(at.tx, at.workspace, &sql, &there).await?;
    }
    let sql = "DELETE FROM payments WHERE workspace_id = $1 AND order_id IN ({}) AND with_order";
    execute_over(at.tx, at.workspace, sql, &there).await?;
    let sql = "DELETE FROM orders WHERE workspace_id = $1 AND id IN ({})";
    execute_over(at.tx, at.workspace, sql, &there).await?;
    Ok((persons, buyers))
}

/// Forgets customers of whom only orders told that are not theirs any more.
async fn forget_strangers(at: &Loading<'_>, left: &[Uuid]) -> Result<(), DbError> {
    let sql = "DELETE FROM customers WHERE workspace_id = $1 AND id IN ({}) AND NOT own AND NOT EXISTS \
               (SELECT 1 FROM orders o WHERE o.workspace_id = $1 AND o.customer_id = customers.id)";
    execute_over(at.tx, at.workspace, sql, left).await
}

/// The product that a line is about: by its id, else by its number, else by its name.
fn product_id(at: &Loading<'_>, product: &ProductRef) -> Option<Uuid> {
    let connector = at.batch.connector;
    if let Some(source) = &product.source_id {
        return Some(at.ids.of(connector, Kind::Product, source));
    }
    if let Some(sku) = &product.sku {
        return Some(at.ids.under(connector, Kind::Product, "sku", sku));
    }
    product
        .title
        .as_ref()
        .map(|title| at.ids.under(connector, Kind::Product, "title", title))
}

fn product_ids(at: &Loading<'_>, order: &Order) -> Vec<Uuid> {
    let sold = order.lines.iter().map(|line| &line.product);
    let back = order
        .refunds
        .iter()
        .flat_map(|refund| &refund.lines)
        .map(|line| &line.product);
    sold.chain(back)
        .filter_map(|product| product_id(at, product))
        .collect()
}

/// How a product is called on a line.
struct Called {
    id: Option<Uuid>,
    title: Option<String>,
    category: Option<String>,
    vendor: Option<String>,
}

impl Sets<'_> {
    fn called(&self, product: &ProductRef) -> Called {
        let id = product_id(self.at, product);
        let known = id.and_then(|id| self.known.get(&id));
        Called {
            id,
            title: known.map(|k| k.title.clone()).or_else(|| product.title.clone()),
            category: known
                .and_then(|k| k.category.clone())
                .or_else(|| product.category.clone()),
            vendor: known.and_then(|k| k.vendor.clone()),
        }
    }

    fn add(
        &mut self,
        id: Uuid,
        order: &Order,
        customer: Option<Uuid>,
        person: Option<Uuid>,
    ) -> Result<(), DbError> {
        let at = self.at;
        let standing = Standing::of(order, at.batch.role);
        let counted = at.policy.counts(standing.countable);
        let sums = Sums::of(order);
        self.orders.push([
            at.workspace.0.into(),
            id.into(),
            at.batch.connector.0.into(),
            order.source_id.clone().into(),
            order.number.clone().into(),
            match order.kind {
                OrderKind::Sale => "sale",
                OrderKind::CreditNote => "credit_note",
            }
            .into(),
            customer.into(),
            person.into(),
            order.channel.clone().into(),
            order.currency.as_str().into(),
            order.placed_at.micros().into(),
            order.cancelled_at.map(kit::clock::Timestamp::micros).into(),
            standing.is_cancelled.into(),
            order.status.clone().into(),
            order.financial_status.clone().into(),
            order.is_test.into(),
            sums.gross.into(),
            sums.discount.into(),
            (sums.gross - sums.discount).into(),
            sums.shipping.into(),
            sums.tax.into(),
            sums.other.into(),
            bounded(order.total).into(),
            sums.units.into(),
            order.place.city.clone().into(),
            order.place.region.clone().into(),
            order.place.country.clone().into(),
            order.method.clone().into(),
            standing.countable.into(),
            counted.into(),
            standing.listed.into(),
            false.into(),
        ]);
        self.add_lines(id, order, &standing, counted);
        for refund in &order.refunds {
            self.add_refund(id, order, refund, &standing, false);
        }
        if let Some(cancelled) = order.cancelled_at.filter(|_| order.kind == OrderKind::Sale) {
            self.add_refund(id, order, &cancellation(order, cancelled), &standing, true);
        }
        for payment in &order.payments {
            payments::push(at, &mut self.payments, payment, Some(id))?;
        }
        Ok(())
    }

    fn add_lines(&mut self, id: Uuid, order: &Order, standing: &Standing, counted: bool) {
        for (n, line) in order.lines.iter().enumerate() {
            let called = self.called(&line.product);
            let is_goods = line.kind == LineKind::Goods;
            let (gross, discount) = (bounded(line.gross), bounded(line.discount));
            self.lines.push([
                self.at.workspace.0.into(),
                id.into(),
                (n as i32).into(),
                called.id.into(),
                called.title.into(),
                line.product.sku.clone().into(),
                called.category.into(),
                called.vendor.into(),
                line.product.title.clone().into(),
                line.product.category.clone().into(),
                line_kind(line.kind).into(),
                line.quantity.into(),
                gross.into(),
                discount.into(),
                (gross - discount).into(),
                bounded(line.tax).into(),
                order.currency.as_str().into(),
                order.placed_at.micros().into(),
                (counted && is_goods).into(),
                (standing.listed && is_goods).into(),
            ]);
        }
    }

    fn add_refund(
        &mut self,
        order_id: Uuid,
        order: &Order,
        refund: &Refund,
        standing: &Standing,
        is_cancellation: bool,
    ) {
        let at = self.at;
        // Ids of refunds are only different within their order.
        let id = at.ids.under(
            at.batch.connector,
            Kind::Refund,
            &order.source_id,
            &refund.source_id,
        );
        let (kind, countable) = match (is_cancellation, order.kind) {
            (true, _) if standing.countable == UNTIL_CANCELLED => ("cancellation", UNTIL_CANCELLED),
            (true, _) => ("cancellation", NEVER),
            (false, OrderKind::Sale) => ("refund", standing.refunds_countable),
            (false, OrderKind::CreditNote) => ("credit_note", standing.refunds_countable),
        };
        let listed = standing.refunds_listed && !is_cancellation;
        let counted = at.policy.counts(countable);
        let placed = if order.kind == OrderKind::Sale {
            order.placed_at
        } else {
            refund.refunded_at
        };
        let counts_at = at.policy.dates_refund(refund.refunded_at, placed);
        self.refunds.push([
            at.workspace.0.into(),
            order_id.into(),
            id.into(),
            at.batch.connector.0.into(),
            refund.source_id.clone().into(),
            kind.into(),
            refund.refunded_at.micros().into(),
            placed.micros().into(),
            counts_at.micros().into(),
            refund.reason.clone().into(),
            order.currency.as_str().into(),
            bounded(refund.goods).into(),
            bounded(refund.tax).into(),
            bounded(refund.shipping).into(),
            bounded(refund.other).into(),
            countable.into(),
            counted.into(),
            listed.into(),
        ]);
        for (n, line) in refund.lines.iter().enumerate() {
            let called = self.called(&line.product);
            self.refund_lines.push([
                at.workspace.0.into(),
                order_id.into(),
                id.into(),
                (n as i32).into(),
                called.id.into(),
                called.title.into(),
                line.product.sku.clone().into(),
                called.category.into(),
                called.vendor.into(),
                line.product.title.clone().into(),
                line.product.category.clone().into(),
                line.quantity.into(),
                bounded(line.net).into(),
                bounded(line.tax).into(),
                order.currency.as_str().into(),
                counts_at.micros().into(),
                counted.into(),
                listed.into(),
            ]);
        }
    }
}
