//! Writing down what somebody is to be told of.

use std::collections::HashSet;

use db::entity::{notifications, thread_states, threads};
use db::events::Scope;
use db::kinds::NotificationKind;
use db::{DbError, MessageId, Tx, UserId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;

use crate::access::admitted;
use crate::news::News;

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
        admitted.contains_key(&notice.user) && (is_always_told(notice.kind) || !silent.contains(&notice.user))
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

/// Whether somebody is told even of a thread that is silent to them.
fn is_always_told(kind: NotificationKind) -> bool {
    matches!(kind, NotificationKind::Mention | NotificationKind::Opened)
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
