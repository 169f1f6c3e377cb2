//! The event log: what changed, in order, with gapless numbers for each scope.
//!
//! The number is taken under the lock of the scope's row, in the transaction of the change; a transaction that
//! is undone gives its number back. Payloads hold ids and flags, never content: whoever may read fetches it.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::entity::{event_log, scopes};
use crate::ids::{ThreadId, UserId, WorkspaceId};
use crate::{Db, DbError, Tx, dialect};

/// A stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

/// A text that is no scope's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a scope")]
pub struct NoScope;

impl FromStr for Scope {
    type Err = NoScope;

    /// Reads what [`Display`](std::fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, NoScope> {
        let (kind, id) = text.split_at_checked(2).ok_or(NoScope)?;
        let id: uuid::Uuid = id.parse().map_err(|_| NoScope)?;
        match kind {
            "t:" => Ok(Self::Thread(ThreadId(id))),
            "w:" => Ok(Self::Workspace(WorkspaceId(id))),
            "u:" => Ok(Self::User(UserId(id))),
            _ => Err(NoScope),
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

/// What the bus says of an event once it is committed: the topic is the scope, the body this as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hint {
    /// The number.
    pub s: i64,
    /// The permissions in force.
    pub a: i64,
    /// The kind.
    pub k: String,
    /// The tenant.
    pub w: Option<WorkspaceId>,
    /// The payload, unless it is long; then the log has it.
    pub p: Option<Box<RawValue>>,
}

/// The longest payload that travels with a hint, in bytes.
const LONGEST_HINT: usize = 16 * 1024;

/// How far a scope has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// New after a restore.
    pub epoch: i64,
    /// The newest number.
    pub seq: i64,
    /// Counts the changes of who may see it, those of the workspace included where it is a thread.
    pub acl: i64,
}

impl Tx {
    /// Writes an event and answers its number; number and event are one question to the store.
    pub async fn event<P: Serialize>(&self, event: Event<'_, P>) -> Result<i64, DbError> {
        let scope = event.scope.to_string();
        let payload = serde_json::value::to_raw_value(event.payload)?;
        let values = [
            scope.clone().into(),
            event.workspace.map(|w| w.0).into(),
            event.kind.into(),
            payload.get().into(),
            self.now.micros().into(),
            house_of(event.scope, event.workspace).into(),
        ];
        let sql = dialect::event_sql(self.get_database_backend());
        let row = self
            .query_one_raw(dialect::statement(&**self, sql, values))
            .await?
            .ok_or_else(|| sea_orm::DbErr::RecordNotFound(scope.clone()))?;
        let seq = row.try_get("", "seq")?;
        let hint = Hint {
            s: seq,
            a: row.try_get("", "acl_ver")?,
            k: event.kind.to_owned(),
            w: event.workspace,
            p: (payload.get().len() <= LONGEST_HINT).then_some(payload),
        };
        self.hints.lock().push((scope, serde_json::to_vec(&hint)?));
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

    /// Gives a scope a new epoch, so that nobody goes on from a number that means something else now.
    pub async fn rotate_epoch(&self, scope: Scope) -> Result<(), DbError> {
        let sql = "INSERT INTO scopes (scope, seq, epoch, acl_ver) VALUES ($1, 0, 2, 1) \
                   ON CONFLICT (scope) DO UPDATE SET epoch = scopes.epoch + 1";
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

/// The scope whose permissions hold for another one too: what a workspace permits holds for its threads.
fn house_of(scope: Scope, workspace: Option<WorkspaceId>) -> Option<String> {
    match scope {
        Scope::Thread(_) => workspace.map(|w| Scope::Workspace(w).to_string()),
        Scope::Workspace(_) | Scope::User(_) => None,
    }
}

/// How far scopes have come, each with the workspace that it belongs to. A scope without events stands at 0.
pub async fn heads(db: &Db, scopes: &[(Scope, Option<WorkspaceId>)]) -> Result<Vec<Head>, DbError> {
    let mut names: Vec<String> = scopes.iter().map(|(scope, _)| scope.to_string()).collect();
    names.extend(scopes.iter().filter_map(|(scope, w)| house_of(*scope, *w)));
    names.sort_unstable();
    names.dedup();
    let rows: HashMap<String, scopes::Model> = scopes::Entity::find()
        .filter(scopes::Column::Scope.is_in(names))
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.scope.clone(), row))
        .collect();
    let acl = |name: &str| rows.get(name).map_or(1, |row| row.acl_ver);
    Ok(scopes
        .iter()
        .map(|(scope, workspace)| {
            let name = scope.to_string();
            let row = rows.get(&name);
            Head {
                epoch: row.map_or(1, |row| row.epoch),
                seq: row.map_or(0, |row| row.seq),
                acl: acl(&name) + house_of(*scope, *workspace).map_or(0, |house| acl(&house)),
            }
        })
        .collect())
}

/// The highest epoch of any scope.
pub async fn highest_epoch(conn: &impl ConnectionTrait) -> Result<i64, DbError> {
    let sql = "SELECT COALESCE(MAX(epoch), 1) AS epoch FROM scopes";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    Ok(row.map_or(Ok(1), |row| row.try_get("", "epoch"))?)
}

/// How long events are kept. Whoever was away for longer begins with a snapshot.
pub const KEPT: Duration = Duration::from_hours(7 * 24);

/// Forgets events that are older than [`KEPT`].
pub async fn forget_old(db: &Db) -> Result<(), DbError> {
    let tx = db.write().await?;
    event_log::Entity::delete_many()
        .filter(event_log::Column::At.lt(tx.now().minus(KEPT).micros()))
        .exec(&*tx)
        .await?;
    tx.commit().await
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
