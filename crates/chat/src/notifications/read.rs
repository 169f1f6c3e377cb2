//! Marking notifications as read.

use db::entity::{notifications, threads};
use db::events::Scope;
use db::{DbError, ThreadId, Tx, UserId, WorkspaceId};
use identity::Caller;
use kit::api::{ApiError, Problems, Validate};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::show::visible;
use crate::Chat;
use crate::news::News;

/// How many ids one event names.
const IDS: usize = 200;

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
