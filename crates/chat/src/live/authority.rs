//! Who may be where, asked of the store itself: what is remembered elsewhere may be a moment old.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use db::entity::{members, messages};
use db::events::Scope;
use db::kinds::{MessageStatus, Role};
use db::{DbError, MessageId, ThreadId, UserId, WorkspaceId};
use kit::api::ApiError;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::connection::Connection;
use super::hub::Live;
use crate::access;

/// The numbers of those connections that may hold a scope now.
pub async fn admitted(
    live: &Live,
    scope: Scope,
    connections: &[Arc<Connection>],
) -> Result<HashSet<u64>, ApiError> {
    let mut workspaces: HashMap<WorkspaceId, Vec<&Arc<Connection>>> = HashMap::new();
    for connection in connections {
        workspaces.entry(connection.workspace()).or_default().push(connection);
    }
    let mut admitted = HashSet::new();
    for (workspace, connections) in workspaces {
        let users: HashSet<UserId> = connections.iter().map(|c| c.user()).collect();
        let welcome = welcome(live, scope, workspace, users).await?;
        let let_in = connections.iter().filter(|c| welcome.contains(&c.user()));
        admitted.extend(let_in.map(|c| c.number));
    }
    Ok(admitted)
}

async fn welcome(
    live: &Live,
    scope: Scope,
    workspace: WorkspaceId,
    users: HashSet<UserId>,
) -> Result<HashSet<UserId>, ApiError> {
    let roles: HashMap<UserId, Role> = members::Entity::of(workspace)
        .filter(members::Column::UserId.is_in(users.iter().copied()))
        .all(live.db().read())
        .await
        .map_err(DbError::from)?
        .into_iter()
        .map(|row| (row.user_id, row.role))
        .collect();
    let belongs = roles.keys().copied();
    Ok(match scope {
        Scope::User(user) => belongs.filter(|u| *u == user).collect(),
        Scope::Workspace(id) if id == workspace => belongs.collect(),
        Scope::Workspace(_) => HashSet::new(),
        Scope::Thread(thread) => access::welcome(live.chat(), workspace, thread, &roles).await?,
    })
}

/// The answers of a thread that are being written.
pub async fn running(
    live: &Live,
    workspace: WorkspaceId,
    thread: ThreadId,
) -> Result<Vec<MessageId>, ApiError> {
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
