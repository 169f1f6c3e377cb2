//! Where texts come from. A floor above owns messages and threads and hands its source in; files are a source here.

use std::collections::HashMap;
use std::sync::Arc;

use db::kinds::IndexKind;
use db::{DbError, ThreadId, UserId, WorkspaceId};
use futures::future::BoxFuture;
use parking_lot::RwLock;
use uuid::Uuid;

/// A text with what decides who finds it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The message, thread, file or record.
    pub id: Uuid,
    /// The thread that gives the right to see it.
    pub thread: Option<ThreadId>,
    /// Who wrote it; none for a model.
    pub author: Option<UserId>,
    /// When it was made.
    pub created_at: i64,
    /// What it says.
    pub text: String,
}

/// Opens texts of one kind.
pub trait Source: Send + Sync + 'static {
    /// The texts of these, those that are there and can be read, in any order.
    fn open<'a>(
        &'a self,
        workspace: WorkspaceId,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Text>, DbError>>;

    /// All there are after one, by their ids, at most `limit`, each with the thread that it is forgotten with.
    fn list(
        &self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'_, Result<Vec<(Uuid, Option<ThreadId>)>, DbError>>;
}

/// The sources that are there.
#[derive(Default)]
pub(crate) struct Sources(RwLock<HashMap<IndexKind, Arc<dyn Source>>>);

impl Sources {
    pub(crate) fn set(&self, kind: IndexKind, source: Arc<dyn Source>) {
        self.0.write().insert(kind, source);
    }

    pub(crate) fn get(&self, kind: IndexKind) -> Option<Arc<dyn Source>> {
        self.0.read().get(&kind).cloned()
    }

    pub(crate) fn kinds(&self) -> Vec<IndexKind> {
        let mut kinds: Vec<_> = self.0.read().keys().copied().collect();
        kinds.sort_unstable();
        kinds
    }
}
