//! Files in conversations: which thread gives the right to see which file.

use db::entity::threads;
use db::kinds::Role;
use db::{DbError, FileId, Tx, UserId, WorkspaceId};
use files::Rooms;
use futures::future::BoxFuture;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Query, SelectStatement};

use crate::access::visible_to;

/// What files are told about threads.
#[derive(Debug)]
pub(crate) struct Threads;

impl Rooms for Threads {
    fn visible_threads(&self, workspace: WorkspaceId, user: UserId, role: Role) -> SelectStatement {
        Query::select()
            .column((threads::Entity, threads::Column::Id))
            .from(threads::Entity)
            .and_where(threads::Column::WorkspaceId.eq(workspace))
            .cond_where(visible_to(workspace, user, role))
            .to_owned()
    }

    fn file_changed<'a>(
        &'a self,
        _tx: &'a Tx,
        _workspace: WorkspaceId,
        _file: FileId,
    ) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(async { Ok(()) })
    }
}
