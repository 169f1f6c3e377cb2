//! The events of one transaction, gathered and written in one order (thread, workspace, people by id), so that two
//! transactions that tell the same people never wait for each other in a circle.

use db::entity::{members, thread_members, threads};
use db::events::{Event, Scope};
use db::kinds::{Role, Visibility};
use db::{DbError, Tx, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is to be told.
#[derive(Debug)]
pub(crate) struct News {
    workspace: WorkspaceId,
    events: Vec<(Scope, &'static str, Value)>,
}

fn order(scope: Scope) -> (u8, Uuid) {
    match scope {
        Scope::Thread(id) => (0, id.0),
        Scope::Workspace(id) => (1, id.0),
        Scope::User(id) => (2, id.0),
    }
}

impl News {
    /// Nothing yet.
    pub fn of(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            events: Vec::new(),
        }
    }

    /// Tells a scope something.
    pub fn tell(&mut self, scope: Scope, kind: &'static str, payload: Value) {
        self.events.push((scope, kind, payload));
    }

    /// Tells whoever looks at the thread that it is another now.
    pub fn thread_changed(&mut self, thread: &threads::Model) {
        let payload = json!({ "thread_id": thread.id });
        self.tell(Scope::Thread(thread.id), "thread.changed", payload);
    }

    /// Tells those who have the thread in a list.
    pub fn listed(&mut self, thread: &threads::Model, audience: &[Scope], kind: &'static str) {
        for scope in audience {
            self.tell(*scope, kind, json!({ "thread_id": thread.id }));
        }
    }

    /// Writes everything.
    pub async fn write(mut self, tx: &Tx) -> Result<(), DbError> {
        self.events.sort_by_key(|(scope, ..)| order(*scope));
        for (scope, kind, payload) in &self.events {
            let event = Event {
                scope: *scope,
                workspace: Some(self.workspace),
                kind,
                payload,
            };
            tx.event(event).await?;
        }
        Ok(())
    }
}

/// The scopes in whose lists the thread is: its owner's and its members', or the workspace's. What the workspace sees
/// is not told to guests, so that those whom it is shared with are told one by one.
pub(crate) async fn audience(
    conn: &impl ConnectionTrait,
    thread: &threads::Model,
) -> Result<Vec<Scope>, DbError> {
    let named = thread_members::Entity::of(thread.workspace_id)
        .filter(thread_members::Column::ThreadId.eq(thread.id))
        .all(conn)
        .await?;
    let mut people: Vec<UserId> = named.iter().map(|row| row.user_id).collect();
    people.push(thread.owner_id);
    if thread.visibility == Visibility::Private {
        return Ok(people.into_iter().map(Scope::User).collect());
    }
    let guests = members::Entity::of(thread.workspace_id)
        .filter(members::Column::Role.eq(Role::Guest))
        .filter(members::Column::UserId.is_in(people))
        .all(conn)
        .await?;
    let guests = guests.into_iter().map(|guest| Scope::User(guest.user_id));
    Ok([Scope::Workspace(thread.workspace_id)]
        .into_iter()
        .chain(guests)
        .collect())
}
