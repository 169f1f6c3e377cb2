//! Who reads which run, by the clock of the store.

use std::time::Duration;

use db::dialect::{now_sql, skip_locked_sql, statement};
use db::entity::sync_runs;
use db::sync_kinds::SyncStatus;
use db::{Db, DbError, SyncRunId, Tx, WorkspaceId};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QuerySelect};

/// How long a reader is believed to live after its last word.
const LEASE: Duration = Duration::from_secs(15);

/// One reader's right to one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub workspace: WorkspaceId,
    pub run: SyncRunId,
    pub fence: i64,
}

/// What is left of a lease that was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewed {
    /// It goes on.
    Held,
    /// It goes on, and somebody wants it to end.
    Unwanted,
    /// Somebody else has it, or it is over.
    Lost,
}

/// Takes the oldest run that waits, or whose reader has died.
pub(super) async fn claim(db: &Db) -> Result<Option<sync_runs::Model>, DbError> {
    let backend = db.read().get_database_backend();
    let (now, lock) = (now_sql(backend), skip_locked_sql(backend));
    let free = format!("(status = 'queued' OR (status = 'running' AND leased_until < {now}))");
    // A look without the write lock: an idle node should not write.
    let look = format!("SELECT id FROM sync_runs WHERE {free} LIMIT 1");
    if db.read().query_one_raw(statement(db.read(), &look, [])).await?.is_none() {
        return Ok(None);
    }
    let tx = db.write().await?;
    let sql = format!(
        "UPDATE sync_runs SET status = 'running', fence = fence + 1, node = $1, leased_until = {now} + {lease}, \
         started_at = COALESCE(started_at, $2) WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM sync_runs \
         WHERE {free} ORDER BY created_at, id LIMIT 1 {lock}) RETURNING *",
        lease = LEASE.as_micros(),
    );
    let values = [db.bus().node().into(), tx.now().micros().into()];
    let row = tx.query_one_raw(statement(&*tx, &sql, values)).await?;
    let row = row.map(|row| sync_runs::Model::from_query_result(&row, "")).transpose()?;
    tx.commit().await?;
    Ok(row)
}

impl Lease {
    pub const fn of(run: &sync_runs::Model) -> Self {
        Self {
            workspace: run.workspace_id,
            run: run.id,
            fence: run.fence,
        }
    }

    /// Makes it last longer.
    pub async fn renew(self, db: &Db) -> Result<Renewed, DbError> {
        let tx = db.write().await?;
        let now = now_sql(tx.get_database_backend());
        let sql = format!(
            "UPDATE sync_runs SET leased_until = {now} + {} WHERE workspace_id = $1 AND id = $2 AND fence = $3 \
             AND status = 'running' RETURNING cancel_requested",
            LEASE.as_micros()
        );
        let values = [self.workspace.0.into(), self.run.0.into(), self.fence.into()];
        let row = tx.query_one_raw(statement(&*tx, &sql, values)).await?;
        tx.commit().await?;
        Ok(match row {
            None => Renewed::Lost,
            Some(row) if row.try_get("", "cancel_requested")? => Renewed::Unwanted,
            Some(_) => Renewed::Held,
        })
    }

    /// The run, if the lease still holds; nobody can take it before the end of this transaction.
    pub async fn holds(self, tx: &Tx) -> Result<Option<sync_runs::Model>, DbError> {
        Ok(sync_runs::Entity::of(self.workspace)
            .filter(sync_runs::Column::Id.eq(self.run))
            .filter(sync_runs::Column::Fence.eq(self.fence))
            .filter(sync_runs::Column::Status.eq(SyncStatus::Running))
            .lock_exclusive()
            .one(&**tx)
            .await?)
    }

    /// The run, if the lease still holds now. For writers, whose own right is the lane's: nobody is kept waiting.
    pub async fn reads(self, tx: &Tx) -> Result<Option<sync_runs::Model>, DbError> {
        Ok(sync_runs::Entity::of(self.workspace)
            .filter(sync_runs::Column::Id.eq(self.run))
            .filter(sync_runs::Column::Fence.eq(self.fence))
            .filter(sync_runs::Column::Status.eq(SyncStatus::Running))
            .one(&**tx)
            .await?)
    }

    /// Offers the run to whoever goes on with it: this node stops.
    pub async fn hand_over(self, db: &Db) -> Result<(), DbError> {
        let tx = db.write().await?;
        let sql = "UPDATE sync_runs SET leased_until = 0 WHERE workspace_id = $1 AND id = $2 AND fence = $3";
        let values = [self.workspace.0.into(), self.run.0.into(), self.fence.into()];
        tx.execute_raw(statement(&*tx, sql, values)).await?;
        tx.commit().await
    }
}

/// Lets every lease run out at once.
pub(super) async fn expire_all(db: &Db) -> Result<(), DbError> {
    let tx = db.write().await?;
    tx.execute_raw(statement(&*tx, "UPDATE sync_runs SET leased_until = 0", []))
        .await?;
    tx.commit().await
}
