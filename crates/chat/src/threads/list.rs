//! Lists of threads: pages, a search by title, and the newest ones for somebody who has just come.

use db::entity::{members, threads};
use db::kinds::{Role, Visibility};
use db::{DbError, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use kit::api::{ApiError, Cursor, Page};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::show::{ThreadOut, ThreadShared, show, show_shared};
use super::write::open_title;
use crate::Chat;
use crate::access::visible_to;
use crate::inputs::ThreadsQuery;

/// Where a page of threads ended: the time of the last row's last message, and its id.
type Position = (i64, ThreadId);

/// One page: the pinned ones first on the first page, then the newest.
pub async fn list(chat: &Chat, caller: &Caller, query: ThreadsQuery) -> Result<Page<ThreadOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let db = chat.db();
    let words: Vec<String> = query
        .q
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let archived = query.archived.unwrap_or(false);
    let base = threads::Entity::of(caller.workspace)
        .filter(visible_to(caller.workspace, caller.user, caller.role))
        .filter(threads::Column::Archived.eq(archived));
    if !words.is_empty() {
        return by_title(chat, caller, base, &words, limit).await;
    }
    let after = Cursor::decode::<Position>(query.cursor.as_deref())?;
    let mut rows = Vec::new();
    let mut rest = base.clone();
    // The archive has no pinned part: what is put away is simply in order.
    if !archived {
        if after.is_none() {
            let pinned = base
                .filter(threads::Column::Pinned.eq(true))
                .order_by_desc(threads::Column::LastMessageAt)
                .limit(100);
            rows = pinned.all(db.read()).await.map_err(DbError::from)?;
        }
        rest = rest.filter(threads::Column::Pinned.eq(false));
    }
    if let Some((at, id)) = after {
        let earlier = Condition::all()
            .add(threads::Column::LastMessageAt.eq(at))
            .add(threads::Column::Id.lt(id));
        // The first line says nothing new, but an index can begin to read there.
        rest = rest.filter(threads::Column::LastMessageAt.lte(at)).filter(
            Condition::any()
                .add(threads::Column::LastMessageAt.lt(at))
                .add(earlier),
        );
    }
    let rest = rest
        .order_by_desc(threads::Column::LastMessageAt)
        .order_by_desc(threads::Column::Id)
        .limit(limit as u64 + 1)
        .all(db.read())
        .await
        .map_err(DbError::from)?;
    let page = Page::cut(rest, limit, |row| Cursor::encode(&(row.last_message_at, row.id)));
    rows.extend(page.rows);
    Ok(Page {
        rows: show(chat, caller, rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// How many of the newest threads a search by title opens: titles are sealed, so they are opened to be compared.
const SEARCHED: u64 = 5_000;

async fn by_title(
    chat: &Chat,
    caller: &Caller,
    base: sea_orm::Select<threads::Entity>,
    words: &[String],
    limit: usize,
) -> Result<Page<ThreadOut>, ApiError> {
    let keys = chat.db().keys(caller.workspace.0).await?;
    let rows = base
        .filter(threads::Column::Title.is_not_null())
        .order_by_desc(threads::Column::LastMessageAt)
        .limit(SEARCHED)
        .all(chat.db().read())
        .await
        .map_err(DbError::from)?;
    let found = rows.into_iter().filter(|thread| {
        open_title(&keys, thread).is_some_and(|title| {
            let title = title.to_lowercase();
            words.iter().all(|word| title.contains(word))
        })
    });
    let rows = show(chat, caller, found.take(limit).collect()).await?;
    Ok(Page {
        rows,
        next_cursor: None,
    })
}

/// The newest threads that the workspace sees.
pub(crate) async fn newest_of_workspace(
    chat: &Chat,
    workspace: WorkspaceId,
    limit: u64,
) -> Result<Vec<ThreadShared>, DbError> {
    let rows = threads::Entity::of(workspace)
        .filter(threads::Column::Visibility.eq(Visibility::Workspace))
        .order_by_desc(threads::Column::LastMessageAt)
        .order_by_desc(threads::Column::Id)
        .limit(limit)
        .all(chat.db().read())
        .await?;
    show_shared(chat, workspace, rows).await
}

/// The newest threads that somebody may enter and that are not told to the whole workspace: the private ones, and for
/// a guest all that are shared with them.
pub(crate) async fn newest_of_person(
    chat: &Chat,
    workspace: WorkspaceId,
    user: UserId,
    limit: u64,
) -> Result<Vec<ThreadShared>, DbError> {
    let conn = chat.db().read();
    let member = members::Entity::find_by_id((workspace, user)).one(conn).await?;
    let Some(member) = member else {
        return Ok(Vec::new());
    };
    let mut query = threads::Entity::of(workspace).filter(visible_to(workspace, user, member.role));
    if member.role != Role::Guest {
        query = query.filter(threads::Column::Visibility.eq(Visibility::Private));
    }
    let rows = query
        .order_by_desc(threads::Column::LastMessageAt)
        .order_by_desc(threads::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    show_shared(chat, workspace, rows).await
}
