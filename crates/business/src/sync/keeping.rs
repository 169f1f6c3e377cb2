//! Keeping order: what is old goes, and schedules follow the plan of their workspace.

use std::time::Duration;

use db::dialect::statement;
use db::entity::{connectors as rows, schedules as schedule_rows};
use db::{Db, DbError, Tx};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::schedules::{self, Period, Spec};
use crate::{Business, connectors, queue};

const EVERY: Duration = Duration::from_hours(1);
/// How long runs can be looked at.
const RUNS: Duration = Duration::from_hours(90 * 24);
/// How long their slices are.
const SLICES: Duration = Duration::from_hours(7 * 24);
/// How long a webhook that comes again has no second effect: the longest that a source tries is three days.
const KEYS: Duration = Duration::from_hours(14 * 24);
/// How long the bodies of webhooks are kept.
const BODIES: Duration = Duration::from_hours(30 * 24);

pub(super) fn start(business: &Business) {
    let business = business.clone();
    let life = business.lifecycle().clone();
    life.clone().spawn("order of syncs", async move {
        while !life.is_stopping() {
            if let Err(error) = forget_old(business.db()).await {
                tracing::warn!(error = %error, "old runs and webhooks were not forgotten");
            }
            if let Err(error) = follow_plans(&business).await {
                tracing::warn!(error = %error, "schedules do not follow the plans");
            }
            if let Err(error) = queue::sweep(business.db(), business.files().blobs()).await {
                tracing::warn!(error = %error, "objects of the queue were not swept");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = life.stopping() => {}
            }
        }
    });
}

async fn delete(tx: &Tx, sql: &str, before: i64) -> Result<(), DbError> {
    tx.execute_raw(statement(&**tx, sql, [before.into()])).await?;
    Ok(())
}

async fn forget_old(db: &Db) -> Result<(), DbError> {
    let tx = db.write().await?;
    let ago = |age: Duration| tx.now().minus(age).micros();
    let of_old = "WHERE EXISTS (SELECT 1 FROM sync_runs r WHERE r.workspace_id = sync_slices.workspace_id \
                  AND r.id = sync_slices.run_id AND r.finished_at < $1)";
    delete(&tx, &format!("DELETE FROM sync_slices {of_old}"), ago(SLICES)).await?;
    delete(&tx, "DELETE FROM sync_runs WHERE finished_at < $1", ago(RUNS)).await?;
    let forget_keys = "UPDATE webhook_inbox SET key = 'old:' || CAST(id AS TEXT) \
                       WHERE received_at < $1 AND key NOT LIKE 'old:%'";
    let forget_keys = match tx.get_database_backend() {
        sea_orm::DatabaseBackend::Postgres => forget_keys.to_owned(),
        _ => forget_keys.replace("CAST(id AS TEXT)", "hex(id)"),
    };
    delete(&tx, &forget_keys, ago(KEYS)).await?;
    delete(&tx, "DELETE FROM webhook_inbox WHERE received_at < $1", ago(BODIES)).await?;
    tx.commit().await
}

/// A workspace whose plan changed has its sources read as often as the new one says.
async fn follow_plans(business: &Business) -> Result<(), DbError> {
    let all = rows::Entity::find().all(business.db().read()).await?;
    for row in all {
        let Some(id) = row.schedule_id else { continue };
        let minutes = connectors::minutes_of(business, business.db().read(), row.workspace_id).await?;
        let found = schedules::get(business.db().read(), row.workspace_id, id).await?;
        if found.as_ref().is_none_or(|found| minutes_between(found) == Some(minutes)) {
            continue;
        }
        let tx = business.db().write().await?;
        schedules::change(&tx, row.workspace_id, id, &Spec::every_minutes(minutes)).await?;
        connectors::announce(&tx, row.workspace_id, row.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn minutes_between(row: &schedule_rows::Model) -> Option<u32> {
    match serde_json::from_str::<Spec>(&row.spec).ok()?.every {
        Period::Every { minutes } => Some(minutes),
        _ => None,
    }
}
