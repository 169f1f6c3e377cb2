//! Customers: what their own records and their orders tell of them. The newest word counts, and their own record most.

use std::collections::{HashMap, HashSet};

use connectors::canonical::Customer;
use db::{ConnectorId, DbError, Sealed};
use kit::vault::Place;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::ids::{Ids, Kind};
use super::load::Loading;
use super::rows::{Rows, execute_over, select_over, statement};

/// What a record tells of a customer.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub id: Uuid,
    /// Whether it is the customer's own record.
    pub own: bool,
    pub version: i64,
    pub seen_in: Uuid,
    pub customer: &'a Customer,
}

/// The persons of the customers that a batch told of.
#[derive(Default)]
pub(super) struct Persons {
    /// By customer.
    pub of: HashMap<Uuid, Uuid>,
    /// Those whose orders are others now.
    pub moved: HashSet<Uuid>,
    /// Customers whose own records were written.
    pub own: Vec<Uuid>,
}

const COLUMNS: [&str; 16] = [
    "workspace_id",
    "id",
    "connector_id",
    "source_id",
    "person_id",
    "email_hash",
    "name_hash",
    "email",
    "name",
    "city",
    "region",
    "country",
    "created_at",
    "own",
    "version",
    "seen_in",
];

const REPLACE: &str = "ON CONFLICT (workspace_id, id) DO UPDATE SET person_id = excluded.person_id, \
    source_id = excluded.source_id, email_hash = excluded.email_hash, name_hash = excluded.name_hash, \
    email = excluded.email, name = excluded.name, city = excluded.city, region = excluded.region, \
    country = excluded.country, created_at = excluded.created_at, own = excluded.own, version = excluded.version, \
    seen_in = excluded.seen_in";

/// The id of a customer; none for a guest of whom nothing is known that tells them from others.
pub(super) fn customer_id(ids: &Ids, connector: ConnectorId, customer: &Customer) -> Option<Uuid> {
    let named = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    if let Some(source) = named(&customer.source_id) {
        return Some(ids.of(connector, Kind::Customer, &source));
    }
    let hash = ids.word(&named(&customer.email)?);
    let guest: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(ids.under(connector, Kind::Customer, "guest", &guest))
}

/// Where a customer's sealed columns open.
pub(crate) fn place(column: &'static str, id: Uuid) -> Place<'static> {
    Place { column, row: id }
}

/// Writes what is newer than what is known.
pub(super) async fn write(at: &Loading<'_>, told: &[Told<'_>], gone: &[Uuid]) -> Result<Persons, DbError> {
    let mut persons = Persons::default();
    forget(at, gone, &mut persons).await?;
    let mut newest: HashMap<Uuid, Told<'_>> = HashMap::new();
    for one in told {
        let rank = |t: &Told<'_>| (t.own, t.version, t.seen_in);
        newest
            .entry(one.id)
            .and_modify(|other| {
                if rank(one) > rank(other) {
                    *other = *one;
                }
            })
            .or_insert(*one);
    }
    let mut ids: Vec<Uuid> = newest.keys().copied().collect();
    ids.sort_unstable();
    let sql =
        "SELECT id, person_id, own, version, seen_in FROM customers WHERE workspace_id = $1 AND id IN ({})";
    let known = select_over(at.tx, at.workspace, sql, &ids).await?;
    let mut rows = Rows::new("customers", &COLUMNS, REPLACE);
    let mut moves = Vec::new();
    for id in ids {
        let one = newest[&id];
        let person = person_of(at, &one);
        if let Some(row) = known.get(&id) {
            let theirs: (bool, i64, Uuid) = (
                row.try_get("", "own")?,
                row.try_get("", "version")?,
                row.try_get("", "seen_in")?,
            );
            let before: Uuid = row.try_get("", "person_id")?;
            if (one.own, one.version, one.seen_in) < theirs {
                persons.of.insert(id, before);
                continue;
            }
            if before != person {
                moves.push((id, before, person));
            }
        }
        persons.of.insert(id, person);
        push(at, &mut rows, &one, person)?;
        if one.own {
            persons.own.push(id);
        }
    }
    rows.write(at.tx).await?;
    for (customer, before, now) in moves {
        move_orders(at, customer, now).await?;
        persons.moved.extend([before, now]);
    }
    Ok(persons)
}

fn known_email(customer: &Customer) -> Option<&str> {
    customer
        .email
        .as_deref()
        .map(str::trim)
        .filter(|email| !email.is_empty())
}

/// Who somebody is: the same address is the same person, in whatever shop.
fn person_of(at: &Loading<'_>, told: &Told<'_>) -> Uuid {
    known_email(told.customer).map_or(told.id, |email| at.ids.person(&at.ids.word(email)))
}

fn push(at: &Loading<'_>, rows: &mut Rows, told: &Told<'_>, person: Uuid) -> Result<(), DbError> {
    let customer = told.customer;
    let email = known_email(customer);
    let name = customer
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let seal = |column: &'static str, text: Option<&str>| {
        text.map(|text| Sealed::seal(&at.keys, place(column, told.id), text))
            .transpose()
    };
    rows.push([
        at.workspace.0.into(),
        told.id.into(),
        at.batch.connector.0.into(),
        customer.source_id.clone().into(),
        person.into(),
        email.map(|email| at.ids.word(email)).into(),
        name.map(|name| at.ids.word(name)).into(),
        seal("customers.email", email)?.into(),
        seal("customers.name", name)?.into(),
        customer.place.city.clone().into(),
        customer.place.region.clone().into(),
        customer.place.country.clone().into(),
        customer.created_at.map(kit::clock::Timestamp::micros).into(),
        told.own.into(),
        told.version.into(),
        told.seen_in.into(),
    ]);
    Ok(())
}

async fn move_orders(at: &Loading<'_>, customer: Uuid, person: Uuid) -> Result<(), DbError> {
    let sql = "UPDATE orders SET person_id = $3, first_for_person = FALSE WHERE workspace_id = $1 AND customer_id = $2";
    let values = vec![at.workspace.0.into(), customer.into(), person.into()];
    at.tx.execute_raw(statement(&**at.tx, sql, values)).await?;
    Ok(())
}

/// Forgets what their own records told of customers who are gone. Their orders stay, as those of somebody unknown.
async fn forget(at: &Loading<'_>, gone: &[Uuid], persons: &mut Persons) -> Result<(), DbError> {
    let sql = "SELECT id, person_id FROM customers WHERE workspace_id = $1 AND id IN ({})";
    for (id, row) in select_over(at.tx, at.workspace, sql, gone).await? {
        let before: Uuid = row.try_get("", "person_id")?;
        if before != id {
            move_orders(at, id, id).await?;
            persons.moved.extend([before, id]);
        }
    }
    let sql = format!("UPDATE customers SET {FORGOTTEN} WHERE workspace_id = $1 AND id IN ({{}})");
    execute_over(at.tx, at.workspace, &sql, gone).await
}

/// What is left of a customer who is forgotten: a number that nobody can call.
pub(super) const FORGOTTEN: &str = "person_id = id, email_hash = NULL, name_hash = NULL, email = NULL, name = NULL, \
    city = NULL, region = NULL, created_at = NULL, own = FALSE, version = -1";
