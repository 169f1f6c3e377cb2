//! Which model makes a workspace's vectors, and by which it is searched. When another model is chosen, its vectors are
//! made in the background while the old ones answer; then it takes over.

use std::time::Duration;

use db::entity::{index_queue, index_spaces};
use db::index::{Space, begin_building, drop_vectors, finish_building, space_for, spaces_of};
use db::{DbError, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::reindex;
use super::worker::Trouble;
use crate::Files;

/// Vectors of these texts by the workspace's model of now.
pub(crate) async fn embed(
    files: &Files,
    workspace: WorkspaceId,
    texts: &[&str],
) -> Result<Vec<Vec<f32>>, ApiError> {
    files.ai().embedder(workspace).await?.embed(texts).await
}

/// The space that new vectors are written to; none where vectors cannot be kept. A model that was not asked before is
/// noticed here, and everything is then queued for it.
pub(crate) async fn to_write(files: &Files, workspace: WorkspaceId) -> Result<Option<Space>, Trouble> {
    if !files.index().vectors().is_there() {
        return Ok(None);
    }
    let embedder = files.ai().embedder(workspace).await.map_err(Trouble::Vectors)?;
    let db = files.db();
    let spaces = spaces_of(db.read(), workspace).await?;
    let newest = spaces.building.clone().or(spaces.active.clone());
    if let Some(space) = newest.filter(|space| space.model == embedder.id()) {
        return Ok(Some(space));
    }
    let space = space_for(db, embedder.id(), embedder.dims()).await?;
    let tx = db.write().await?;
    begin_building(&tx, workspace, &space).await?;
    if let Some(abandoned) = spaces.building {
        drop_vectors(&tx, workspace, &abandoned).await?;
    }
    tx.commit().await?;
    if spaces.active.is_some() {
        tracing::info!(workspace.id = %workspace, model = embedder.id(), "another model makes vectors of this workspace from now on");
        reindex::queue_everything(files, workspace).await?;
    }
    Ok(Some(space))
}

/// How long a search waits for a model; then it goes by words.
const PATIENCE: Duration = Duration::from_secs(2);

/// The spaces that are searched, each with the vector of what is looked for: while another model takes over, each text is
/// in one of the two. None where nothing was indexed yet.
pub(crate) async fn to_search(
    files: &Files,
    workspace: WorkspaceId,
    text: &str,
) -> Result<Vec<(Space, Vec<f32>)>, ApiError> {
    let spaces = spaces_of(files.db().read(), workspace).await?;
    let chosen = files.ai().embedder(workspace).await?;
    let mut found = Vec::new();
    let mut trouble = None;
    for space in spaces.building.into_iter().chain(spaces.active) {
        let embedder = if space.model == chosen.id() {
            chosen.clone()
        } else {
            files.ai().embedder_of(workspace, &space.model, space.dims)
        };
        match tokio::time::timeout(PATIENCE, embedder.embed(&[text])).await {
            Ok(Ok(mut vectors)) => found.extend(vectors.pop().map(|vector| (space, vector))),
            Ok(Err(error)) => trouble = Some(error),
            Err(_) => {
                trouble = Some(ApiError::unavailable(
                    "The model of vectors does not answer.",
                    PATIENCE,
                ))
            }
        }
    }
    // The model of before may be gone for good: what is left of it is found by its words until it is read anew.
    match trouble {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// A space that another node has just begun is not full because nothing waits yet.
const SETTLES_AFTER: Duration = Duration::from_secs(3);
/// A text that failed so often does not keep the others from being found by their new vectors.
const GIVEN_UP: i32 = 6;

/// Lets new spaces answer for whose workspaces nothing waits any more.
pub(crate) async fn settle(files: &Files) -> Result<(), DbError> {
    let building = index_spaces::Entity::find()
        .filter(index_spaces::Column::Building.is_not_null())
        .all(files.db().read())
        .await?;
    for row in building {
        let begun = files.db().clock().now().minus(SETTLES_AFTER).micros();
        if row.since > begun || reindex::is_queueing(files, row.workspace_id) {
            continue;
        }
        let waits = index_queue::Entity::of(row.workspace_id)
            .filter(index_queue::Column::Attempts.lt(GIVEN_UP))
            .count(files.db().read())
            .await?;
        if waits > 0 {
            continue;
        }
        let spaces = spaces_of(files.db().read(), row.workspace_id).await?;
        let (Some(old), Some(new)) = (spaces.active, spaces.building) else {
            continue;
        };
        let tx = files.db().write().await?;
        finish_building(&tx, row.workspace_id, &new).await?;
        drop_vectors(&tx, row.workspace_id, &old).await?;
        tx.commit().await?;
        tracing::info!(workspace.id = %row.workspace_id, model = %new.model, "this workspace is searched by its new model");
    }
    Ok(())
}
