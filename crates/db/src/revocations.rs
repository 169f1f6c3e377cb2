//! What nodes must not believe any more. A row is written with the change, and every node reads the newest ones from
//! time to time: a lost word on the bus makes nobody believe for longer than that.

use std::time::Duration;

use kit::ids::new_id;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use uuid::Uuid;

use crate::{Db, DbError, Tx, dialect};

/// The bus's topic for them.
pub const TOPIC: &str = "identity";
/// How far back is read: a transaction is committed later than its row was written.
const BACK: Duration = Duration::from_mins(1);
/// How long rows are kept.
const KEPT: Duration = Duration::from_mins(10);

impl Tx {
    /// Has other nodes forget something once this is committed. An embedded store has no other nodes.
    pub async fn revoke(&self, what: &str) -> Result<(), DbError> {
        if self.get_database_backend() != DatabaseBackend::Postgres {
            return Ok(());
        }
        let now = dialect::now_sql(DatabaseBackend::Postgres);
        let sql = format!("INSERT INTO revocations (id, at, what) VALUES ($1, {now}, $2)");
        let values = [new_id().into(), what.into()];
        self.execute_raw(dialect::statement(&**self, &sql, values))
            .await?;
        let body = what.as_bytes().to_vec();
        self.hints.lock().push((TOPIC.to_owned(), body));
        Ok(())
    }
}

/// The newest ones. One that was read before comes again for a while.
pub async fn recent(db: &Db) -> Result<Vec<(Uuid, String)>, DbError> {
    let now = dialect::now_sql(db.read().get_database_backend());
    let sql = format!(
        "SELECT id, what FROM revocations WHERE at > {now} - {}",
        BACK.as_micros()
    );
    let rows = db
        .read()
        .query_all_raw(dialect::statement(db.read(), &sql, []))
        .await?;
    let read = |row: &sea_orm::QueryResult| Ok((row.try_get("", "id")?, row.try_get("", "what")?));
    rows.iter().map(read).collect()
}

/// Removes those that every node has read long ago.
pub async fn forget_old(db: &Db) -> Result<(), DbError> {
    let tx = db.write().await?;
    let now = dialect::now_sql(tx.get_database_backend());
    let sql = format!("DELETE FROM revocations WHERE at < {now} - {}", KEPT.as_micros());
    tx.execute_raw(dialect::statement(&*tx, &sql, [])).await?;
    tx.commit().await
}
