//! Raw records: the newest body of each, and what it meant.

use std::collections::{HashMap, HashSet};

use connectors::canonical::Canonical;
use db::{DbError, Sealed};
use kit::vault::Place;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::batch::Loaded;
use super::customers::customer_id;
use super::ids::Kind;
use super::load::Loading;
use super::rows::{Rows, execute_over, select_over, statement};

/// A record that is news.
pub(super) struct Fresh<'a> {
    pub id: Uuid,
    pub loaded: &'a Loaded,
    /// What it meant before and does not mean any more: a letter and an id each.
    pub gone: Vec<(u8, Uuid)>,
}

const COLUMNS: [&str; 11] = [
    "workspace_id",
    "id",
    "connector_id",
    "stream",
    "source_id",
    "version",
    "body_hash",
    "body",
    "deleted",
    "made",
    "fetched_at",
];

/// The guard stands in the statement, too: whoever else writes the same record, the newer one stays.
const NEWER: &str = "ON CONFLICT (workspace_id, id) DO UPDATE SET version = excluded.version, \
    body_hash = excluded.body_hash, body = excluded.body, deleted = excluded.deleted, made = excluded.made, \
    fetched_at = excluded.fetched_at WHERE excluded.version > raw_records.version \
    OR (excluded.version = raw_records.version AND (excluded.fetched_at > raw_records.fetched_at \
    OR (excluded.fetched_at = raw_records.fetched_at AND excluded.body_hash > raw_records.body_hash)))";

/// A record of the batch with its hash.
struct Candidate<'a> {
    loaded: &'a Loaded,
    hash: Vec<u8>,
}

/// Writes those that are new or newer; answers them.
pub(super) async fn write<'a>(at: &Loading<'a>) -> Result<Vec<Fresh<'a>>, DbError> {
    let candidates = newest_of_batch(at)?;
    let ids: Vec<Uuid> = candidates.iter().map(|(id, _)| *id).collect();
    let sql = "SELECT id, version, body_hash, fetched_at, made FROM raw_records WHERE workspace_id = $1 AND id IN ({})";
    let known = select_over(at.tx, at.workspace, sql, &ids).await?;
    let mut rows = Rows::new("raw_records", &COLUMNS, NEWER);
    let (mut fresh, mut same) = (Vec::new(), Vec::new());
    for (id, candidate) in candidates {
        let mut before = Vec::new();
        if let Some(row) = known.get(&id) {
            let version: i64 = row.try_get("", "version")?;
            let hash: Vec<u8> = row.try_get("", "body_hash")?;
            let fetched: i64 = row.try_get("", "fetched_at")?;
            let theirs = (version, fetched, &hash);
            let ours = (
                candidate.loaded.record.version,
                at.batch.fetched_at.micros(),
                &candidate.hash,
            );
            if version == ours.0 && hash == candidate.hash {
                if ours.1 > fetched {
                    same.push(id);
                }
                continue;
            }
            if ours <= theirs {
                continue;
            }
            before = split(&row.try_get::<Vec<u8>>("", "made")?);
        }
        let made = meanings(at, candidate.loaded);
        let now: HashSet<_> = made.iter().copied().collect();
        before.retain(|one| !now.contains(one));
        push(at, &mut rows, id, &candidate, &made)?;
        fresh.push(Fresh {
            id,
            loaded: candidate.loaded,
            gone: before,
        });
    }
    rows.write(at.tx).await?;
    // Seen again as it was: that is what counts when another body of the same version comes late.
    let fetched = at.batch.fetched_at.micros();
    let sql =
        format!("UPDATE raw_records SET fetched_at = {fetched} WHERE workspace_id = $1 AND id IN ({{}})");
    execute_over(at.tx, at.workspace, &sql, &same).await?;
    Ok(fresh)
}

/// A batch may hold the same record twice: the newest counts, and of the same version the one with the greater hash, so
/// that the order in which they came does not matter.
fn newest_of_batch<'a>(at: &Loading<'a>) -> Result<Vec<(Uuid, Candidate<'a>)>, DbError> {
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    let mut found: Vec<(Uuid, Candidate<'a>)> = Vec::with_capacity(at.batch.records.len());
    for loaded in &at.batch.records {
        let record = &loaded.record;
        let id = at.ids.under(
            at.batch.connector,
            Kind::Record,
            &record.stream,
            &record.source_id,
        );
        let (body, meaning) = (
            serde_json::to_vec(&record.body)?,
            serde_json::to_vec(&loaded.meaning)?,
        );
        let hash = at.ids.body(&[&body, &[0, u8::from(record.deleted)], &meaning]);
        let candidate = Candidate { loaded, hash };
        match places.get(&id) {
            None => {
                places.insert(id, found.len());
                found.push((id, candidate));
            }
            Some(place) => {
                let other = &mut found[*place].1;
                let rank = |c: &Candidate<'_>| (c.loaded.record.version, c.hash.clone());
                if rank(&candidate) > rank(other) {
                    *other = candidate;
                }
            }
        }
    }
    Ok(found)
}

fn push(
    at: &Loading<'_>,
    rows: &mut Rows,
    id: Uuid,
    candidate: &Candidate<'_>,
    made: &[(u8, Uuid)],
) -> Result<(), DbError> {
    let record = &candidate.loaded.record;
    let place = Place {
        column: "raw_records.body",
        row: id,
    };
    let body = if record.deleted {
        None
    } else {
        Some(Sealed::seal(&at.keys, place, &record.body)?)
    };
    let mut list = Vec::with_capacity(made.len() * 17);
    for (letter, id) in made {
        list.push(*letter);
        list.extend_from_slice(id.as_bytes());
    }
    rows.push([
        at.workspace.0.into(),
        id.into(),
        at.batch.connector.0.into(),
        record.stream.clone().into(),
        record.source_id.clone().into(),
        record.version.into(),
        candidate.hash.clone().into(),
        body.into(),
        record.deleted.into(),
        list.into(),
        at.batch.fetched_at.micros().into(),
    ]);
    Ok(())
}

fn split(made: &[u8]) -> Vec<(u8, Uuid)> {
    made.chunks_exact(17)
        .filter_map(|one| Some((one[0], Uuid::from_slice(&one[1..]).ok()?)))
        .collect()
}

/// What a record means, by letter and id. A record that is gone means nothing.
fn meanings(at: &Loading<'_>, loaded: &Loaded) -> Vec<(u8, Uuid)> {
    let connector = at.batch.connector;
    let name = |kind: Kind, source: &str| (kind.letter(), at.ids.of(connector, kind, source));
    loaded
        .meaning
        .iter()
        .filter(|_| !loaded.record.deleted)
        .filter_map(|one| match one {
            Canonical::Order(order) => Some(name(Kind::Order, &order.source_id)),
            Canonical::Product(product) => Some(name(Kind::Product, &product.source_id)),
            Canonical::Payment(payment) => Some(name(Kind::Payment, &payment.source_id)),
            Canonical::Customer(customer) => Some((
                Kind::Customer.letter(),
                customer_id(&at.ids, connector, customer)?,
            )),
        })
        .collect()
}

/// Writes down that a batch was written; false where it was before.
pub(super) async fn note_batch(at: &Loading<'_>) -> Result<bool, DbError> {
    let batch = at.batch;
    let sql = "INSERT INTO applied_batches (workspace_id, run_id, stream, slice, seq, connector_id, applied_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = vec![
        at.workspace.0.into(),
        batch.run.0.into(),
        batch.stream.clone().into(),
        batch.slice.into(),
        batch.seq.into(),
        batch.connector.0.into(),
        at.tx.now().micros().into(),
    ];
    let done = at.tx.execute_raw(statement(&**at.tx, sql, values)).await?;
    Ok(done.rows_affected() > 0)
}
