//! What one node does for all: a duty is held by a lease, by the clock of the store's transactions.

use std::time::Duration;

use db::{Db, DbError, dialect};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// How long a duty is held without being taken again.
const LEASE: Duration = Duration::from_secs(90);

/// Takes a duty, or takes it again; answers whether this node has it.
pub async fn take(db: &Db, name: &str, node: Uuid) -> Result<bool, DbError> {
    let tx = db.write().await?;
    let sql = "INSERT INTO duties (name, node, leased_until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
               SET node = $2, leased_until = $3 WHERE duties.node = $2 OR duties.leased_until < $4";
    let now = tx.now();
    let values = [
        name.into(),
        node.into(),
        now.plus(LEASE).micros().into(),
        now.micros().into(),
    ];
    let done = tx.execute_raw(dialect::statement(&*tx, sql, values)).await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a duty back, so that another node need not wait.
pub async fn give_back(db: &Db, name: &str, node: Uuid) -> Result<(), DbError> {
    let tx = db.write().await?;
    let sql = "DELETE FROM duties WHERE name = $1 AND node = $2";
    tx.execute_raw(dialect::statement(&*tx, sql, [name.into(), node.into()]))
        .await?;
    tx.commit().await
}
