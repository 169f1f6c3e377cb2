//! The run of an uploaded file: its records go the same way as those of a source.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use connectors::csv::{self, Layout};
use connectors::source::{BadRecord, Record};
use db::sync_kinds::SliceState;
use futures::TryStreamExt;
use kit::api::ApiError;
use tokio::sync::mpsc;

use super::reading::{Reading, Trouble};
use super::slices;

/// What the slice of a file is called.
pub(super) const STREAM: &str = "file";
/// Records in one page.
const PAGE: usize = 500;
/// Pages that are ready at most.
const READY: usize = 3;

type Page = Vec<Result<Record, BadRecord>>;

/// Reads a file from its first record to its last.
pub(super) async fn read(reading: &mut Reading<'_>, layout: &Layout) -> Result<(), Trouble> {
    let all = slices::all(reading.business.db().read(), reading.run.workspace_id, reading.run.id).await?;
    let Some(slice) = all.first().filter(|slice| slice.state != SliceState::Done) else {
        return Ok(());
    };
    let file = copy(reading).await?;
    let epoch = reading.begin(slice).await?;
    let (put, mut pages) = mpsc::channel::<Page>(READY);
    let layout = layout.clone();
    // Whoever drops the pages ends it, at the latest with the next one.
    let work = tokio::task::spawn_blocking(move || cut(&layout, file, &put));
    let mut seq = 0;
    while let Some(page) = pages.recv().await {
        reading.check_wanted()?;
        let (records, bad) = sorted(page);
        let message = reading.message(slice, epoch, seq, false, records, bad);
        reading.send(&message).await?;
        seq += 1;
    }
    if work.await.is_err() {
        return Err(Trouble::Run("The file could not be read to its end.".to_owned()));
    }
    let end = reading.message(slice, epoch, seq, true, Vec::new(), Vec::new());
    reading.send(&end).await
}

fn sorted(page: Page) -> (Vec<Record>, Vec<BadRecord>) {
    let mut records = Vec::with_capacity(page.len());
    let mut bad = Vec::new();
    for one in page {
        match one {
            Ok(record) => records.push(record),
            Err(one) => bad.push(one),
        }
    }
    (records, bad)
}

fn cut(layout: &Layout, file: File, put: &mpsc::Sender<Page>) {
    let mut page = Vec::with_capacity(PAGE);
    for one in csv::read(layout, std::io::BufReader::new(file)) {
        page.push(one);
        if page.len() >= PAGE && put.blocking_send(std::mem::take(&mut page)).is_err() {
            return;
        }
    }
    let _ = put.blocking_send(page);
}

/// A copy of the file that no name leads to, so that nothing of it is left whatever happens.
async fn copy(reading: &Reading<'_>) -> Result<File, Trouble> {
    let business = reading.business;
    let gone = || Trouble::Run("The file is not there any more; please upload it again.".to_owned());
    let name = reading.run.object.as_deref().ok_or_else(gone)?;
    let keys = business.db().keys(reading.run.workspace_id.0).await?;
    let object = business
        .files()
        .blobs()
        .open_sealed(&keys, reading.run.workspace_id.0, name)
        .await
        .map_err(|error| match ApiError::from(error) {
            error if error.code == kit::api::Code::NotFound => gone(),
            error => Trouble::Store(error),
        })?;
    let folder = business.files().config().temporary();
    let failed = |error: std::io::Error| Trouble::Store(db::DbError::from(error).into());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = tempfile::tempfile_in(&folder).map_err(failed)?;
    let mut bytes = object.read(0..object.size()).await?;
    while let Some(some) = bytes.try_next().await? {
        file.write_all(&some).map_err(failed)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}
