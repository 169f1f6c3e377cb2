//! Removing what is left of workspaces and people that were erased.

use db::entity::{attachments, files as rows};
use db::jobs::JobError;
use db::kinds::Visibility;
use db::{UserId, WorkspaceId};
use identity::EraseWorkspace;
use kit::api::ApiError;
use kit::blobs::Kind;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{Files, announce, forget};

/// Removes the objects and rows of a workspace whose key is gone.
pub(crate) async fn run(job: EraseWorkspace, files: Files) -> Result<(), JobError> {
    let workspace = job.workspace;
    for kind in [Kind::Object, Kind::Part] {
        files.blobs().delete_all(kind, workspace.0, None).await?;
    }
    files.db().erase_rows(workspace).await?;
    tracing::info!(workspace = %workspace, "a workspace was erased");
    Ok(())
}

/// Deletes the files that somebody who was erased had for themselves alone: private ones that no thread has.
pub async fn erase_private(files: &Files, workspace: WorkspaceId, owner: UserId) -> Result<(), ApiError> {
    let attached = attachments::Entity::of(workspace)
        .select_only()
        .column(attachments::Column::FileId)
        .into_query();
    let theirs = rows::Entity::of(workspace)
        .filter(rows::Column::OwnerId.eq(owner))
        .filter(rows::Column::Visibility.eq(Visibility::Private))
        .filter(rows::Column::Id.not_in_subquery(attached))
        .all(files.db().read())
        .await
        .map_err(db::DbError::from)?;
    for file in theirs {
        let tx = files.db().write().await?;
        announce(files, &tx, &file, "file.deleted").await?;
        forget::whole(&tx, &file).await?;
        tx.commit().await?;
    }
    Ok(())
}
