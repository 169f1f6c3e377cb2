//! The bytes that a model takes as they are.

use db::{FileId, WorkspaceId};
use kit::api::{ApiError, Code};
use kit::blobs::SealedObject;

use crate::{FileBrief, Files};

/// The largest picture that is sent as it is, in bytes: a third more when it is written as text.
const LARGEST_PICTURE: u64 = 3_500_000;

/// What every provider shows its models.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// A picture with its media type: its preview, which is no larger than a model looks at and does not say where it was
/// taken; where there is none, the picture itself.
pub(super) async fn picture(
    room: &Files,
    workspace: WorkspaceId,
    file: &FileBrief,
    most: u64,
) -> Result<Option<(String, Vec<u8>)>, ApiError> {
    let most = most.min(LARGEST_PICTURE);
    let preview = found(crate::open_preview(room, workspace, file.id, 1).await)?;
    if let Some((row, object)) = preview
        && let Some(bytes) = read(&object, most).await?
    {
        return Ok(Some((row.kind, bytes)));
    }
    if !KINDS.contains(&file.kind.as_str()) {
        return Ok(None);
    }
    let bytes = document(room, workspace, file.id, most).await?;
    Ok(bytes.map(|bytes| (file.kind.clone(), bytes)))
}

/// All bytes of a file, unless they are too many.
pub(super) async fn document(
    room: &Files,
    workspace: WorkspaceId,
    file: FileId,
    most: u64,
) -> Result<Option<Vec<u8>>, ApiError> {
    match found(crate::open(room, workspace, file).await)? {
        Some(object) => read(&object, most).await,
        None => Ok(None),
    }
}

async fn read(object: &SealedObject, most: u64) -> Result<Option<Vec<u8>>, ApiError> {
    if object.size() > most {
        return Ok(None);
    }
    Ok(Some(object.read_whole(most).await?))
}

/// What is not there any more is not shown.
fn found<T>(opened: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
