//! Everything anew: each text is queued again, oldest first, and found as before until its turn comes.

use db::entity::{chunks, index_queue, workspaces};
use db::{DbError, WorkspaceId};
use sea_orm::{EntityTrait, PaginatorTrait, QuerySelect};
use uuid::Uuid;

use super::queue::queue_all;
use crate::Files;

/// How many are queued in one transaction.
const AT_ONCE: u64 = 500;

/// Queues everything of a workspace; answers how much that is.
pub(crate) async fn queue_everything(files: &Files, workspace: WorkspaceId) -> Result<u64, DbError> {
    let _queueing = files.index().queueing(workspace);
    let mut count = 0;
    for kind in files.index().sources.kinds() {
        let Some(source) = files.index().sources.get(kind) else {
            continue;
        };
        let mut after = Uuid::nil();
        loop {
            let some = source.list(workspace, after, AT_ONCE).await?;
            let Some((last, _)) = some.last() else { break };
            after = *last;
            count += some.len() as u64;
            let tx = files.db().write().await?;
            queue_all(&tx, workspace, kind, some).await?;
            tx.commit().await?;
        }
    }
    tracing::info!(workspace.id = %workspace, texts = count, "everything is queued to be indexed anew");
    Ok(count)
}

/// Whether everything of a workspace is being queued at this moment.
pub(crate) fn is_queueing(files: &Files, workspace: WorkspaceId) -> bool {
    files.index().is_queueing(workspace)
}

/// Queues everything of one workspace, or of all.
pub async fn reindex(files: &Files, only: Option<WorkspaceId>) -> Result<u64, DbError> {
    let all = match only {
        Some(one) => vec![one],
        None => {
            workspaces::Entity::find()
                .select_only()
                .column(workspaces::Column::Id)
                .into_tuple()
                .all(files.db().read())
                .await?
        }
    };
    let mut count = 0;
    for workspace in all {
        count += queue_everything(files, workspace).await?;
    }
    Ok(count)
}

/// Where the index stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Texts that wait.
    pub waiting: u64,
    /// Chunks that are found.
    pub chunks: u64,
}

/// Where the index of all workspaces stands.
pub async fn progress(files: &Files) -> Result<Progress, DbError> {
    let conn = files.db().read();
    Ok(Progress {
        waiting: index_queue::Entity::find().count(conn).await?,
        chunks: chunks::Entity::find().count(conn).await?,
    })
}

/// Works until nothing that is due waits any more; for a command, where no worker runs.
pub async fn run_until_done(files: &Files, mut tell: impl FnMut(Progress)) -> Result<(), DbError> {
    while super::worker::run_once(files).await? > 0 {
        tell(progress(files).await?);
    }
    Ok(())
}
