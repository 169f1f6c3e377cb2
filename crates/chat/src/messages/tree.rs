//! The tree of a thread: one message, the branch above it, the leaf under it, and pages of both.

use db::entity::messages;
use db::{Db, DbError, MessageId, ThreadId, WorkspaceId};
use kit::api::{ApiError, Cursor, Page};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use super::show::{MessageOut, show};
use crate::Chat;

fn raw(db: &Db, sql: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(db.read().get_database_backend(), sql, values)
}

/// The messages from `tip` up to the root, newest first, at most `limit`.
pub async fn path_up(
    db: &Db,
    workspace: WorkspaceId,
    tip: MessageId,
    limit: u64,
) -> Result<Vec<messages::Model>, DbError> {
    // `depth` keeps the order and bounds the walk even if a damaged store had a circle.
    let sql = "WITH RECURSIVE path(id, parent_id, depth) AS ( \
                 SELECT id, parent_id, 1 FROM messages WHERE workspace_id = $1 AND id = $2 \
                 UNION ALL \
                 SELECT m.id, m.parent_id, p.depth + 1 FROM messages m JOIN path p ON m.id = p.parent_id \
                 WHERE m.workspace_id = $1 AND p.depth < $3) \
               SELECT m.* FROM path p JOIN messages m ON m.id = p.id WHERE m.workspace_id = $1 ORDER BY p.depth";
    let values = [workspace.0.into(), tip.0.into(), (limit as i64).into()];
    Ok(messages::Entity::find()
        .from_raw_sql(raw(db, sql, values))
        .all(db.read())
        .await?)
}

/// The newest message under `from` (itself included): always a leaf, because a child is younger than its parent.
pub async fn newest_under(
    db: &Db,
    workspace: WorkspaceId,
    from: MessageId,
) -> Result<Option<MessageId>, DbError> {
    let sql = "WITH RECURSIVE under(id, seq) AS ( \
                 SELECT id, seq FROM messages WHERE workspace_id = $1 AND id = $2 \
                 UNION ALL \
                 SELECT m.id, m.seq FROM messages m JOIN under u ON m.parent_id = u.id \
                 WHERE m.workspace_id = $1 AND m.thread_id = (SELECT thread_id FROM messages WHERE workspace_id = $1 AND id = $2)) \
               SELECT id FROM under ORDER BY seq DESC LIMIT 1";
    let row = db
        .read()
        .query_one_raw(raw(db, sql, [workspace.0.into(), from.0.into()]))
        .await?;
    Ok(match row {
        Some(row) => Some(MessageId(row.try_get("", "id")?)),
        None => None,
    })
}

/// Which messages to list.
#[derive(Clone, Copy, Debug)]
pub enum Branch {
    /// The path to this message.
    To(MessageId),
    /// Every message.
    All,
}

/// One page, newest first.
pub async fn list(
    chat: &Chat,
    workspace: WorkspaceId,
    thread: ThreadId,
    branch: Branch,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<MessageOut>, ApiError> {
    let db = chat.db();
    let page = match branch {
        Branch::To(tip) => {
            let from = Cursor::decode::<MessageId>(cursor)?.unwrap_or(tip);
            let mut rows = path_up(db, workspace, from, limit as u64 + 1).await?;
            if rows.iter().any(|r| r.thread_id != thread) {
                return Err(ApiError::invalid("cursor", "This cursor is not one of ours."));
            }
            let next = if rows.len() > limit {
                rows.pop().map(|r| Cursor::encode(&r.id))
            } else {
                None
            };
            Page {
                rows,
                next_cursor: next,
            }
        }
        Branch::All => {
            let before = Cursor::decode::<i64>(cursor)?.unwrap_or(i64::MAX);
            let rows = messages::Entity::of(workspace)
                .filter(messages::Column::ThreadId.eq(thread))
                .filter(messages::Column::Seq.lt(before))
                .order_by_desc(messages::Column::Seq)
                .limit(limit as u64 + 1)
                .all(db.read())
                .await
                .map_err(DbError::from)?;
            Page::cut(rows, limit, |row| Cursor::encode(&row.seq))
        }
    };
    Ok(Page {
        rows: show(chat, workspace, page.rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// One message by id.
pub async fn find(
    db: &Db,
    workspace: WorkspaceId,
    id: MessageId,
) -> Result<Option<messages::Model>, DbError> {
    Ok(messages::Entity::of(workspace)
        .filter(messages::Column::Id.eq(id))
        .one(db.read())
        .await?)
}
