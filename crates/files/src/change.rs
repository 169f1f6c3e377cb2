//! Renaming, opening up and deleting files.

use db::entity::files;
use db::kinds::{FileStatus, Visibility};
use db::{DbError, Sealed, Tx};
use identity::audit;
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;

use crate::access::AtFile;
use crate::details::name_place;
use crate::index::{self, IndexKind};
use crate::{Files, announce, forget, names};

/// A changed file. What is absent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePatch {
    /// Its name.
    pub name: Option<String>,
    /// Who sees it besides those who see a thread that it is attached to.
    pub visibility: Option<Visibility>,
}

impl Validate for FilePatch {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_length("name", self.name.as_ref(), 1, 255);
    }
}

/// The row, held until the end of the transaction.
async fn held(tx: &Tx, at: &AtFile) -> Result<files::Model, ApiError> {
    files::Entity::of(at.file.workspace_id)
        .filter(files::Column::Id.eq(at.file.id))
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("file"))
}

/// Changes a file.
pub(crate) async fn change(files: &Files, at: &AtFile, patch: FilePatch) -> Result<files::Model, ApiError> {
    at.require_ownership()?;
    let keys = files.db().keys(at.file.workspace_id.0).await?;
    let tx = files.db().write().await?;
    let before = held(&tx, at).await?;
    let mut change = before.clone().into_active_model();
    if let Some(name) = patch.name {
        let name = Sealed::seal(&keys, name_place(before.id), &names::clean(&name)).map_err(DbError::from)?;
        change.name = Set(name);
    }
    if let Some(visibility) = patch.visibility {
        change.visibility = Set(visibility);
    }
    change.updated_at = Set(tx.now().micros());
    let after = change.update(&*tx).await.map_err(DbError::from)?;
    if before.visibility == Visibility::Workspace && after.visibility == Visibility::Private {
        // To the workspace it is gone; to its owner it is another.
        announce(files, &tx, &before, "file.changed").await?;
    } else {
        announce(files, &tx, &after, "file.changed").await?;
    }
    if after.status == FileStatus::Ready {
        // Its name is found too.
        index::queue(&tx, after.workspace_id, IndexKind::File, after.id.0).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Deletes a file, for good.
pub(crate) async fn delete(files: &Files, at: &AtFile) -> Result<(), ApiError> {
    at.require_ownership()?;
    let tx = files.db().write().await?;
    let file = held(&tx, at).await?;
    announce(files, &tx, &file, "file.deleted").await?;
    forget::whole(&tx, &file).await?;
    audit(
        &tx,
        &at.caller,
        "file.deleted",
        file.id,
        &json!({ "size": file.size }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
