//! Working on runs: a few at once, each with a lease that is kept while it is read.

use std::time::Duration;

use db::entity::sync_runs;
use db::sync_kinds::SliceState;
use db::{Db, DbError};
use tokio_util::sync::CancellationToken;

use super::leases::{self, Lease, Renewed};
use super::news::{self, Progress};
use super::{reading, slices};
use crate::ingest::word_or;
use crate::{Business, connectors};

/// How often it is looked for runs that nobody told of.
const LOOK: Duration = Duration::from_secs(2);
/// How often others are told of progress, at most.
const TELL: Duration = Duration::from_secs(1);
/// How often a lease is renewed, in such steps.
const RENEW: u32 = 3;

pub(super) fn start(business: &Business) {
    for _ in 0..business.config().ingest.readers {
        let business = business.clone();
        let life = business.lifecycle().clone();
        life.clone().spawn("sync", async move {
            while !life.is_stopping() {
                match leases::claim(business.db()).await {
                    Ok(Some(run)) => {
                        work(&business, run).await;
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(error = %error, "runs cannot be claimed"),
                }
                tokio::select! {
                    () = word_or(&business.ingest().runs, LOOK) => {}
                    () = life.stopping() => {}
                }
            }
        });
    }
}

async fn work(business: &Business, run: sync_runs::Model) {
    let lease = Lease::of(&run);
    let unwanted = CancellationToken::new();
    let id = run.id;
    let kept = keep(business, run.clone(), lease, unwanted.clone());
    let outcome = tokio::select! {
        outcome = reading::read(business, run, lease, unwanted) => outcome,
        () = kept => return tracing::warn!(run = %id, "another node goes on with this run"),
    };
    if let Err(error) = outcome {
        // The store, most likely: the run is taken again, by this node or another.
        tracing::warn!(run = %id, error = %error, "a run was not finished");
        tokio::time::sleep(LOOK).await;
        if let Err(error) = lease.hand_over(business.db()).await {
            tracing::warn!(run = %id, error = %error, "its lease runs out by itself");
        }
    }
}

/// Renews the lease and tells of progress; ends when the lease is lost.
async fn keep(business: &Business, run: sync_runs::Model, lease: Lease, unwanted: CancellationToken) {
    let mut told = Progress::default();
    let mut step = 0_u32;
    loop {
        tokio::time::sleep(TELL).await;
        step = step.wrapping_add(1);
        if let Err(error) = tell(business, &run, &mut told).await {
            tracing::debug!(run = %run.id, error = %error, "progress could not be told");
        }
        if !step.is_multiple_of(RENEW) {
            continue;
        }
        match lease.renew(business.db()).await {
            Ok(Renewed::Held) => {}
            Ok(Renewed::Unwanted) => unwanted.cancel(),
            Ok(Renewed::Lost) => return,
            Err(error) => tracing::warn!(run = %run.id, error = %error, "a lease could not be renewed"),
        }
    }
}

async fn tell(business: &Business, run: &sync_runs::Model, told: &mut Progress) -> Result<(), DbError> {
    let now = progress_of(business.db(), run).await?;
    if now == *told || now.planned == 0 {
        return Ok(());
    }
    let Some(row) = connectors::find(business.db().read(), run.workspace_id, run.connector_id).await? else {
        return Ok(());
    };
    let tx = business.db().write().await?;
    news::progress(&tx, run, &row, now).await?;
    tx.commit().await?;
    *told = now;
    Ok(())
}

async fn progress_of(db: &Db, run: &sync_runs::Model) -> Result<Progress, DbError> {
    let all = slices::all(db.read(), run.workspace_id, run.id).await?;
    Ok(Progress {
        done: all.iter().filter(|slice| slice.state == SliceState::Done).count() as u64,
        planned: all.len() as u64,
        records: all.iter().map(|slice| slice.records_written).sum(),
    })
}
