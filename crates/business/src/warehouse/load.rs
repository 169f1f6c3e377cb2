//! The loader: one batch, within the caller's transaction.

use std::collections::BTreeMap;

use connectors::canonical::Canonical;
use db::events::Scope;
use db::kinds::IndexKind;
use db::{DbError, Event, Tx, WorkspaceId};
use kit::vault::OwnerKeys;
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;
use uuid::Uuid;

use super::batch::{Batch, Report, Role};
use super::ids::{Ids, Kind};
use super::raw::{Fresh, note_batch};
use super::rows::{Rows, statement};
use super::{customers, firsts, orders, payments, products, raw};
use crate::settings::{self, Policy};
use crate::{Business, workflows};

/// What every step of a load works with.
pub(super) struct Loading<'a> {
    pub tx: &'a Tx,
    pub workspace: WorkspaceId,
    pub batch: &'a Batch,
    pub ids: Ids,
    pub keys: OwnerKeys,
    pub policy: Policy,
}

/// Writes a batch within the caller's transaction: raw records where newer, the rows that they mean replaced as a set, the
/// ledger of applied batches (a batch that was applied does nothing), the number of the data's state raised, rows of the
/// index queued, and the event `business.changed`.
pub async fn load(
    business: &Business,
    tx: &Tx,
    workspace: WorkspaceId,
    batch: &Batch,
) -> Result<Report, DbError> {
    // One at a time in a workspace: the first order of a person, for one, is a matter of all of them.
    tx.alone(lock_of(workspace)).await?;
    let keys = business.db().keys(workspace.0).await?;
    let at = Loading {
        tx,
        workspace,
        batch,
        ids: Ids::new(&keys)?,
        keys,
        policy: settings::policy(&**tx, workspace).await?,
    };
    if !note_batch(&at).await? {
        return Ok(Report::default());
    }
    let fresh = raw::write(&at).await?;
    let report = Report {
        written: fresh.len() as u64,
        unchanged: (batch.records.len() - fresh.len()) as u64,
    };
    note_capabilities(&at).await?;
    if fresh.is_empty() {
        return Ok(report);
    }
    let touched = write_meanings(&at, &fresh).await?;
    let touched = touched.into_iter().map(|id| (id, None));
    files::index::queue_all(tx, workspace, IndexKind::Record, touched).await?;
    let version = changed(tx, workspace).await?;
    let payload = json!({ "data_version": version });
    workflows::on_event(business, tx, workspace, "business.changed", &payload).await?;
    Ok(report)
}

/// Says that the data of a workspace, or how it is counted, is another one now.
pub(crate) async fn changed(tx: &Tx, workspace: WorkspaceId) -> Result<i64, DbError> {
    let version = settings::raise_version(tx, workspace).await?;
    let event = Event {
        scope: Scope::Workspace(workspace),
        workspace: Some(workspace),
        kind: "business.changed",
        payload: &json!({ "data_version": version }),
    };
    tx.event(event).await?;
    Ok(version)
}

/// The name of the lock under which a workspace's data are changed.
pub(crate) fn lock_of(workspace: WorkspaceId) -> i64 {
    let (high, low) = workspace.0.as_u64_pair();
    (high ^ low ^ 0x7761_7265_686f_7573) as i64
}

/// What is to be removed of one kind.
fn gone(fresh: &[Fresh<'_>], kind: Kind) -> Vec<Uuid> {
    fresh
        .iter()
        .flat_map(|one| &one.gone)
        .filter(|(letter, _)| *letter == kind.letter())
        .map(|(_, id)| *id)
        .collect()
}

/// Writes what the records mean; answers the ids of what can be searched for.
async fn write_meanings(at: &Loading<'_>, fresh: &[Fresh<'_>]) -> Result<Vec<Uuid>, DbError> {
    let mut sorted = Meanings::default();
    for one in fresh.iter().filter(|one| !one.loaded.record.deleted) {
        let version = one.loaded.record.version;
        for meaning in &one.loaded.meaning {
            sorted.add(at, one.id, version, meaning);
        }
    }
    let mut touched = products::write(at, &sorted.products, &gone(fresh, Kind::Product)).await?;
    let persons = customers::write(at, &sorted.customers, &gone(fresh, Kind::Customer)).await?;
    let mut people = persons.moved.clone();
    let (written, of_orders) = orders::write(at, &sorted.orders, &gone(fresh, Kind::Order), &persons).await?;
    people.extend(of_orders);
    payments::write(at, &sorted.payments, &gone(fresh, Kind::Payment)).await?;
    firsts::find(at.tx, at.workspace, people).await?;
    touched.extend(written);
    touched.extend(persons.own);
    Ok(touched)
}

/// What the records of a batch mean, by kind.
#[derive(Default)]
struct Meanings<'a> {
    orders: Vec<&'a connectors::canonical::Order>,
    customers: Vec<customers::Told<'a>>,
    products: Vec<(&'a connectors::canonical::Product, i64)>,
    payments: Vec<&'a connectors::canonical::Payment>,
}

impl<'a> Meanings<'a> {
    fn add(&mut self, at: &Loading<'_>, record: Uuid, version: i64, meaning: &'a Canonical) {
        let mut told = |customer: &'a connectors::canonical::Customer, own: bool| {
            if let Some(id) = customers::customer_id(&at.ids, at.batch.connector, customer) {
                self.customers.push(customers::Told {
                    id,
                    own,
                    version,
                    seen_in: record,
                    customer,
                });
            }
        };
        match meaning {
            Canonical::Order(order) => {
                let payers = order.payments.iter().filter_map(|p| p.customer.as_ref());
                order.customer.iter().chain(payers).for_each(|c| told(c, false));
                self.orders.push(order);
            }
            Canonical::Customer(customer) => told(customer, true),
            Canonical::Product(product) => self.products.push((product, version)),
            Canonical::Payment(payment) => {
                payment.customer.iter().for_each(|c| told(c, false));
                self.payments.push(payment);
            }
        }
    }
}

/// Writes down what a connector tells of, so that "not connected" differs from "none".
async fn note_capabilities(at: &Loading<'_>) -> Result<(), DbError> {
    let mut seen: BTreeMap<&str, bool> = BTreeMap::new();
    let by_stream = match at.batch.stream.trim_end_matches('s') {
        "order" => Some("order"),
        "customer" => Some("customer"),
        "product" => Some("product"),
        "payment" | "charge" => Some("payment"),
        _ => None,
    };
    seen.extend(by_stream.map(|entity| (entity, false)));
    for meaning in at.batch.records.iter().flat_map(|loaded| &loaded.meaning) {
        match meaning {
            Canonical::Order(order) => {
                seen.insert("order", true);
                if !order.refunds.is_empty() {
                    seen.insert("refund", true);
                }
                if !order.payments.is_empty() {
                    seen.insert("payment", true);
                }
                if order.customer.is_some() {
                    seen.insert("customer", true);
                }
            }
            Canonical::Customer(_) => drop(seen.insert("customer", true)),
            Canonical::Product(_) => drop(seen.insert("product", true)),
            Canonical::Payment(_) => drop(seen.insert("payment", true)),
        }
    }
    let mut rows = Rows::new(
        "capabilities",
        &[
            "workspace_id",
            "connector_id",
            "entity",
            "role",
            "has_data",
            "fresh_at",
        ],
        "ON CONFLICT (workspace_id, connector_id, entity) DO UPDATE SET role = excluded.role, \
         has_data = (capabilities.has_data OR excluded.has_data), \
         fresh_at = CASE WHEN excluded.fresh_at > capabilities.fresh_at THEN excluded.fresh_at ELSE capabilities.fresh_at END",
    );
    for (entity, has_data) in seen {
        rows.push([
            at.workspace.0.into(),
            at.batch.connector.0.into(),
            entity.into(),
            at.batch.role.as_str().into(),
            has_data.into(),
            at.batch.fetched_at.micros().into(),
        ]);
    }
    rows.write(at.tx).await
}

/// Gives a connection another role: what it brought counts as that from now on.
pub async fn set_role(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: db::ConnectorId,
    role: Role,
) -> Result<(), DbError> {
    tx.alone(lock_of(workspace)).await?;
    let values: Vec<Value> = vec![workspace.0.into(), connector.0.into()];
    let sql = format!(
        "UPDATE capabilities SET role = '{}' WHERE workspace_id = $1 AND connector_id = $2",
        role.as_str()
    );
    tx.execute_raw(statement(&**tx, sql, values.clone())).await?;
    let service = if role == Role::Payments { "TRUE" } else { "FALSE" };
    let sql =
        format!("UPDATE payments SET is_service = {service} WHERE workspace_id = $1 AND connector_id = $2");
    tx.execute_raw(statement(&**tx, sql, values)).await?;
    settings::count_anew(tx, workspace).await?;
    changed(tx, workspace).await?;
    Ok(())
}
