//! Long messages lie in the store of objects; the row says where.

use std::time::Duration;

use bytes::Bytes;
use db::entity::{ingest_queue, sync_runs};
use db::sync_kinds::SyncStatus;
use db::{Db, DbError, WorkspaceId};
use futures::StreamExt;
use kit::api::ApiError;
use kit::blobs::{Blobs, Kind, Listed};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// Bodies above this many bytes are objects.
pub(super) const LONG: usize = 512 << 10;
/// No message is longer than this.
const LONGEST: u64 = 256 << 20;
/// What nothing refers to goes when it is that old: one that is being written has no row yet.
const AGE: Duration = Duration::from_hours(24);
const FOLDER: &str = "ingest/";

pub(super) fn name_of(id: Uuid) -> String {
    format!("{FOLDER}{id}")
}

pub(super) async fn put(
    db: &Db,
    blobs: &Blobs,
    workspace: WorkspaceId,
    id: Uuid,
    text: String,
) -> Result<String, ApiError> {
    let keys = db.keys(workspace.0).await?;
    let name = name_of(id);
    let whole = futures::stream::iter([Ok::<_, ApiError>(Bytes::from(text))]);
    blobs.put_sealed(&keys, workspace.0, &name, whole).await?;
    Ok(name)
}

pub(super) async fn get(
    db: &Db,
    blobs: &Blobs,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Vec<u8>, ApiError> {
    let keys = db.keys(workspace.0).await?;
    let object = blobs.open_sealed(&keys, workspace.0, name).await?;
    Ok(object.read_whole(LONGEST).await?)
}

/// Deletes an object that is not needed any more; when that fails, the sweep does it.
pub(super) async fn drop_one(blobs: &Blobs, workspace: WorkspaceId, name: &str) {
    if let Err(error) = blobs.delete(Kind::Object, workspace.0, name).await {
        tracing::warn!(error = %error, "a message's object stays until the next sweep");
    }
}

/// Removes objects of messages and uploads that nothing refers to any more.
pub(crate) async fn sweep(db: &Db, blobs: &Blobs) -> Result<(), ApiError> {
    let mut old = blobs.list_older_than(Kind::Object, db.now().minus(AGE));
    while let Some(listed) = old.next().await {
        let Listed { owner, name, .. } = listed?;
        let workspace = WorkspaceId(owner);
        let Some(id) = name
            .strip_prefix(FOLDER)
            .and_then(|rest| rest.parse::<Uuid>().ok())
        else {
            continue;
        };
        if !is_known(db, workspace, id, &name).await? {
            drop_one(blobs, workspace, &name).await;
        }
    }
    Ok(())
}

async fn is_known(db: &Db, workspace: WorkspaceId, id: Uuid, name: &str) -> Result<bool, DbError> {
    let messages = ingest_queue::Entity::of(workspace)
        .filter(ingest_queue::Column::Id.eq(id))
        .count(db.read())
        .await?;
    let uploads = sync_runs::Entity::of(workspace)
        .filter(sync_runs::Column::Object.eq(name))
        .filter(sync_runs::Column::Status.is_in([SyncStatus::Queued, SyncStatus::Running]))
        .count(db.read())
        .await?;
    Ok(messages + uploads > 0)
}
