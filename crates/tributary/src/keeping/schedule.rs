//! Backups by the clock, and those that an administrator asks for.

use std::time::Duration;

use db::backups::{self, Claimed};
use uuid::Uuid;

use super::Keeping;
use super::backup::{self, Order};
use super::envelope::Key;
use super::place::{Missing, Place};

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(20);
/// How often the maker says that it lives; a third of its lease.
pub(super) const RENEW: Duration = Duration::from_secs(3);

/// Looks again and again, where a place is configured.
pub(super) fn start(keeping: &Keeping) {
    let settings = &keeping.0.settings;
    if settings.to.is_none() || settings.every.is_zero() {
        return;
    }
    let (keeping, every) = (keeping.clone(), settings.every);
    let life = keeping.0.lifecycle.clone();
    life.clone().spawn("backups", async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK.min(every)) => {}
                () = life.stopping() => return,
            }
            match claim_due(&keeping).await {
                Ok(Some(id)) => {
                    tokio::select! {
                        () = run(&keeping, id) => {}
                        () = life.stopping() => return,
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(error = %error, "it was not seen whether a backup is due"),
            }
        }
    });
}

async fn claim_due(keeping: &Keeping) -> Result<Option<Uuid>, db::DbError> {
    let settings = &keeping.0.settings;
    let tx = keeping.0.db.write().await?;
    let place = shown(settings.to.as_deref().unwrap_or_default());
    let claimed = backups::claim(&tx, &place, Some(settings.every)).await?;
    tx.commit().await?;
    Ok(match claimed {
        Claimed::Yes(id) => Some(id),
        Claimed::Running | Claimed::NotDue => None,
    })
}

/// A place without what may be secret in its address.
pub(super) fn shown(to: &str) -> String {
    match (to.split_once("://"), to.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => to.to_owned(),
    }
}

/// Makes a backup whose row this node holds, and writes down how it ended.
pub(super) async fn run(keeping: &Keeping, id: Uuid) {
    let making = make(keeping, id);
    tokio::pin!(making);
    let outcome = loop {
        tokio::select! {
            outcome = &mut making => break outcome,
            () = tokio::time::sleep(RENEW) => {
                if let Err(error) = backups::renew(&keeping.0.db, id).await {
                    tracing::warn!(error = %error, "the lease of a backup was not renewed");
                }
            }
        }
    };
    match &outcome {
        Ok((bytes, objects)) => {
            tracing::info!(backup.id = %id, bytes, objects, "a backup was made and read again")
        }
        Err(error) => tracing::error!(backup.id = %id, error = format!("{error:#}"), "a backup failed"),
    }
    let ended = outcome.map_err(|error| format!("{error:#}"));
    if let Err(error) = backups::finish(&keeping.0.db, id, ended).await {
        tracing::error!(error = %error, "how a backup ended was not written down");
    }
}

async fn make(keeping: &Keeping, id: Uuid) -> anyhow::Result<(u64, u64)> {
    let settings = &keeping.0.settings;
    let to = settings.to.as_deref().unwrap_or_default();
    let place = Place::open(to, settings.s3.as_ref(), Missing::Make)?;
    let key = Key {
        keys: keeping.0.keys.clone(),
        salt: None,
    };
    let made = backup::make(&Order {
        id,
        db: &keeping.0.db,
        objects: keeping.0.files.blobs(),
        place: &place,
        key: &key,
        incremental: settings.incremental,
        master_keys: None,
    })
    .await?;
    match backup::keep_newest(&place, &key, settings.keep).await {
        Ok(0) => {}
        Ok(gone) => tracing::info!(backups = gone, "old backups were deleted"),
        Err(error) => tracing::warn!(error = format!("{error:#}"), "old backups were not deleted"),
    }
    Ok((made.bytes, made.objects))
}
