//! What is made of a file once it is known to be safe.

use db::entity::files;
use db::jobs::{Job, JobError};
use db::kinds::FileStatus;
use db::{FileId, WorkspaceId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::{Files, announce};

/// Makes previews, text and details of a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessFile {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The file.
    pub file: FileId,
}

impl Job for ProcessFile {
    const KIND: &'static str = "file.process";
}

impl ProcessFile {
    pub(crate) fn of(file: &files::Model) -> Self {
        Self {
            workspace: file.workspace_id,
            file: file.id,
        }
    }

    pub(crate) async fn run(self, files: Files) -> Result<(), JobError> {
        let tx = files.db().write().await?;
        let ready = files::ActiveModel {
            status: Set(FileStatus::Ready),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        };
        let found = files::Entity::update_many()
            .set(ready)
            .filter(files::Column::WorkspaceId.eq(self.workspace))
            .filter(files::Column::Id.eq(self.file))
            .filter(files::Column::Status.eq(FileStatus::Processing))
            .exec_with_returning(&*tx)
            .await?;
        for file in &found {
            announce(&files, &tx, file, "file.changed").await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
