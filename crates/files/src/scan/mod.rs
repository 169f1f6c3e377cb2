//! Whether a file is safe. Nothing of it is served before there is a verdict: first our own look (programs, archive
//! bombs, two files in one), then ClamAV where it is configured. The request that brings a file waits a while for the
//! verdict; after that a job goes on, as often as it takes until the scanner answers.

mod clamav;
mod inspect;
mod settle;

use std::time::Duration;

use db::entity::files;
use db::jobs::{Job, JobError};
use db::kinds::FileStatus;
use db::{DbError, FileId, WorkspaceId};
use documents::{Kind, Verdict};
use identity::Caller;
use kit::api::ApiError;
use kit::blobs::BlobError;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::Files;
use crate::details::name_of;

pub use clamav::{BadAddress, ClamAddress, ClamPlace, TooLarge};

/// How long a request waits for the verdict.
const AT_ONCE: Duration = Duration::from_secs(10);
/// The pause before the first new attempt, and the longest one.
const PAUSE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It may be served.
    Clean { kind: Kind, warnings: Vec<String> },
    /// It may not, for this reason.
    Rejected(String),
}

/// There is no verdict yet.
#[derive(Debug, thiserror::Error)]
#[error("no verdict yet: {0}")]
pub(crate) struct Later(String);

impl Later {
    fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Looks at a file until there is a verdict.
#[derive(Debug, Serialize, Deserialize)]
pub struct ScanFile {
    workspace: WorkspaceId,
    file: FileId,
    attempt: u32,
}

impl Job for ScanFile {
    const KIND: &'static str = "file.scan";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.file, self.attempt))
    }
}

impl ScanFile {
    /// The first attempt.
    pub(crate) fn first(file: &files::Model) -> Self {
        Self {
            workspace: file.workspace_id,
            file: file.id,
            attempt: 0,
        }
    }

    /// A scanner that is away is away for as long as it likes: each attempt is a job of its own, so that none of them is
    /// the last.
    pub(crate) async fn run(self, files: Files) -> Result<(), JobError> {
        let found = files::Entity::of(self.workspace)
            .filter(files::Column::Id.eq(self.file))
            .filter(files::Column::Status.eq(FileStatus::Scanning))
            .one(files.db().read())
            .await?;
        let Some(file) = found else { return Ok(()) };
        match look(&files, &file).await {
            Ok(outcome) => {
                settle::settle(&files, &file, outcome, None).await?;
            }
            Err(later) => {
                tracing::warn!(file.id = %file.id, attempt = self.attempt, error = %later, "a file waits to be scanned");
                let pause = PAUSE.0.saturating_mul(1 << self.attempt.min(10)).min(PAUSE.1);
                let next = Self {
                    attempt: self.attempt + 1,
                    ..self
                };
                let tx = files.db().write().await?;
                tx.job_after(&next, pause).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

/// The verdict within the request, if it comes soon enough; the file as it is then.
pub(crate) async fn at_once(
    files: &Files,
    file: files::Model,
    caller: Option<&Caller>,
) -> Result<files::Model, ApiError> {
    match tokio::time::timeout(AT_ONCE, look(files, &file)).await {
        Ok(Ok(outcome)) => settle::settle(files, &file, outcome, caller).await,
        Ok(Err(later)) => {
            tracing::warn!(file.id = %file.id, error = %later, "a file waits to be scanned");
            Ok(file)
        }
        Err(_) => Ok(file),
    }
}

/// Looks at the bytes.
async fn look(files: &Files, file: &files::Model) -> Result<Outcome, Later> {
    let keys = files
        .db()
        .keys(file.workspace_id.0)
        .await
        .map_err(Later::because)?;
    let name = name_of(&keys, file);
    let blob = file.blob_id.ok_or_else(|| Later("it has no bytes".to_owned()))?;
    let opened = files
        .blobs()
        .open_sealed(&keys, file.workspace_id.0, &blob.to_string())
        .await;
    let object = match opened {
        Ok(object) => object,
        Err(BlobError::NotFound | BlobError::Damaged(_)) => {
            let reason = "Its bytes were damaged in the store.";
            return Ok(Outcome::Rejected(reason.to_owned()));
        }
        Err(error) => return Err(Later::because(error)),
    };
    let inspection = inspect::inspect(files, &object, &name).await?;
    let mut warnings = match inspection.verdict {
        Verdict::Rejected { reason } => return Ok(Outcome::Rejected(reason)),
        Verdict::Clean { warnings } => in_words(&warnings),
    };
    if let Some(clamav) = &files.config().clamav {
        match clamav::scan(clamav, &object).await? {
            clamav::Found::Nothing => {}
            clamav::Found::Virus(virus) => {
                return Ok(Outcome::Rejected(format!(
                    "The virus scanner found {virus} in it."
                )));
            }
            clamav::Found::TooLarge if clamav.too_large == TooLarge::Reject => {
                let reason = "It is larger than what the virus scanner takes.";
                return Ok(Outcome::Rejected(reason.to_owned()));
            }
            clamav::Found::TooLarge => warnings.push("unscanned".to_owned()),
        }
    }
    Ok(Outcome::Clean {
        kind: inspection.kind,
        warnings,
    })
}

/// The names of warnings as the API has them.
fn in_words(warnings: &[documents::Warning]) -> Vec<String> {
    warnings
        .iter()
        .filter_map(|warning| serde_json::to_value(warning).ok()?.as_str().map(str::to_owned))
        .collect()
}

impl From<DbError> for Later {
    fn from(error: DbError) -> Self {
        Self(error.to_string())
    }
}
