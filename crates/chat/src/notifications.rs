//! What a person is told of: they were named, quoted, added, or somebody reacted to their words. A row holds ids; the
//! words are those of the message, opened when they are shown, and shown to nobody who may not enter the thread.

use std::collections::{HashMap, HashSet};

use db::entity::{members, messages, notifications, thread_states, threads};
use db::events::Scope;
use db::kinds::NotificationKind;
use db::{DbError, MessageId, ThreadId, Tx, UserId, WorkspaceId};
use identity::Caller;
use identity::people::AuthorOut;
use kit::api::{ApiError, Cursor, Page, Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Chat;
use crate::access::{admitted, in_visible_thread};
use crate::messages::open_body;
use crate::news::News;

/// How much of a message is shown, in characters.
const SNIPPET: usize = 140;
/// How many ids one event names.
const IDS: usize = 200;

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

/// Which notifications were read: these, all, or those of a thread.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationsReadIn {
    /// These.
    pub ids: Vec<Uuid>,
    /// All of them.
    pub all: bool,
    /// Those of this thread.
    pub thread_id: Option<ThreadId>,
}

impl Validate for NotificationsReadIn {
    fn validate(&self, problems: &mut Problems) {
        problems.check(self.ids.len() <= 500, "ids", "This takes at most 500 ids.");
    }
}

/// How many are left.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadOut {
    /// Notifications that were not read.
    pub unread: u64,
}

/// Something to tell somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice {
    /// Whom.
    pub user: UserId,
    /// Why.
    pub kind: NotificationKind,
    /// At which message.
    pub message: Option<MessageId>,
    /// The number of the event that it is about.
    pub seq: i64,
}

/// Writes notices down: one a person, the first one; none for the actor, for those who may not enter the thread, and,
/// unless they are named, for those to whom it is silent.
pub(crate) async fn tell(
    tx: &Tx,
    news: &mut News,
    thread: &threads::Model,
    actor: UserId,
    notices: Vec<Notice>,
) -> Result<(), DbError> {
    let mut seen = HashSet::from([actor]);
    let notices: Vec<Notice> = notices.into_iter().filter(|n| seen.insert(n.user)).collect();
    if notices.is_empty() {
        return Ok(());
    }
    let people: Vec<UserId> = notices.iter().map(|n| n.user).collect();
    let admitted = admitted(&**tx, thread, Some(&people)).await?;
    let silent = silent(tx, thread).await?;
    let heard = |notice: &Notice| {
        admitted.contains_key(&notice.user)
            && (notice.kind == NotificationKind::Mention || !silent.contains(&notice.user))
    };
    let rows: Vec<notifications::Model> = notices
        .into_iter()
        .filter(heard)
        .map(|notice| notifications::Model {
            workspace_id: thread.workspace_id,
            id: kit::ids::new_id(),
            user_id: notice.user,
            kind: notice.kind,
            thread_id: thread.id,
            message_id: notice.message,
            actor_id: actor,
            seq: notice.seq,
            created_at: tx.now().micros(),
            read_at: None,
        })
        .collect();
    for row in &rows {
        let payload = json!({ "notification_ids": [row.id] });
        news.tell(Scope::User(row.user_id), "notification.created", payload);
    }
    if !rows.is_empty() {
        notifications::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// Those to whom a thread is silent.
async fn silent(tx: &Tx, thread: &threads::Model) -> Result<HashSet<UserId>, DbError> {
    let rows: Vec<UserId> = thread_states::Entity::of(thread.workspace_id)
        .filter(thread_states::Column::ThreadId.eq(thread.id))
        .filter(thread_states::Column::Muted.eq(true))
        .select_only()
        .column(thread_states::Column::UserId)
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Reads what somebody was told of in a thread, up to a number.
pub(crate) async fn read_up_to(
    tx: &Tx,
    news: &mut News,
    thread: &threads::Model,
    user: UserId,
    seq: i64,
) -> Result<(), DbError> {
    let some = Condition::all()
        .add(notifications::Column::ThreadId.eq(thread.id))
        .add(notifications::Column::Seq.lte(seq));
    read_some(tx, news, (thread.workspace_id, user), some).await
}

async fn read_some(
    tx: &Tx,
    news: &mut News,
    (workspace, user): (WorkspaceId, UserId),
    some: Condition,
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = notifications::Entity::of(workspace)
        .filter(notifications::Column::UserId.eq(user))
        .filter(notifications::Column::ReadAt.is_null())
        .filter(some)
        .select_only()
        .column(notifications::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?;
    for ids in ids.chunks(IDS) {
        notifications::Entity::update_many()
            .set(notifications::ActiveModel {
                read_at: Set(Some(tx.now().micros())),
                ..Default::default()
            })
            .filter(notifications::Column::WorkspaceId.eq(workspace))
            .filter(notifications::Column::Id.is_in(ids.iter().copied()))
            .exec(&**tx)
            .await?;
        let payload = json!({ "notification_ids": ids });
        news.tell(Scope::User(user), "notification.read", payload);
    }
    Ok(())
}

/// Marks notifications of the caller as read; answers how many are left.
pub async fn read(chat: &Chat, caller: &Caller, input: NotificationsReadIn) -> Result<UnreadOut, ApiError> {
    let who = (caller.workspace, caller.user);
    let some = match input {
        NotificationsReadIn { all: true, .. } => Some(Condition::all()),
        NotificationsReadIn { ids, thread_id, .. } if thread_id.is_some() || !ids.is_empty() => Some(
            Condition::any()
                .add(notifications::Column::Id.is_in(ids))
                .add_option(thread_id.map(|id| notifications::Column::ThreadId.eq(id))),
        ),
        NotificationsReadIn { .. } => None,
    };
    if let Some(some) = some {
        let tx = chat.db().write().await?;
        let mut news = News::of(caller.workspace);
        read_some(&tx, &mut news, who, some).await?;
        news.write(&tx).await?;
        tx.commit().await?;
    }
    let unread = match visible(chat, who).await? {
        Some(query) => query
            .filter(notifications::Column::ReadAt.is_null())
            .count(chat.db().read())
            .await
            .map_err(DbError::from)?,
        None => 0,
    };
    Ok(UnreadOut { unread })
}

/// The notifications of a person in threads that they may enter; none for those who left the workspace.
async fn visible(
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
