//! What a call really cost takes the place of what was set aside for it.

use std::collections::BTreeMap;

use db::entity::{budget_reservations, budgets};
use db::events::Scope;
use db::{DbError, Event, Tx, dialect};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{Held, Hold, period};
use crate::Ai;

/// What changes in one budget.
#[derive(Default)]
struct Change {
    spent: i64,
    freed: i64,
}

/// Settles holds, each with what its call cost, in the transaction that writes the calls down.
pub async fn settle(ai: &Ai, tx: &Tx, mut settled: Vec<(Hold, i64)>) -> Result<(), DbError> {
    if settled.is_empty() {
        return Ok(());
    }
    settled.sort_by_key(|(hold, _)| (hold.budget, hold.call));
    let mut changes: BTreeMap<Uuid, Vec<(Hold, i64)>> = BTreeMap::new();
    for (hold, cost) in settled {
        changes.entry(hold.budget).or_default().push((hold, cost));
    }
    for (id, settled) in changes {
        // The budget is held first, as whoever sets aside does.
        let Some(budget) = held(tx, id).await? else {
            continue;
        };
        let mut change = Change::default();
        for (hold, cost) in settled {
            let gone = budget_reservations::Entity::delete_by_id((id, hold.call))
                .exec(&**tx)
                .await?;
            // What ran out before has been given back already.
            change.freed += if gone.rows_affected == 1 { hold.amount } else { 0 };
            change.spent += cost;
        }
        apply(ai, tx, &budget, &change).await?;
    }
    Ok(())
}

async fn held(tx: &Tx, id: Uuid) -> Result<Option<budgets::Model>, DbError> {
    use sea_orm::QuerySelect;
    Ok(budgets::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

async fn apply(ai: &Ai, tx: &Tx, budget: &budgets::Model, change: &Change) -> Result<(), DbError> {
    let now = period::began(budget.period, tx.now()).micros();
    let start = Ord::max(now, budget.window_start);
    let before = if budget.window_start < start {
        0
    } else {
        budget.spent_micros
    };
    let spent = before.saturating_add(change.spent);
    let sql = "UPDATE budgets SET spent_micros = $2, window_start = $3, reserved_micros = reserved_micros - $4 \
               WHERE id = $1";
    let values = [budget.id.into(), spent.into(), start.into(), change.freed.into()];
    tx.execute_raw(dialect::statement(&**tx, sql, values)).await?;
    if spent >= budget.limit_micros && budget.warned_at < start {
        ai.0.budgets.reached.lock().push(budget.id);
        ai.0.log.wake();
    }
    Ok(())
}

/// Gives back what calls left that were never made or written down, and tells which limits were reached.
pub async fn flush(ai: &Ai) -> Result<(), DbError> {
    let holds = std::mem::take(&mut *ai.0.budgets.given_back.lock());
    if !holds.is_empty() {
        let given = give_back(ai, &holds).await;
        if given.is_err() {
            ai.0.budgets.given_back.lock().extend(holds);
        }
        given?;
    }
    let reached = std::mem::take(&mut *ai.0.budgets.reached.lock());
    for id in reached {
        tell(ai, id).await?;
    }
    Ok(())
}

/// Gives back at once what was set aside for a call that was not made.
pub async fn release(ai: &Ai, mut held: Held) {
    let holds = held.take();
    if holds.is_empty() {
        return;
    }
    if let Err(error) = give_back(ai, &holds).await {
        tracing::warn!(error = %error, "what was set aside is given back later");
        ai.0.budgets.given_back.lock().extend(holds);
        ai.0.log.wake();
    }
}

async fn give_back(ai: &Ai, holds: &[Hold]) -> Result<(), DbError> {
    let tx = ai.db().write().await?;
    settle(ai, &tx, holds.iter().map(|hold| (*hold, 0)).collect()).await?;
    tx.commit().await
}

/// Tells once a period that a limit is reached: an event of the workspace, and a row of the trail.
async fn tell(ai: &Ai, id: Uuid) -> Result<(), DbError> {
    let tx = ai.db().write().await?;
    let first = budgets::Entity::update_many()
        .col_expr(budgets::Column::WarnedAt, Expr::col(budgets::Column::WindowStart))
        .filter(budgets::Column::Id.eq(id))
        .filter(Expr::col(budgets::Column::WarnedAt).lt(Expr::col(budgets::Column::WindowStart)))
        .filter(Expr::col(budgets::Column::SpentMicros).gte(Expr::col(budgets::Column::LimitMicros)))
        .exec(&*tx)
        .await?;
    let row = budgets::Entity::find_by_id(id).one(&*tx).await?;
    if let Some(row) = row.filter(|_| first.rows_affected == 1) {
        let payload = json!({
            "budget_id": id, "hard": row.hard, "spent_micros": row.spent_micros, "limit_micros": row.limit_micros,
        });
        if let Some(workspace) = row.workspace_id {
            let event = Event {
                scope: Scope::Workspace(workspace),
                workspace: Some(workspace),
                kind: "budget.reached",
                payload: &payload,
            };
            tx.event(event).await?;
        }
        let house = identity::Actor {
            workspace: row.workspace_id,
            user: None,
            address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        };
        identity::audit(&tx, house, "budget.reached", id, &payload).await?;
        tracing::warn!(budget.id = %id, hard = row.hard, "a budget is used up");
    }
    tx.commit().await
}
