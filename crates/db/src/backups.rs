//! The list of backups. Whoever makes one holds its row by a lease, so that no two are made at once.

use std::time::Duration;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::entity::backups::{ActiveModel, Column, Entity, Model};
use crate::leases::{has_passed, later};
use crate::{Db, DbError, Tx};

/// The lock under which one backup at a time begins.
const LOCK: i64 = 0x7472_6962_626b;
/// How soon one that failed is tried again.
const AGAIN: Duration = Duration::from_hours(1);

/// Why a backup does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It begins, under this name.
    Yes(Uuid),
    /// Another one is being made.
    Running,
    /// The last one is young enough.
    NotDue,
}

/// Begins one, if none is being made and, where the clock asks, the last one is older than `every`.
pub async fn claim(tx: &Tx, place: &str, every: Option<Duration>) -> Result<Claimed, DbError> {
    tx.alone(LOCK).await?;
    let now = tx.now();
    Entity::update_many()
        .col_expr(Column::State, Expr::value("failed"))
        .col_expr(Column::Error, Expr::value("Whoever made it is gone."))
        .col_expr(Column::FinishedAt, Expr::value(now.micros()))
        .filter(Column::State.eq("running"))
        .filter(has_passed(&**tx, "backups.leased_until"))
        .exec(&**tx)
        .await?;
    let running = Entity::find()
        .filter(Column::State.eq("running"))
        .count(&**tx)
        .await?;
    if running > 0 {
        return Ok(Claimed::Running);
    }
    if let Some(every) = every {
        let young = |state: &str, age: Duration| {
            Column::State
                .eq(state)
                .and(Column::At.gt(now.minus(age).micros()))
        };
        let recent = young("done", every).or(young("failed", every.min(AGAIN)));
        if Entity::find().filter(recent).count(&**tx).await? > 0 {
            return Ok(Claimed::NotDue);
        }
    }
    let id = kit::ids::new_id();
    let row = ActiveModel {
        id: Set(id),
        state: Set("running".to_owned()),
        place: Set(place.to_owned()),
        scheduled: Set(every.is_some()),
        verified: Set(false),
        bytes: Set(0),
        objects: Set(0),
        error: Set(None),
        leased_until: Set(now.micros()),
        at: Set(now.micros()),
        finished_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    extend(tx, id).await?;
    Ok(Claimed::Yes(id))
}

async fn extend(tx: &Tx, id: Uuid) -> Result<(), DbError> {
    Entity::update_many()
        .col_expr(Column::LeasedUntil, later(&**tx))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Says that the maker lives.
pub async fn renew(db: &Db, id: Uuid) -> Result<(), DbError> {
    let tx = db.write().await?;
    extend(&tx, id).await?;
    tx.commit().await
}

/// How a backup ended: bytes and objects, or why not.
pub async fn finish(db: &Db, id: Uuid, outcome: Result<(u64, u64), String>) -> Result<(), DbError> {
    let tx = db.write().await?;
    let mut row = ActiveModel {
        finished_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    match outcome {
        Ok((bytes, objects)) => {
            row.state = Set("done".to_owned());
            row.verified = Set(true);
            row.bytes = Set(bytes as i64);
            row.objects = Set(objects as i64);
        }
        Err(why) => {
            row.state = Set("failed".to_owned());
            row.error = Set(Some(why));
        }
    }
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// The newest ones, after a position.
pub async fn list(db: &Db, after: Option<Uuid>, limit: u64) -> Result<Vec<Model>, DbError> {
    let mut select = Entity::find();
    if let Some(after) = after {
        select = select.filter(Column::Id.lt(after));
    }
    Ok(select
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db.read())
        .await?)
}

/// One of them.
pub async fn find(tx: &Tx, id: Uuid) -> Result<Option<Model>, DbError> {
    Ok(Entity::find_by_id(id).one(&**tx).await?)
}

/// The last one that succeeded.
pub async fn last_good(db: &Db) -> Result<Option<Model>, DbError> {
    Ok(Entity::find()
        .filter(Column::State.eq("done"))
        .order_by_desc(Column::Id)
        .one(db.read())
        .await?)
}
