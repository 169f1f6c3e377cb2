//! The event log: what changed, in order, with gapless numbers for each scope.
//!
//! The number is taken under the lock of the scope's row, in the transaction of the change; a transaction that
//! is undone gives its number back. Payloads hold ids and flags, never content: whoever may read fetches it.

use kit::bus::Hint;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use crate::entity::{event_log, scopes};
use crate::ids::{ThreadId, UserId, WorkspaceId};
use crate::{Db, DbError, Tx, dialect};

/// A stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What happens in a thread.
    Thread(ThreadId),
    /// What every member of a workspace sees.
    Workspace(WorkspaceId),
    /// What one person sees on all their devices.
    User(UserId),
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Thread(id) => write!(f, "t:{id}"),
            Self::Workspace(id) => write!(f, "w:{id}"),
            Self::User(id) => write!(f, "u:{id}"),
        }
    }
}

/// Something to write down.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a, P: Serialize> {
    /// The stream.
    pub scope: Scope,
    /// The tenant, where there is one.
    pub workspace: Option<WorkspaceId>,
    /// Such as `message.created`.
    pub kind: &'a str,
    /// Ids and flags.
    pub payload: &'a P,
}

impl Tx {
    /// Writes an event and answers its number; number and event are one question to the store.
    pub async fn event<P: Serialize>(&self, event: Event<'_, P>) -> Result<i64, DbError> {
        let scope = event.scope.to_string();
        let values = [
            scope.clone().into(),
            event.workspace.map(|w| w.0).into(),
            event.kind.into(),
            serde_json::to_string(event.payload)?.into(),
            self.now.micros().into(),
        ];
        let sql = dialect::event_sql(self.get_database_backend());
        let row = self
            .query_one_raw(dialect::statement(&**self, sql, values))
            .await?
            .ok_or_else(|| sea_orm::DbErr::RecordNotFound(scope.clone()))?;
        let seq = row.try_get("", "seq")?;
        self.hints.lock().push(Hint { scope, seq });
        Ok(seq)
    }

    /// Counts a change of permission: events from here on carry the new number.
    pub async fn permissions_changed(&self, scope: Scope) -> Result<(), DbError> {
        let sql = "INSERT INTO scopes (scope, seq, epoch, acl_ver) VALUES ($1, 0, 1, 2) \
                   ON CONFLICT (scope) DO UPDATE SET acl_ver = scopes.acl_ver + 1";
        self.execute_raw(dialect::statement(&**self, sql, [scope.to_string().into()]))
            .await?;
        Ok(())
    }

    /// Forgets a scope and its events, when what it was about is gone.
    pub async fn forget_scope(&self, scope: Scope) -> Result<(), DbError> {
        let name = scope.to_string();
        event_log::Entity::delete_many()
            .filter(event_log::Column::Scope.eq(&name))
            .exec(&**self)
            .await?;
        scopes::Entity::delete_by_id(name).exec(&**self).await?;
        Ok(())
    }
}

/// The events of a scope after a number, oldest first, at most `limit`.
pub async fn events_since(
    db: &Db,
    scope: Scope,
    seq: i64,
    limit: u64,
) -> Result<Vec<event_log::Model>, DbError> {
    Ok(event_log::Entity::find()
        .filter(event_log::Column::Scope.eq(scope.to_string()))
        .filter(event_log::Column::Seq.gt(seq))
        .order_by_asc(event_log::Column::Seq)
        .limit(limit)
        .all(db.read())
        .await?)
}
