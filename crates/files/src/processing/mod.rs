//! What is made of a file once it is known to be safe: previews, text, the text in pictures, and its place in the index.
//!
//! Each step is a job of its own, which writes what it found together with the job of the next one. So a server that is
//! killed in the middle leaves a file whose step runs again; a step that runs twice writes the same again; and a reader
//! that dies of a file costs that file this step and nothing else: the file becomes `ready` without it.

mod keep;
mod process;

use std::time::Duration;

use db::entity::{file_pages, files};
use db::jobs::{Job, JobError};
use db::kinds::FileStatus;
use db::{FileId, WorkspaceId};
use documents::{Group, Kind, Work};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::details::{Details, StepState, name_of};
use crate::{Files, open};

pub use process::ReadingLimits;
pub(crate) use process::{Ended, Heard, Readers, Task, nameless_copy};

/// How long a step waits for a place when all are taken.
const PAUSE: Duration = Duration::from_millis(500);
/// A page with fewer characters than that is taken for a picture of a page.
const HARDLY_ANY: usize = 24;

/// One thing that is made of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Pictures of it.
    #[default]
    Preview,
    /// Its text.
    Text,
    /// The text in its pictures.
    Ocr,
    /// Its place in the index.
    Index,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Preview, Self::Text, Self::Ocr, Self::Index];

    fn name(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Text => "text",
            Self::Ocr => "ocr",
            Self::Index => "index",
        }
    }

    fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|stage| *stage == self)?;
        Self::ALL.get(at + 1).copied()
    }

    fn work(self) -> Work {
        match self {
            Self::Preview | Self::Index => Work::Preview,
            Self::Text => Work::Text,
            Self::Ocr => Work::Ocr,
        }
    }
}

/// Does one step of a file's processing; the first one unless told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProcessFile {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The file.
    pub file: FileId,
    /// What is made.
    #[serde(default)]
    stage: Stage,
    /// How often it had to wait for a place: each time is a job of its own, so that none of them is the last.
    #[serde(default)]
    waited: u32,
}

impl Job for ProcessFile {
    const KIND: &'static str = "file.process";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}:{}", self.file, self.stage.name(), self.waited))
    }
}

impl ProcessFile {
    /// From the first step on.
    pub(crate) fn of(file: &files::Model) -> Self {
        Self {
            workspace: file.workspace_id,
            file: file.id,
            stage: Stage::default(),
            waited: 0,
        }
    }

    pub(crate) async fn run(self, files: Files) -> Result<(), JobError> {
        let Some(file) = self.load(&files).await? else {
            return Ok(());
        };
        if self.stage == Stage::Index {
            return keep::index(&files, &self).await;
        }
        let details = Details::open(&files.db().keys(self.workspace.0).await?, &file);
        let heard = match self.task(&files, &file, &details).await? {
            Err(nothing) => Heard {
                frames: Vec::new(),
                ended: Ended::Skipped(nothing.to_owned()),
            },
            Ok(task) => {
                let Some(place) = files.readers().place() else {
                    return self.wait(&files).await;
                };
                keep::begin(&files, &self).await?;
                match open(&files, self.workspace, self.file).await {
                    Ok(object) => {
                        let copy = nameless_copy(files.config().temporary(), &object).await?;
                        files.readers().read(copy, &task, place).await?
                    }
                    // Deleted in the meantime: what is kept next finds nothing.
                    Err(error) => Heard {
                        frames: Vec::new(),
                        ended: Ended::Failed(error.to_string()),
                    },
                }
            }
        };
        keep::keep(&files, &self, heard).await
    }

    async fn load(&self, files: &Files) -> Result<Option<files::Model>, JobError> {
        Ok(files::Entity::of(self.workspace)
            .filter(files::Column::Id.eq(self.file))
            .filter(files::Column::Status.eq(FileStatus::Processing))
            .one(files.db().read())
            .await?)
    }

    /// What the process is asked to do, or why there is nothing to do.
    async fn task(
        &self,
        files: &Files,
        file: &files::Model,
        details: &Details,
    ) -> Result<Result<Task, &'static str>, JobError> {
        let kind = Kind::of(&file.kind);
        let mut pages = Vec::new();
        match (self.stage, kind.group) {
            (_, Group::Archive | Group::Program | Group::Other) => {
                return Ok(Err("nothing is read from such files"));
            }
            (Stage::Text, Group::Image | Group::Audio | Group::Video) if !kind.is_text() => {
                return Ok(Err("such files have no text"));
            }
            (Stage::Preview, Group::Document | Group::Sheet | Group::Slides | Group::Text | Group::Code) => {
                return Ok(Err("the text is shown instead"));
            }
            (Stage::Ocr, Group::Pdf) => {
                pages = self.pages_without_text(files, details).await?;
                if pages.is_empty() {
                    return Ok(Err("every page has text"));
                }
            }
            (Stage::Ocr, Group::Image) if !kind.is_text() => pages.push(1),
            (Stage::Ocr, _) => return Ok(Err("there are no pictures of text in it")),
            _ => {}
        }
        let name = name_of(&files.db().keys(self.workspace.0).await?, file);
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_owned())
            .unwrap_or_default();
        Ok(Ok(Task {
            work: self.stage.work(),
            mime: file.kind.clone(),
            ending,
            pages,
        }))
    }

    async fn pages_without_text(&self, files: &Files, details: &Details) -> Result<Vec<u32>, JobError> {
        let keys = files.db().keys(self.workspace.0).await?;
        let rows = file_pages::Entity::of(self.workspace)
            .filter(file_pages::Column::FileId.eq(self.file))
            .all(files.db().read())
            .await?;
        let with_text: std::collections::HashSet<i32> = rows
            .iter()
            .filter(|row| {
                let text: Result<String, _> = row.body.open(&keys, crate::page_place(self.file));
                text.is_ok_and(|text| {
                    text.chars().filter(|char| char.is_alphanumeric()).count() >= HARDLY_ANY
                })
            })
            .map(|row| row.page)
            .collect();
        let all = 1..=details.pages.unwrap_or(0).min(2_000);
        Ok(all.filter(|page| !with_text.contains(&(*page as i32))).collect())
    }

    /// All places are taken: later.
    async fn wait(self, files: &Files) -> Result<(), JobError> {
        let again = Self {
            waited: self.waited + 1,
            ..self
        };
        let tx = files.db().write().await?;
        tx.job_after(&again, PAUSE).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// How a step's end is shown.
fn state_of(ended: &Ended) -> (StepState, Option<&str>) {
    match ended {
        Ended::Done => (StepState::Done, None),
        Ended::Skipped(why) => (StepState::Skipped, Some(why)),
        Ended::Failed(why) => (StepState::Failed, Some(why)),
    }
}
