//! Firing what is due, on every node.

use std::time::Duration;

use db::dialect::{now_sql, statement};
use db::entity::schedules;
use db::jobs::{Job, JobError};
use db::{Db, DbError, WorkspaceId};
use kit::clock::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Due, Spec};
use crate::{Business, sync, workflows};

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(5);
/// How many are fired in one look.
const AT_ONCE: u64 = 200;

/// Does what a slot of a schedule is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDue {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The schedule.
    pub schedule: Uuid,
    /// Which time, in microseconds UTC.
    pub slot: i64,
}

impl Job for RunDue {
    const KIND: &'static str = "business.due";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.schedule, self.slot))
    }
}

impl RunDue {
    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let Some(row) = super::get(business.db().read(), self.workspace, self.schedule).await? else {
            return Ok(());
        };
        match serde_json::from_str(&row.what)? {
            Due::Sync { connector } => Ok(sync::begin_due(&business, self.workspace, connector).await?),
            Due::Workflow { workflow } => {
                let slot = Timestamp(self.slot);
                Ok(workflows::run_due(&business, self.workspace, workflow, slot).await?)
            }
        }
    }
}

/// Looks again and again until the program stops.
pub fn start(business: &Business) {
    let (db, life) = (business.db().clone(), business.lifecycle().clone());
    business.lifecycle().spawn("schedules", async move {
        while !life.is_stopping() {
            if let Err(error) = fire_due(&db).await {
                tracing::warn!(error = %error, "schedules could not be fired");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = life.stopping() => {}
            }
        }
    });
}

/// Fires every slot that is due and that nobody else has fired; answers how many.
pub async fn fire_due(db: &Db) -> Result<usize, DbError> {
    let due = schedules::Entity::find()
        .filter(schedules::Column::Paused.eq(false))
        .filter(schedules::Column::NextDue.lte(db.now().micros()))
        .order_by_asc(schedules::Column::NextDue)
        .limit(AT_ONCE)
        .all(db.read())
        .await?;
    let mut fired = 0;
    for row in due {
        fired += usize::from(fire(db, &row).await?);
    }
    Ok(fired)
}

/// Moves the schedule on and adds the job of the slot; both, or neither because somebody else did.
async fn fire(db: &Db, row: &schedules::Model) -> Result<bool, DbError> {
    let spec: Spec = serde_json::from_str(&row.spec)?;
    let tx = db.write().await?;
    let now = tx.now();
    let Ok(next) = spec.next(row.id, now.max(Timestamp(row.next_due))) else {
        super::pause(&tx, row.workspace_id, row.id, Some("There is no next time.")).await?;
        tx.commit().await?;
        return Ok(false);
    };
    // The embedded store has one process, whose clock is the one; a server's clock is that of all nodes.
    let by_the_store = match tx.get_database_backend() {
        DatabaseBackend::Postgres => format!("next_due <= {}", now_sql(DatabaseBackend::Postgres)),
        _ => format!("next_due <= {}", now.micros()),
    };
    let sql = format!(
        "UPDATE schedules SET last_slot = next_due, next_due = $1 \
         WHERE workspace_id = $2 AND id = $3 AND next_due = $4 AND NOT paused AND {by_the_store}"
    );
    let values = [
        next.micros().into(),
        row.workspace_id.0.into(),
        row.id.into(),
        row.next_due.into(),
    ];
    let moved = tx.execute_raw(statement(&*tx, &sql, values)).await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    let job = RunDue {
        workspace: row.workspace_id,
        schedule: row.id,
        slot: row.next_due,
    };
    tx.job(&job).await?;
    tx.commit().await?;
    Ok(true)
}
