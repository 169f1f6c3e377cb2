//! Waiting until files have been read. Whoever asks about a file that was uploaded a moment ago should get an answer
//! about it, and not that it cannot be read yet.

use std::collections::HashSet;
use std::time::Duration;

use db::entity::files;
use db::events::Scope;
use db::kinds::FileStatus;
use db::{DbError, FileId, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use tokio::sync::broadcast::error::RecvError;

use crate::Files;

/// While no other node is heard, the store is asked this often.
const DEAF: Duration = Duration::from_secs(2);

/// Waits until each of the files is ready or rejected, at most so long. Each change of a file is told to its owner:
/// that is what is listened to.
pub async fn settle(
    room: &Files,
    workspace: WorkspaceId,
    ids: &[FileId],
    within: Duration,
) -> Result<(), DbError> {
    if ids.is_empty() || unsettled(room, workspace, ids).await?.is_empty() {
        return Ok(());
    }
    // What is not settled in time is said to be so in the prompt.
    tokio::time::timeout(within, listen(room, workspace, ids))
        .await
        .unwrap_or(Ok(()))
}

async fn listen(room: &Files, workspace: WorkspaceId, ids: &[FileId]) -> Result<(), DbError> {
    let bus = room.db().bus();
    let mut heard = bus.listen();
    let mut owners = unsettled(room, workspace, ids).await?;
    let topics: HashSet<String> = owners.iter().map(|o| Scope::User(*o).to_string()).collect();
    let mut joined = Vec::with_capacity(topics.len());
    for topic in &topics {
        joined.push(bus.join(topic).await);
    }
    // What changed before the topics were joined was not heard.
    owners = unsettled(room, workspace, ids).await?;
    while !owners.is_empty() {
        let is_deaf = !bus.link().borrow().is_up;
        tokio::select! {
            said = heard.recv() => match said {
                Ok(said) if !topics.contains(&*said.topic) => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
            () = tokio::time::sleep(DEAF), if is_deaf => {}
        }
        owners = unsettled(room, workspace, ids).await?;
    }
    drop(joined);
    Ok(())
}

/// The owners of those files that are still being read.
async fn unsettled(room: &Files, workspace: WorkspaceId, ids: &[FileId]) -> Result<HashSet<UserId>, DbError> {
    let owners: Vec<UserId> = files::Entity::of(workspace)
        .filter(files::Column::Id.is_in(ids.iter().copied()))
        .filter(files::Column::Status.is_in([FileStatus::Scanning, FileStatus::Processing]))
        .select_only()
        .column(files::Column::OwnerId)
        .into_tuple()
        .all(room.db().read())
        .await?;
    Ok(owners.into_iter().collect())
}
