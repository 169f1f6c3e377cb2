//! Half-written objects in a folder. Each is written beside its place as `name#number` and moved there when it is whole;
//! a process that is killed leaves that file behind, and listings do not show it.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::BlobError;
use crate::clock::Timestamp;

pub(super) async fn sweep(folder: PathBuf, before: Timestamp) -> Result<usize, BlobError> {
    tokio::task::spawn_blocking(move || walk(folder, before))
        .await
        .map_err(|error| BlobError::Store(error.to_string()))?
        .map_err(BlobError::of_folder)
}

fn walk(folder: PathBuf, before: Timestamp) -> std::io::Result<usize> {
    let mut count = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // Objects come and go while this looks around.
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let written = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let written = Timestamp(0).plus(written);
            let is_staged = entry.file_name().to_string_lossy().contains('#');
            if is_staged && written < before && fs::remove_file(entry.path()).is_ok() {
                count += 1;
            }
        }
    }
    Ok(count)
}
