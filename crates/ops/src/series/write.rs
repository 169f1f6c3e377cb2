//! A node's minutes, written together.

use std::collections::HashMap;

use db::entity::series;
use db::{DbError, Tx, dialect};
use kit::measure::{Name, Reading};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::MINUTE;
use super::packed::{self, Sets};
use crate::Ops;

/// What one node measured in one minute.
#[derive(Debug)]
pub struct Minute {
    at: i64,
    names: HashMap<Name, Sets>,
}

impl Minute {
    /// From what was taken out of the recorder.
    pub fn new(at: i64, taken: Vec<Reading>) -> Self {
        let mut names: HashMap<Name, Sets> = HashMap::new();
        for reading in taken {
            let sets = names.entry(reading.name).or_default();
            sets.entry(reading.labels.to_vec())
                .or_default()
                .then(&reading.sums);
        }
        Self { at, names }
    }
}

/// Writes minutes of this node and its sign of life, in one transaction.
pub async fn write(ops: &Ops, minutes: &[Minute]) -> Result<(), DbError> {
    let tx = ops.db().write().await?;
    for minute in minutes {
        write_one(&tx, ops.node(), minute).await?;
    }
    sign(&tx, ops).await?;
    tx.commit().await
}

async fn write_one(tx: &Tx, node: Uuid, minute: &Minute) -> Result<(), DbError> {
    // A minute that was begun before, by a stop or by a test, is gone on with.
    let known: HashMap<String, Vec<u8>> = series::Entity::find()
        .filter(series::Column::Step.eq(MINUTE as i32))
        .filter(series::Column::At.eq(minute.at))
        .filter(series::Column::Node.eq(node))
        .all(&**tx)
        .await?
        .into_iter()
        .map(|row| (row.name, row.data))
        .collect();
    let rows: Vec<series::ActiveModel> = minute
        .names
        .iter()
        .map(|(name, sets)| {
            let data = match known.get(name.name()) {
                None => packed::pack_sets(sets),
                Some(before) => {
                    let mut all = Sets::new();
                    packed::beside(&mut all, before, name.kind());
                    packed::then(&mut all, sets.clone());
                    packed::pack_sets(&all)
                }
            };
            let row = series::Model {
                name: name.name().to_owned(),
                step: MINUTE as i32,
                at: minute.at,
                node,
                data,
            };
            row.into_active_model()
        })
        .collect();
    put(tx, rows).await
}

/// Writes rows; those that were there are replaced.
pub(super) async fn put(tx: &Tx, rows: Vec<series::ActiveModel>) -> Result<(), DbError> {
    use series::Column as C;
    if rows.is_empty() {
        return Ok(());
    }
    let replace = OnConflict::columns([C::Name, C::Step, C::At, C::Node])
        .update_column(C::Data)
        .to_owned();
    series::Entity::insert_many(rows)
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

async fn sign(tx: &Tx, ops: &Ops) -> Result<(), DbError> {
    let sql = "INSERT INTO node_signs (node, name, version, started_at, seen_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (node) DO UPDATE SET seen_at = $5";
    let values = [
        ops.node().into(),
        ops.config().node_name.clone().into(),
        ops.config().version.clone().into(),
        ops.started_at().micros().into(),
        tx.now().micros().into(),
    ];
    tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
    Ok(())
}
