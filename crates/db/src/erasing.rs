//! Removing what is left of a workspace that was erased.

use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::entity::{chunks, threads};
use crate::events::Scope;
use crate::{Db, DbError, ThreadId, WorkspaceId, dialect, index};

/// Rows that are removed in one transaction where others wait for it.
const BATCH: u64 = 500;

/// Tables whose rows of a workspace go in their own way, or stay: a session is its person's, who may have another
/// workspace, and the numbers of what a person was told have no gaps.
const APART: [&str; 5] = ["audit", "chunks", "event_log", "sessions", "workspaces"];

impl Db {
    /// Removes the rows of a workspace from every table that has any, and its part of the index. It can be called again
    /// after it was broken off, and does nothing then but what is left.
    pub async fn erase_rows(&self, workspace: WorkspaceId) -> Result<(), DbError> {
        while self.erase_chunks(workspace).await? {}
        self.erase_scopes(workspace).await?;
        for table in self.tables_with("workspace_id").await? {
            if APART.contains(&table.as_str()) {
                continue;
            }
            let tx = self.write().await?;
            let sql = format!("DELETE FROM \"{table}\" WHERE workspace_id = $1");
            tx.execute_raw(dialect::statement(&*tx, &sql, [workspace.0.into()]))
                .await?;
            tx.commit().await?;
        }
        let tx = self.write().await?;
        self.take_trail_down(&tx, workspace).await?;
        tx.commit().await
    }

    /// The tables that have a column of this name.
    pub async fn tables_with(&self, column: &str) -> Result<Vec<String>, DbError> {
        let sql = dialect::tables_with_sql(self.read.get_database_backend());
        let rows = self
            .read
            .query_all_raw(dialect::statement(&self.read, sql, [column.into()]))
            .await?;
        let names = rows.iter().map(|row| row.try_get::<String>("", "name"));
        Ok(names.collect::<Result<_, _>>()?)
    }

    async fn erase_chunks(&self, workspace: WorkspaceId) -> Result<bool, DbError> {
        let some: Vec<i64> = chunks::Entity::of(workspace)
            .select_only()
            .column(chunks::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(&self.read)
            .await?;
        if some.is_empty() {
            return Ok(false);
        }
        let gone = chunks::Entity::of(workspace)
            .select_only()
            .column(chunks::Column::Id)
            .filter(chunks::Column::Id.is_in(some))
            .into_query();
        let tx = self.write().await?;
        index::delete(&tx, gone).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn erase_scopes(&self, workspace: WorkspaceId) -> Result<(), DbError> {
        let threads: Vec<ThreadId> = threads::Entity::of(workspace)
            .select_only()
            .column(threads::Column::Id)
            .into_tuple()
            .all(&self.read)
            .await?;
        let scopes: Vec<Scope> = threads
            .into_iter()
            .map(Scope::Thread)
            .chain([Scope::Workspace(workspace)])
            .collect();
        for some in scopes.chunks(BATCH as usize) {
            let tx = self.write().await?;
            for scope in some {
                tx.forget_scope(*scope).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}
