//! What a step found, written in one transaction together with the step's state and the job of the next one. Of a file
//! that was deleted in the meantime nothing is kept.

use bytes::Bytes;
use db::entity::{file_pages, file_previews, files};
use db::jobs::JobError;
use db::kinds::FileStatus;
use db::{DbError, Sealed, Tx};
use documents::{Facts, Frame, Page, Picture};
use futures::stream;
use kit::blobs::BlobError;
use kit::vault::OwnerKeys;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::{Heard, ProcessFile, Stage, state_of};
use crate::collect::DeleteObjects;
use crate::details::{self, Details, StepState, steps_of, with_step};
use crate::index::{self, IndexKind};
use crate::{Files, announce, objects, page_place, preview_object};

/// Shows that a step has begun; those after it wait.
pub(super) async fn begin(files: &Files, job: &ProcessFile) -> Result<(), JobError> {
    let tx = files.db().write().await?;
    let Some(file) = held(&tx, job).await? else {
        return Ok(());
    };
    let mut steps = file.steps.clone();
    for stage in Stage::ALL {
        let known = details::parse_steps(&steps);
        let state = match known.iter().any(|step| step.name == stage.name()) {
            _ if stage == job.stage => StepState::Running,
            true => continue,
            false => StepState::Waiting,
        };
        steps = with_step(known, stage.name(), state, None);
    }
    let mut change = file.into_active_model();
    change.steps = Set(steps);
    written(files, tx, change).await
}

/// Keeps what a step found, and asks for the next one.
pub(super) async fn keep(files: &Files, job: &ProcessFile, heard: Heard) -> Result<(), JobError> {
    let keys = files.db().keys(job.workspace.0).await?;
    let mut found = Found::of(heard.frames);
    for picture in &found.pictures {
        put(files, &keys, job, picture).await?;
    }
    let tx = files.db().write().await?;
    let Some(file) = held(&tx, job).await? else {
        // Its pictures are already in the store.
        tx.job(&DeleteObjects::folder(
            job.workspace,
            objects::previews_of(job.file),
        ))
        .await?;
        tx.commit().await?;
        return Ok(());
    };
    let mut details = Details::open(&keys, &file);
    learn(&mut details, std::mem::take(&mut found.facts));
    let (state, note) = state_of(&heard.ended);
    let mut change = file.clone().into_active_model();
    change.steps = Set(with_step(steps_of(&file), job.stage.name(), state, note));
    change.details = Set(details.seal(&keys, job.file)?);
    match job.stage {
        Stage::Preview => replace_pictures(&tx, job, &found.pictures).await?,
        Stage::Text => change.text_chars = Set(write_pages(&tx, &keys, job, &found.pages, true).await?),
        Stage::Ocr => {
            let more = write_pages(&tx, &keys, job, &found.pages, false).await?;
            change.text_chars = Set(file.text_chars + more);
        }
        Stage::Index => {}
    }
    if let Some(stage) = job.stage.next() {
        tx.job(&ProcessFile {
            stage,
            waited: 0,
            ..job.clone()
        })
        .await?;
    }
    written(files, tx, change).await
}

/// The last step: it is found from now on, and ready.
pub(super) async fn index(files: &Files, job: &ProcessFile) -> Result<(), JobError> {
    let tx = files.db().write().await?;
    let Some(file) = held(&tx, job).await? else {
        return Ok(());
    };
    index::queue(&tx, job.workspace, IndexKind::File, job.file.0).await?;
    let mut change = file.clone().into_active_model();
    change.steps = Set(with_step(
        steps_of(&file),
        Stage::Index.name(),
        StepState::Done,
        None,
    ));
    change.status = Set(FileStatus::Ready);
    written(files, tx, change).await
}

/// The file as it is now, held until the transaction ends; none when it is gone or somebody else was quicker.
async fn held(tx: &Tx, job: &ProcessFile) -> Result<Option<files::Model>, DbError> {
    Ok(files::Entity::of(job.workspace)
        .filter(files::Column::Id.eq(job.file))
        .filter(files::Column::Status.eq(FileStatus::Processing))
        .lock_exclusive()
        .one(&**tx)
        .await?)
}

async fn written(files: &Files, tx: Tx, mut change: files::ActiveModel) -> Result<(), JobError> {
    change.updated_at = Set(tx.now().micros());
    let file = change.update(&*tx).await?;
    announce(files, &tx, &file, "file.changed").await?;
    tx.commit().await?;
    Ok(())
}

/// What a process said, by kind.
#[derive(Default)]
struct Found {
    pages: Vec<Page>,
    pictures: Vec<Picture>,
    facts: Facts,
}

impl Found {
    fn of(frames: Vec<Frame>) -> Self {
        let mut found = Self::default();
        for frame in frames {
            match frame {
                Frame::Page(page) => found.pages.push(page),
                Frame::Picture { picture, .. } => found.pictures.push(picture),
                Frame::Facts(facts) => found.facts.add(facts),
                Frame::Inspected { .. } | Frame::Failed { .. } | Frame::Done => {}
            }
        }
        found
    }
}

/// Size and pages have their own places; the rest is shown as it is.
fn learn(details: &mut Details, facts: Facts) {
    for (name, value) in facts.into_object() {
        let number = || value.as_u64().and_then(|number| u32::try_from(number).ok());
        match name.as_str() {
            "width" => details.width = number(),
            "height" => details.height = number(),
            "pages" => details.pages = number(),
            _ => {
                details.metadata.insert(name, value);
            }
        }
    }
}

async fn put(files: &Files, keys: &OwnerKeys, job: &ProcessFile, picture: &Picture) -> Result<(), BlobError> {
    let bytes = Ok::<_, BlobError>(Bytes::copy_from_slice(&picture.bytes));
    let name = preview_object(job.file, picture.page as i32);
    files
        .blobs()
        .put_sealed(keys, job.workspace.0, &name, stream::iter([bytes]))
        .await?;
    Ok(())
}

async fn replace_pictures(tx: &Tx, job: &ProcessFile, pictures: &[Picture]) -> Result<(), DbError> {
    file_previews::Entity::delete_many()
        .filter(file_previews::Column::WorkspaceId.eq(job.workspace))
        .filter(file_previews::Column::FileId.eq(job.file))
        .exec(&**tx)
        .await?;
    for picture in pictures {
        let row = file_previews::ActiveModel {
            workspace_id: Set(job.workspace),
            file_id: Set(job.file),
            page: Set(picture.page as i32),
            kind: Set(picture.mime.clone()),
            width: Set(picture.width as i32),
            height: Set(picture.height as i32),
            size: Set(picture.bytes.len() as i64),
        };
        file_previews::Entity::insert(row)
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// Writes pages, in place of all of them or beside the others; answers how many characters they have.
async fn write_pages(
    tx: &Tx,
    keys: &OwnerKeys,
    job: &ProcessFile,
    pages: &[Page],
    in_place: bool,
) -> Result<i64, JobError> {
    if in_place {
        file_pages::Entity::delete_many()
            .filter(file_pages::Column::WorkspaceId.eq(job.workspace))
            .filter(file_pages::Column::FileId.eq(job.file))
            .exec(&**tx)
            .await?;
    }
    use file_pages::Column;
    let mut chars = 0;
    for page in pages {
        let row = file_pages::ActiveModel {
            workspace_id: Set(job.workspace),
            file_id: Set(job.file),
            page: Set(page.number as i32),
            body: Set(Sealed::seal(keys, page_place(job.file), &page.text)?),
        };
        file_pages::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([Column::WorkspaceId, Column::FileId, Column::Page])
                    .update_column(Column::Body)
                    .to_owned(),
            )
            .exec_without_returning(&**tx)
            .await?;
        chars += page.text.chars().count() as i64;
    }
    Ok(chars)
}
