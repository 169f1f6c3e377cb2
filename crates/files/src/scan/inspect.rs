//! Our own look, at a copy that no name leads to.

use documents::Inspection;
use futures::TryStreamExt;
use kit::blobs::SealedObject;
use tokio::io::AsyncWriteExt;

use super::Later;
use crate::Files;

pub(super) async fn inspect(files: &Files, object: &SealedObject, name: &str) -> Result<Inspection, Later> {
    let folder = files.config().temporary();
    tokio::fs::create_dir_all(&folder).await.map_err(Later::because)?;
    let copy = tempfile::tempfile_in(&folder).map_err(Later::because)?;
    let mut copy = tokio::fs::File::from_std(copy);
    let mut bytes = object.read(0..object.size()).await.map_err(Later::because)?;
    while let Some(bytes) = bytes.try_next().await.map_err(Later::because)? {
        copy.write_all(&bytes).await.map_err(Later::because)?;
    }
    copy.flush().await.map_err(Later::because)?;
    let mut copy = copy.into_std().await;
    let name = name.to_owned();
    tokio::task::spawn_blocking(move || documents::inspect(&mut copy, &name))
        .await
        .map_err(Later::because)?
        .map_err(Later::because)
}
