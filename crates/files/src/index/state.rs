//! What the index keeps in memory.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use db::index::{Totals, totals};
use db::kinds::IndexKind;
use db::{Db, DbError, WorkspaceId};

use super::source::{Source, Sources};
use super::vectors::Vectors;

/// How long it may be unknown that an index has grown: its size only weighs words against each other.
const TOTALS_KEPT: Duration = Duration::from_secs(30);

/// The state of the index, within [`Files`](crate::Files).
pub struct Index {
    pub(crate) sources: Sources,
    totals: moka::future::Cache<WorkspaceId, Totals>,
    pub(crate) vectors: OnceLock<Vectors>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            sources: Sources::default(),
            totals: moka::future::Cache::builder().max_capacity(10_000).time_to_live(TOTALS_KEPT).build(),
            vectors: OnceLock::new(),
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

    /// Where vectors are kept.
    pub(crate) fn vectors(&self) -> &Vectors {
        self.vectors.get_or_init(|| Vectors::Nowhere)
    }
}
