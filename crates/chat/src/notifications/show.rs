//! Notifications as their person sees them, with the first words of the message.

use std::collections::HashMap;

use db::entity::{members, messages, notifications};
use db::kinds::NotificationKind;
use db::{DbError, MessageId, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use identity::people::AuthorOut;
use kit::api::{ApiError, Cursor, Page};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::in_visible_thread;
use crate::messages::open_body;

/// How much of a message is shown, in characters.
const SNIPPET: usize = 140;

/// A notification as its person sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NotificationOut {
    /// The notification.
    pub id: Uuid,
    /// Why.
    pub kind: NotificationKind,
    /// Where.
    pub thread_id: ThreadId,
    /// At which message, where there is one.
    #[schema(required)]
    pub message_id: Option<MessageId>,
    /// Who did it; null when they have no account any more.
    #[schema(required)]
    pub actor: Option<AuthorOut>,
    /// The first words of the message.
    #[schema(required)]
    pub snippet: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it was read.
    #[schema(required)]
    pub read_at: Option<Timestamp>,
}

/// Which notifications to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NotificationsQuery {
    /// Rows a page, 1 to 200.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Only those that were not read.
    pub unread: Option<bool>,
}

/// The notifications of a person in threads that they may enter; none for those who left the workspace.
pub(super) async fn visible(
    chat: &Chat,
    (workspace, user): (WorkspaceId, UserId),
) -> Result<Option<Select<notifications::Entity>>, DbError> {
    let member = members::Entity::find_by_id((workspace, user))
        .one(chat.db().read())
        .await?;
    let thread = (notifications::Entity, notifications::Column::ThreadId);
    Ok(member.map(|member| {
        notifications::Entity::of(workspace)
            .filter(notifications::Column::UserId.eq(user))
            .filter(in_visible_thread(thread, workspace, user, member.role))
            .order_by_desc(notifications::Column::CreatedAt)
            .order_by_desc(notifications::Column::Id)
    }))
}

/// Where a page ended: the time of the last row, and its id.
type Position = (i64, Uuid);

/// One page of the caller's, newest first.
pub async fn list(
    chat: &Chat,
    caller: &Caller,
    query: NotificationsQuery,
) -> Result<Page<NotificationOut>, ApiError> {
    let limit = Cursor::limit(query.limit)?;
    let after = Cursor::decode::<Position>(query.cursor.as_deref())?;
    let Some(mut rows) = visible(chat, (caller.workspace, caller.user)).await? else {
        return Ok(Page {
            rows: Vec::new(),
            next_cursor: None,
        });
    };
    if query.unread == Some(true) {
        rows = rows.filter(notifications::Column::ReadAt.is_null());
    }
    if let Some((at, id)) = after {
        let earlier = Condition::all()
            .add(notifications::Column::CreatedAt.eq(at))
            .add(notifications::Column::Id.lt(id));
        rows = rows.filter(
            Condition::any()
                .add(notifications::Column::CreatedAt.lt(at))
                .add(earlier),
        );
    }
    let rows = rows.limit(limit as u64 + 1).all(chat.db().read()).await;
    let page = Page::cut(rows.map_err(DbError::from)?, limit, |row| {
        Cursor::encode(&(row.created_at, row.id))
    });
    Ok(Page {
        rows: show(chat, caller.workspace, page.rows).await?,
        next_cursor: page.next_cursor,
    })
}

/// A person's notifications, newest first; all, or those among `only`.
pub(crate) async fn shown(
    chat: &Chat,
    workspace: WorkspaceId,
    user: UserId,
    only: Option<&[Uuid]>,
    limit: u64,
) -> Result<Vec<NotificationOut>, DbError> {
    let Some(mut rows) = visible(chat, (workspace, user)).await? else {
        return Ok(Vec::new());
    };
    if let Some(only) = only {
        rows = rows.filter(notifications::Column::Id.is_in(only.iter().copied()));
    }
    let rows = rows.limit(limit).all(chat.db().read()).await?;
    show(chat, workspace, rows).await
}

async fn show(
    chat: &Chat,
    workspace: WorkspaceId,
    rows: Vec<notifications::Model>,
) -> Result<Vec<NotificationOut>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let actors = identity::people::authors(chat.db(), rows.iter().map(|row| row.actor_id))
        .await
        .map_err(|error| DbError::Database(sea_orm::DbErr::Custom(error.to_string())))?;
    let snippets = snippets(chat, workspace, rows.iter().filter_map(|row| row.message_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| NotificationOut {
            id: row.id,
            kind: row.kind,
            thread_id: row.thread_id,
            message_id: row.message_id,
            actor: actors.get(&row.actor_id).cloned(),
            snippet: row.message_id.and_then(|id| snippets.get(&id).cloned()),
            created_at: Timestamp(row.created_at),
            read_at: row.read_at.map(Timestamp),
        })
        .collect())
}

/// The first words of messages.
async fn snippets(
    chat: &Chat,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = MessageId>,
) -> Result<HashMap<MessageId, String>, DbError> {
    let rows = messages::Entity::of(workspace)
        .filter(messages::Column::Id.is_in(ids))
        .all(chat.db().read())
        .await?;
    let keys = chat.db().keys(workspace.0).await?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((row.id, first_words(&open_body(&keys, row).ok()?.text))))
        .collect())
}

/// The beginning of a text on one line.
fn first_words(text: &str) -> String {
    let mut line = String::new();
    let mut left = SNIPPET;
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
            left = left.saturating_sub(1);
        }
        line.extend(word.chars().take(left));
        let length = word.chars().count();
        if length > left {
            line.push('…');
            break;
        }
        left -= length;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{SNIPPET, first_words};

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(first_words("  Hello\n\n\tworld "), "Hello world");
        assert_eq!(first_words(""), "");
        let long = first_words(&"Grüße 🌍 ".repeat(100));
        assert!(
            long.ends_with('…') && long.chars().count() <= SNIPPET + 1,
            "{long}"
        );
        assert_eq!(first_words(&"x".repeat(500)).chars().count(), SNIPPET + 1);
    }
}
