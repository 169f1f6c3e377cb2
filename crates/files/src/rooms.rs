//! What files need to know of the floor above, where threads are.

use db::kinds::Role;
use db::{DbError, FileId, Tx, UserId, WorkspaceId};
use futures::future::BoxFuture;
use sea_orm::sea_query::SelectStatement;

/// Who may enter which threads, and who is told when an attached file changes.
pub trait Rooms: Send + Sync + 'static {
    /// The ids of the threads that somebody may enter, as a subquery: who sees what is asked in the very query.
    fn visible_threads(&self, workspace: WorkspaceId, user: UserId, role: Role) -> SelectStatement;

    /// Tells the threads that a file is attached to that it is another now, in the transaction of the change.
    fn file_changed<'a>(
        &'a self,
        tx: &'a Tx,
        workspace: WorkspaceId,
        file: FileId,
    ) -> BoxFuture<'a, Result<(), DbError>>;
}
