//! What goes with a file.

use db::entity::{attachments, file_analyses, file_pages, file_previews, files};
use db::{DbError, Tx};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::collect::DeleteObjects;
use crate::index::{self, IndexKind};
use crate::objects;

/// What was read from a file, and its pictures. In this very transaction: from its commit on nothing of it is found.
pub(crate) async fn contents(tx: &Tx, file: &files::Model) -> Result<(), DbError> {
    let workspace = file.workspace_id;
    index::forget(tx, workspace, IndexKind::File, file.id.0).await?;
    file_pages::Entity::delete_many()
        .filter(file_pages::Column::WorkspaceId.eq(workspace))
        .filter(file_pages::Column::FileId.eq(file.id))
        .exec(&**tx)
        .await?;
    let pictures = file_previews::Entity::delete_many()
        .filter(file_previews::Column::WorkspaceId.eq(workspace))
        .filter(file_previews::Column::FileId.eq(file.id))
        .exec(&**tx)
        .await?;
    if pictures.rows_affected > 0 {
        let folder = DeleteObjects::folder(workspace, objects::previews_of(file.id));
        tx.job(&folder).await?;
    }
    Ok(())
}

/// The file itself with all that belongs to it; its bytes, if no other file has them.
pub(crate) async fn whole(tx: &Tx, file: &files::Model) -> Result<(), DbError> {
    let workspace = file.workspace_id;
    contents(tx, file).await?;
    file_analyses::Entity::delete_many()
        .filter(file_analyses::Column::WorkspaceId.eq(workspace))
        .filter(file_analyses::Column::FileId.eq(file.id))
        .exec(&**tx)
        .await?;
    attachments::Entity::delete_many()
        .filter(attachments::Column::WorkspaceId.eq(workspace))
        .filter(attachments::Column::FileId.eq(file.id))
        .exec(&**tx)
        .await?;
    files::Entity::delete_by_id((workspace, file.id))
        .exec(&**tx)
        .await?;
    if let Some(blob) = file.blob_id {
        objects::release_blob(tx, workspace, blob).await?;
    }
    Ok(())
}
