//! Files: how they come in, whether they are safe, what is read from them, how they go out again; and the index in which
//! files, messages and records are found.
//!
//! A file's bytes lie sealed in the store of objects (`kit::blobs`), its name and text sealed in the database. A file is
//! seen by its owner, by the workspace if it was opened to it, and by whoever may enter a thread that it is attached to:
//! that last part is what the floor above knows, and tells through [`Rooms`].
//!
//! The face for the floor above: [`AtFile`] (the extractor), [`visible`], [`show()`] and [`briefs`], [`open`] and
//! [`pages()`], [`require_attachable`], [`announce`].

mod access;
mod analysis;
mod change;
mod collect;
pub mod details;
mod download;
mod erasing;
mod files;
mod forget;
pub mod index;
mod listing;
pub mod names;
mod news;
mod objects;
mod pages;
mod plans;
pub mod processing;
pub mod prompt;
mod receiving;
mod rooms;
mod routes;
mod scan;
mod show;
mod signing;
mod sweep;
mod uploads;

pub use access::{AtFile, require_attachable, visible, visible_to};
pub use erasing::erase_private;
pub use files::{Files, FilesConfig};
pub use news::announce;
pub use objects::{open, open_preview, preview_object};
pub use pages::{PageText, page_place, pages};
pub use plans::{Limits, PlanLimits};
pub use rooms::Rooms;
pub use routes::routes;
pub use scan::{BadAddress, ClamAddress, ClamPlace, TooLarge};
pub use show::{FileBrief, FileOut, PreviewOut, briefs, show, shown};

use db::DbError;
use db::jobs::Worker;

/// Begins what goes on by itself: the sweep of what nothing refers to, and the end of analyses that were left behind.
pub async fn start(files: &Files) -> Result<(), DbError> {
    sweep::start(files);
    analysis::start(files).await
}

/// Adds the jobs of this room to a worker.
pub fn jobs(files: &Files, worker: Worker) -> Worker {
    let (scanning, processing, deleting) = (files.clone(), files.clone(), files.clone());
    let erasing = files.clone();
    worker
        .with(move |job: scan::ScanFile| job.run(scanning.clone()))
        .with(move |job: processing::ProcessFile| job.run(processing.clone()))
        .with(move |job: collect::DeleteObjects| job.run(deleting.clone()))
        .with(move |job: identity::EraseWorkspace| erasing::run(job, erasing.clone()))
}
