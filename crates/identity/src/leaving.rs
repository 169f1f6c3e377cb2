//! What else goes when somebody leaves a workspace: their part in its threads.

use std::collections::BTreeSet;

use db::entity::{drafts, notifications, thread_members, thread_states, threads};
use db::events::Scope;
use db::kinds::Visibility;
use db::{Event, ThreadId, Tx, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::Result;

/// Those who have a thread in their list that is shared with one person less.
pub(crate) type Others = BTreeSet<(UserId, ThreadId)>;

/// Takes every thread of the workspace from somebody and tells it in those threads; answers who else is to be told.
/// Everything is in the order of ids, so that two who leave at the same moment never wait for each other in a circle.
pub(crate) async fn leave_threads(tx: &Tx, workspace: WorkspaceId, user: UserId) -> Result<Others> {
    let shared = thread_members::Entity::of(workspace)
        .filter(thread_members::Column::UserId.eq(user))
        .order_by_asc(thread_members::Column::ThreadId)
        .all(&**tx)
        .await?;
    forget(tx, workspace, user).await?;
    for row in &shared {
        let scope = Scope::Thread(row.thread_id);
        tx.permissions_changed(scope).await?;
        let left = json!({ "user_id": user, "action": "removed" });
        tell(tx, workspace, scope, "members.changed", left).await?;
        tell_change(tx, workspace, scope, row.thread_id).await?;
    }
    let mut others = Others::new();
    for row in &shared {
        let thread = threads::Entity::find_by_id((workspace, row.thread_id))
            .one(&**tx)
            .await?;
        match thread {
            Some(thread) if thread.visibility == Visibility::Workspace => {
                tell_change(tx, workspace, Scope::Workspace(workspace), thread.id).await?;
            }
            Some(thread) => {
                let named = thread_members::Entity::of(workspace)
                    .filter(thread_members::Column::ThreadId.eq(thread.id))
                    .all(&**tx)
                    .await?;
                others.extend(named.into_iter().map(|row| (row.user_id, thread.id)));
                others.insert((thread.owner_id, thread.id));
            }
            None => {}
        }
    }
    Ok(others)
}

/// Tells those who stay. Called last: people are told after workspaces.
pub(crate) async fn tell_others(tx: &Tx, workspace: WorkspaceId, others: Others) -> Result<()> {
    for (user, thread) in others {
        tell_change(tx, workspace, Scope::User(user), thread).await?;
    }
    Ok(())
}

async fn tell_change(tx: &Tx, workspace: WorkspaceId, scope: Scope, thread: ThreadId) -> Result<()> {
    tell(
        tx,
        workspace,
        scope,
        "thread.changed",
        json!({ "thread_id": thread }),
    )
    .await
}

async fn tell(tx: &Tx, workspace: WorkspaceId, scope: Scope, kind: &str, payload: Value) -> Result<()> {
    let event = Event {
        scope,
        workspace: Some(workspace),
        kind,
        payload: &payload,
    };
    tx.event(event).await?;
    Ok(())
}

async fn forget(tx: &Tx, workspace: WorkspaceId, user: UserId) -> Result<()> {
    thread_members::Entity::delete_many()
        .filter(thread_members::Column::WorkspaceId.eq(workspace))
        .filter(thread_members::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    thread_states::Entity::delete_many()
        .filter(thread_states::Column::WorkspaceId.eq(workspace))
        .filter(thread_states::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    notifications::Entity::delete_many()
        .filter(notifications::Column::WorkspaceId.eq(workspace))
        .filter(notifications::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    drafts::Entity::delete_many()
        .filter(drafts::Column::WorkspaceId.eq(workspace))
        .filter(drafts::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}
