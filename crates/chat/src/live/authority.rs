//! Who may be where, asked of the store itself: what is remembered elsewhere may be a moment old.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use db::entity::{members, messages, threads};
use db::events::Scope;
use db::kinds::{MessageStatus, Role};
use db::{DbError, MessageId, ThreadId, UserId, WorkspaceId};
use identity::Caller;
use kit::api::ApiError;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::connection::Connection;
use super::hub::Live;
use crate::access;

/// The numbers of those connections that may hold a scope now. Where it is a workspace's, they learn on the way what
/// their people are in it, so that nobody is shown as a member what guests do not see.
pub async fn admitted(
    live: &Live,
    scope: Scope,
    connections: &[Arc<Connection>],
) -> Result<HashSet<u64>, ApiError> {
    let mut workspaces: HashMap<WorkspaceId, Vec<&Arc<Connection>>> = HashMap::new();
    for connection in connections {
        workspaces
            .entry(connection.workspace())
            .or_default()
            .push(connection);
    }
    let mut admitted = HashSet::new();
    for (workspace, connections) in workspaces {
        let users: HashSet<UserId> = connections.iter().map(|c| c.user()).collect();
        let roles = roles(live, workspace, users).await?;
        let welcome = among(live, scope, workspace, &roles).await?;
        for connection in connections {
            let caller = connection.caller();
            if welcome.contains(&caller.user) {
                admitted.insert(connection.number);
            }
            if let (Scope::Workspace(_), Some(role)) = (scope, roles.get(&caller.user)) {
                connection.set_caller(Caller {
                    role: *role,
                    ..caller
                });
            }
        }
    }
    Ok(admitted)
}

/// Those of some people who may hold a scope of a workspace now.
pub async fn welcome(
    live: &Live,
    scope: Scope,
    workspace: WorkspaceId,
    users: HashSet<UserId>,
) -> Result<HashSet<UserId>, ApiError> {
    let roles = roles(live, workspace, users).await?;
    among(live, scope, workspace, &roles).await
}

async fn roles(
    live: &Live,
    workspace: WorkspaceId,
    users: HashSet<UserId>,
) -> Result<HashMap<UserId, Role>, ApiError> {
    let rows = members::Entity::of(workspace)
        .filter(members::Column::UserId.is_in(users))
        .all(live.db().read())
        .await
        .map_err(DbError::from)?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.role)).collect())
}

async fn among(
    live: &Live,
    scope: Scope,
    workspace: WorkspaceId,
    roles: &HashMap<UserId, Role>,
) -> Result<HashSet<UserId>, ApiError> {
    let belong = roles.keys().copied();
    Ok(match scope {
        Scope::User(user) => belong.filter(|u| *u == user).collect(),
        Scope::Workspace(id) if id == workspace => belong.collect(),
        Scope::Workspace(_) => HashSet::new(),
        Scope::Thread(thread) => {
            let Some(room) = thread_row(live, workspace, thread).await? else {
                return Ok(HashSet::new());
            };
            let users: Vec<UserId> = belong.collect();
            let admitted = access::admitted(live.db().read(), &room, Some(&users)).await?;
            admitted.into_keys().collect()
        }
    })
}

/// A thread's row, if it is there.
pub async fn thread_row(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
) -> Result<Option<threads::Model>, DbError> {
    Ok(threads::Entity::find_by_id((workspace, thread))
        .one(live.db().read())
        .await?)
}

/// The answers of a thread that are being written.
pub async fn running(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
) -> Result<Vec<MessageId>, ApiError> {
    // One process writes into the embedded store: what it does not write is not being written.
    if live.db().backend() == "sqlite" && live.chat().0.generations.is_empty() {
        return Ok(Vec::new());
    }
    Ok(messages::Entity::of(workspace)
        .filter(messages::Column::ThreadId.eq(thread))
        .filter(messages::Column::Status.eq(MessageStatus::Streaming))
        .select_only()
        .column(messages::Column::Id)
        .into_tuple()
        .all(live.db().read())
        .await
        .map_err(DbError::from)?)
}
