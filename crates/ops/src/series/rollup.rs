//! Minutes become hours, hours become days, and what is old goes.

use std::collections::BTreeMap;
use std::time::Duration;

use db::entity::series::{Column as C, Entity, Model};
use db::{DbError, dialect};
use kit::measure::{Kind, Name};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::packed::{self, Sets};
use super::{DAY, HOUR, MINUTE, write};
use crate::Ops;

/// How long a node may take to write its minute.
const LATE: i64 = 3 * MINUTE;
/// The lock under which one node at a time rolls up.
const LOCK: i64 = 0x726f_6c6c_7570;
/// Steps that are made up for at once, after a pause.
const MOST: usize = 400;

/// Rolls up every hour and day that is complete, and forgets what is older than it may be.
pub async fn roll_up(ops: &Ops) -> Result<(), DbError> {
    for (from, to) in [(MINUTE, HOUR), (HOUR, DAY)] {
        for _ in 0..MOST {
            if !step(ops, from, to).await? {
                break;
            }
        }
    }
    let config = ops.config();
    for (step, kept) in [(MINUTE, config.minutes), (HOUR, config.hours), (DAY, config.days)] {
        forget(ops, step, kept).await?;
    }
    Ok(())
}

/// Where the next step of a length begins: after the last one, or with the first of what it is made from.
async fn next(ops: &Ops, from: i64, to: i64) -> Result<Option<i64>, DbError> {
    if let Some(done) = rolled_until(ops, to).await? {
        // What nothing was measured in is passed over.
        return Ok(first(ops, from, done).await?.map(|at| at.div_euclid(to) * to));
    }
    Ok(first(ops, from, i64::MIN).await?.map(|at| at.div_euclid(to) * to))
}

async fn first(ops: &Ops, step: i64, since: i64) -> Result<Option<i64>, DbError> {
    Ok(Entity::find()
        .filter(C::Step.eq(step as i32))
        .filter(C::At.gte(since))
        .order_by_asc(C::At)
        .limit(1)
        .select_only()
        .column(C::At)
        .into_tuple()
        .one(ops.db().read())
        .await?)
}

/// Up to when steps of this length were made.
pub(super) async fn rolled_until(ops: &Ops, step: i64) -> Result<Option<i64>, DbError> {
    let last: Option<i64> = Entity::find()
        .filter(C::Step.eq(step as i32))
        .order_by_desc(C::At)
        .limit(1)
        .select_only()
        .column(C::At)
        .into_tuple()
        .one(ops.db().read())
        .await?;
    Ok(last.map(|at| at + step))
}

async fn step(ops: &Ops, from: i64, to: i64) -> Result<bool, DbError> {
    let Some(at) = next(ops, from, to).await? else {
        return Ok(false);
    };
    if at + to + LATE > ops.now().seconds() {
        return Ok(false);
    }
    let tx = ops.db().write().await?;
    tx.alone(LOCK).await?;
    let rows = Entity::find()
        .filter(C::Step.eq(from as i32))
        .filter(C::At.gte(at))
        .filter(C::At.lt(at + to))
        .order_by_asc(C::At)
        .all(&*tx)
        .await?;
    let mut by_name: BTreeMap<String, BTreeMap<i64, Sets>> = BTreeMap::new();
    for row in rows {
        let kind = Name::find(&row.name).map_or(Kind::Count, Name::kind);
        let moments = by_name.entry(row.name).or_default();
        packed::beside(moments.entry(row.at).or_default(), &row.data, kind);
    }
    let rows = by_name.into_iter().map(|(name, moments)| {
        let mut all = Sets::new();
        for sets in moments.into_values() {
            packed::then(&mut all, sets);
        }
        let row = Model {
            name,
            step: to as i32,
            at,
            node: Uuid::nil(),
            data: packed::pack_sets(&all),
        };
        row.into_active_model()
    });
    write::put(&tx, rows.collect()).await?;
    tx.commit().await?;
    Ok(true)
}

async fn forget(ops: &Ops, step: i64, kept: Duration) -> Result<(), DbError> {
    let before = ops.now().minus(kept).seconds();
    let oldest = first(ops, step, i64::MIN).await?;
    // A look first: an idle server should not write. And not for each single minute.
    if oldest.is_none_or(|at| at >= before - HOUR.max(step)) {
        return Ok(());
    }
    let tx = ops.db().write().await?;
    let sql = "DELETE FROM series WHERE step = $1 AND at < $2";
    let values = [(step as i32).into(), before.into()];
    tx.execute_raw(dialect::statement(&*tx, sql, values)).await?;
    tx.commit().await
}
