//! Taking away what nothing refers to any more.

use db::jobs::{Job, JobError};
use db::{FileId, WorkspaceId};
use kit::blobs::Kind;
use serde::{Deserialize, Serialize};

use crate::{Files, uploads};

/// Deletes objects, in the transaction that took the last row from them.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteObjects {
    workspace: WorkspaceId,
    names: Vec<String>,
    folders: Vec<String>,
    /// Uploads whose parts go.
    #[serde(default)]
    parts: Vec<FileId>,
}

impl Job for DeleteObjects {
    const KIND: &'static str = "file.delete_objects";
}

impl DeleteObjects {
    const fn of(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            names: Vec::new(),
            folders: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// One object.
    pub fn one(workspace: WorkspaceId, name: String) -> Self {
        Self {
            names: vec![name],
            ..Self::of(workspace)
        }
    }

    /// All objects in a folder.
    pub fn folder(workspace: WorkspaceId, folder: String) -> Self {
        Self {
            folders: vec![folder],
            ..Self::of(workspace)
        }
    }

    /// The parts of an upload.
    pub fn parts(workspace: WorkspaceId, upload: FileId) -> Self {
        Self {
            parts: vec![upload],
            ..Self::of(workspace)
        }
    }

    pub(crate) async fn run(self, files: Files) -> Result<(), JobError> {
        let (blobs, owner) = (files.blobs(), self.workspace.0);
        for name in &self.names {
            blobs.delete(Kind::Object, owner, name).await?;
        }
        for folder in &self.folders {
            blobs.delete_all(Kind::Object, owner, Some(folder)).await?;
        }
        for upload in &self.parts {
            let folder = uploads::folder_of(*upload);
            for kind in [Kind::Object, Kind::Part] {
                blobs.delete_all(kind, owner, Some(&folder)).await?;
            }
        }
        Ok(())
    }
}
