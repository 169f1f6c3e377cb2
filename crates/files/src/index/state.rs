//! What the index keeps in memory.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use db::index::{Totals, totals};
use db::kinds::IndexKind;
use db::{Db, DbError, WorkspaceId};

use parking_lot::Mutex;

use super::source::{Source, Sources};
use super::vectors::Vectors;

/// How long it may be unknown that an index has grown: its size only weighs words against each other.
const TOTALS_KEPT: Duration = Duration::from_secs(30);

/// The state of the index, within [`Files`](crate::Files).
pub struct Index {
    pub(crate) sources: Sources,
    totals: moka::future::Cache<WorkspaceId, Totals>,
    pub(crate) vectors: OnceLock<Vectors>,
    /// The workspaces of which everything is being queued.
    queueing: Arc<Mutex<Vec<WorkspaceId>>>,
}

/// While it lives, everything of a workspace is being queued.
pub(crate) struct Queueing(WorkspaceId, Arc<Mutex<Vec<WorkspaceId>>>);

impl Drop for Queueing {
    fn drop(&mut self) {
        let mut queueing = self.1.lock();
        if let Some(at) = queueing.iter().position(|workspace| *workspace == self.0) {
            queueing.swap_remove(at);
        }
    }
}

impl Default for Index {
    fn default() -> Self {
        Self {
            sources: Sources::default(),
            totals: moka::future::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(TOTALS_KEPT)
                .build(),
            vectors: OnceLock::new(),
            queueing: Arc::default(),
        }
    }
}

impl Index {
    /// Hands in where texts of a kind come from; before anything is served.
    pub fn set_source(&self, kind: IndexKind, source: Arc<dyn Source>) {
        self.sources.set(kind, source);
    }

    /// How much a workspace has in the index, as of a moment ago.
    pub(crate) async fn totals(&self, db: &Db, workspace: WorkspaceId) -> Result<Totals, DbError> {
        if let Some(known) = self.totals.get(&workspace).await {
            return Ok(known);
        }
        let fresh = totals(db, workspace).await?;
        self.totals.insert(workspace, fresh).await;
        Ok(fresh)
    }

    pub(crate) fn queueing(&self, workspace: WorkspaceId) -> Queueing {
        self.queueing.lock().push(workspace);
        Queueing(workspace, self.queueing.clone())
    }

    pub(crate) fn is_queueing(&self, workspace: WorkspaceId) -> bool {
        self.queueing.lock().contains(&workspace)
    }

    /// Where vectors are kept.
    pub(crate) fn vectors(&self) -> &Vectors {
        self.vectors.get_or_init(|| Vectors::Nowhere)
    }
}
