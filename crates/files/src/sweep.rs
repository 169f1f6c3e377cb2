//! The sweep: what jobs have missed. Uploads that nobody completed; objects older than a day that no row knows, which a
//! process that was killed has left; files that wait to be scanned and have no job. An object that is being written has no
//! row yet, but it is not a day old either.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use db::entity::{blobs, file_previews, files, jobs, uploads};
use db::jobs::Job;
use db::kinds::{FileStatus, JobState};
use db::{DbError, FileId, WorkspaceId};
use futures::StreamExt;
use kit::api::ApiError;
use kit::blobs::{Kind, Listed};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::scan::ScanFile;
use crate::{Files, uploads as parts};

const EVERY: Duration = Duration::from_hours(6);
const AGE: Duration = Duration::from_hours(24);
/// How long a file may wait to be scanned before it is looked whether its job is still there.
const WAITING: Duration = Duration::from_mins(30);
/// How many objects are compared with their rows at once.
const BATCH: usize = 500;

pub(crate) fn start(files: &Files) {
    let (files, life) = (files.clone(), files.lifecycle().clone());
    files.lifecycle().clone().spawn("sweep of files", async move {
        while !life.is_stopping() {
            tokio::select! {
                swept = sweep(&files) => if let Err(error) = swept {
                    tracing::warn!(error = %error, "the sweep of files was not finished");
                },
                () = life.stopping() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = life.stopping() => {}
            }
        }
    });
}

async fn sweep(files: &Files) -> Result<(), ApiError> {
    forget_uploads(files).await?;
    scan_forgotten(files).await?;
    let before = files.db().now().minus(AGE);
    let mut removed = files.blobs().sweep_staged(before).await?;
    for kind in [Kind::Object, Kind::Part] {
        let mut old = files.blobs().list_older_than(kind, before).ready_chunks(BATCH);
        while let Some(batch) = old.next().await {
            let batch: Vec<Listed> = batch.into_iter().collect::<Result<_, _>>()?;
            removed += remove_orphans(files, kind, batch).await?;
        }
    }
    if removed > 0 {
        tracing::info!(objects = removed, "objects that nothing refers to were removed");
    }
    Ok(())
}

/// Uploads that were not completed in time.
async fn forget_uploads(files: &Files) -> Result<(), DbError> {
    let tx = files.db().write().await?;
    let expired = uploads::Entity::find()
        .filter(uploads::Column::ExpiresAt.lte(tx.now().micros()))
        .all(&*tx)
        .await?;
    for upload in expired {
        parts::forget(&tx, upload.workspace_id, upload.id).await?;
    }
    tx.commit().await
}

/// Files that wait for a verdict that nobody is working on.
async fn scan_forgotten(files: &Files) -> Result<(), DbError> {
    let long_ago = files.db().now().minus(WAITING).micros();
    let waiting = files::Entity::find()
        .filter(files::Column::Status.eq(FileStatus::Scanning))
        .filter(files::Column::UpdatedAt.lt(long_ago))
        .all(files.db().read())
        .await?;
    for file in waiting {
        let its_jobs = format!("{}:{}:", ScanFile::KIND, file.id);
        let coming = jobs::Entity::find()
            .filter(jobs::Column::UniqueKey.starts_with(its_jobs))
            .filter(jobs::Column::State.is_in([JobState::Waiting, JobState::Running]))
            .count(files.db().read())
            .await?;
        if coming == 0 {
            let tx = files.db().write().await?;
            tx.job(&ScanFile::first(&file)).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn remove_orphans(files: &Files, kind: Kind, batch: Vec<Listed>) -> Result<usize, ApiError> {
    let mut owners: BTreeMap<Uuid, Vec<Listed>> = BTreeMap::new();
    for listed in batch {
        owners.entry(listed.owner).or_default().push(listed);
    }
    let mut removed = 0;
    for (owner, listed) in owners {
        let known = Known::of(files, WorkspaceId(owner), &listed).await?;
        for object in listed.iter().filter(|object| !known.has(&object.name)) {
            files.blobs().delete(kind, owner, &object.name).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The rows that a batch of objects may belong to.
struct Known {
    blobs: HashSet<Uuid>,
    previews: HashSet<FileId>,
    uploads: HashSet<FileId>,
}

fn file_of_preview(name: &str) -> Option<FileId> {
    let rest = name.strip_prefix("previews/")?;
    rest.split('/').next()?.parse().ok().map(FileId)
}

impl Known {
    async fn of(files: &Files, workspace: WorkspaceId, listed: &[Listed]) -> Result<Self, DbError> {
        let names = || listed.iter().map(|object| object.name.as_str());
        let conn = files.db().read();
        let blobs: Vec<Uuid> = blobs::Entity::of(workspace)
            .filter(blobs::Column::Id.is_in(names().filter_map(|name| name.parse::<Uuid>().ok())))
            .select_only()
            .column(blobs::Column::Id)
            .into_tuple()
            .all(conn)
            .await?;
        let previews: Vec<FileId> = file_previews::Entity::of(workspace)
            .filter(file_previews::Column::FileId.is_in(names().filter_map(file_of_preview)))
            .select_only()
            .column(file_previews::Column::FileId)
            .into_tuple()
            .all(conn)
            .await?;
        let uploads: Vec<FileId> = uploads::Entity::of(workspace)
            .filter(uploads::Column::Id.is_in(names().filter_map(parts::upload_of)))
            .select_only()
            .column(uploads::Column::Id)
            .into_tuple()
            .all(conn)
            .await?;
        Ok(Self {
            blobs: blobs.into_iter().collect(),
            previews: previews.into_iter().collect(),
            uploads: uploads.into_iter().collect(),
        })
    }

    /// Whether a row knows this object.
    fn has(&self, name: &str) -> bool {
        if let Ok(blob) = name.parse() {
            self.blobs.contains(&blob)
        } else if let Some(file) = file_of_preview(name) {
            self.previews.contains(&file)
        } else if let Some(upload) = parts::upload_of(name) {
            self.uploads.contains(&upload)
        } else {
            // Not one of ours: somebody else's bucket may be shared.
            true
        }
    }
}
