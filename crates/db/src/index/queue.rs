//! What waits to be indexed, handed out to the workers of all nodes.

use std::time::Duration;

use kit::clock::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::entity::index_queue;
use crate::{Db, DbError, dialect};

/// How long a worker may take before another one assumes it dead.
const LEASE: Duration = Duration::from_mins(1);

/// Takes what is due, oldest first, for a minute.
pub async fn claim(db: &Db, limit: u64) -> Result<Vec<index_queue::Model>, DbError> {
    let now = db.clock().now();
    // A look without the write lock first: an idle node should not write.
    if due_after(db).await?.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let tx = db.write().await?;
    let lock = dialect::skip_locked_sql(tx.get_database_backend());
    let sql = format!(
        "UPDATE index_queue SET due_at = $2, attempts = attempts + 1 WHERE (workspace_id, kind, source_id) IN \
         (SELECT workspace_id, kind, source_id FROM index_queue WHERE due_at <= $1 ORDER BY due_at LIMIT $3 {lock}) \
         RETURNING *"
    );
    let values = [
        now.micros().into(),
        now.plus(LEASE).micros().into(),
        (limit as i64).into(),
    ];
    let rows = tx.query_all_raw(dialect::statement(&*tx, &sql, values)).await?;
    tx.commit().await?;
    let rows: Result<Vec<_>, _> = rows
        .iter()
        .map(|row| index_queue::Model::from_query_result(row, ""))
        .collect();
    let mut rows = rows?;
    rows.sort_by_key(|row| (row.queued_at, row.ticket));
    Ok(rows)
}

/// When the next one is due, if any waits.
pub async fn due_after(db: &Db) -> Result<Option<Timestamp>, DbError> {
    let due: Option<i64> = index_queue::Entity::find()
        .select_only()
        .column(index_queue::Column::DueAt)
        .order_by_asc(index_queue::Column::DueAt)
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(due.map(Timestamp))
}

/// Lets those wait that could not be indexed now.
pub async fn postpone(db: &Db, tickets: &[Uuid], wait: Duration) -> Result<(), DbError> {
    let tx = db.write().await?;
    let change = index_queue::ActiveModel {
        due_at: sea_orm::ActiveValue::Set(tx.now().plus(wait).micros()),
        ..Default::default()
    };
    index_queue::Entity::update_many()
        .set(change)
        .filter(index_queue::Column::Ticket.is_in(tickets.iter().copied()))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
