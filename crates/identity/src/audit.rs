//! The audit trail: who did what, written in the transaction that does it.

use std::collections::HashMap;
use std::net::IpAddr;

use db::entity::{audit as rows, users};
use db::{DbError, Tx, UserId, WorkspaceId};
use kit::api::{Cursor, Page};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::caller::Caller;
use crate::identity::Identity;
use crate::{Result, people};

/// Who is written down.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The tenant, where there is one.
    pub workspace: Option<WorkspaceId>,
    /// The person, where known.
    pub user: Option<UserId>,
    /// From where.
    pub address: IpAddr,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self {
            workspace: Some(caller.workspace),
            user: Some(caller.user),
            address: caller.address,
        }
    }
}

/// Writes a row: an action (`auth.login`), what it was done to, and further facts (never content or secrets).
pub async fn audit(
    tx: &Tx,
    actor: impl Into<Actor> + Send,
    action: &str,
    target: impl std::fmt::Display + Send,
    details: &(impl Serialize + Sync),
) -> Result<(), DbError> {
    let actor = actor.into();
    let row = rows::ActiveModel {
        id: Set(kit::ids::new_id()),
        workspace_id: Set(actor.workspace),
        actor_id: Set(actor.user),
        action: Set(action.to_owned()),
        target: Set(target.to_string()),
        address: Set(actor.address.to_string()),
        details: Set(serde_json::to_string(details)?),
        at: Set(tx.now().micros()),
    };
    rows::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Which rows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// What this person did.
    #[param(value_type = Option<String>, format = Uuid)]
    pub actor: Option<Uuid>,
    /// This action, or, with a dot at its end, all that begin so (`auth.`).
    pub action: Option<String>,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Rows a page, 1 to 200; 50 unless told.
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// One row of the trail.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AuditOut {
    pub id: Uuid,
    /// Who, where known.
    #[schema(required)]
    pub actor_id: Option<UserId>,
    /// Their name, while the account exists.
    #[schema(required)]
    pub actor_name: Option<String>,
    /// Such as `auth.login`.
    pub action: String,
    /// What it was done to.
    pub target: String,
    /// From where.
    pub address: String,
    pub at: Timestamp,
    /// Further facts.
    pub details: serde_json::Value,
}

/// The trail of a workspace, newest first. Administrators of the installation also see what belongs to no workspace.
pub(crate) async fn list(identity: &Identity, caller: &Caller, query: &AuditQuery) -> Result<Page<AuditOut>> {
    let limit = Cursor::limit(query.limit)?;
    let after: Option<Uuid> = Cursor::decode(query.cursor.as_deref())?;
    let of_workspace = rows::Column::WorkspaceId.eq(caller.workspace);
    let mut select = rows::Entity::find().filter(if caller.is_instance_admin {
        of_workspace.or(rows::Column::WorkspaceId.is_null())
    } else {
        of_workspace
    });
    if let Some(after) = after {
        select = select.filter(rows::Column::Id.lt(after));
    }
    if let Some(actor) = query.actor {
        select = select.filter(rows::Column::ActorId.eq(actor));
    }
    if let Some(action) = &query.action {
        select = select.filter(if action.ends_with('.') {
            rows::Column::Action.starts_with(action)
        } else {
            rows::Column::Action.eq(action)
        });
    }
    if let Some(from) = query.from {
        select = select.filter(rows::Column::At.gte(from.micros()));
    }
    if let Some(to) = query.to {
        select = select.filter(rows::Column::At.lt(to.micros()));
    }
    let found = select
        .order_by_desc(rows::Column::Id)
        .limit(limit as u64 + 1)
        .all(identity.db().read())
        .await?;
    let names = names(identity, &found).await?;
    let out = found
        .into_iter()
        .map(|row| AuditOut {
            id: row.id,
            actor_id: row.actor_id,
            actor_name: row.actor_id.and_then(|id| names.get(&id).cloned()),
            action: row.action,
            target: row.target,
            address: row.address,
            at: Timestamp(row.at),
            details: serde_json::from_str(&row.details).unwrap_or_default(),
        })
        .collect();
    Ok(Page::cut(out, limit, |row| Cursor::encode(&row.id)))
}

async fn names(identity: &Identity, found: &[rows::Model]) -> Result<HashMap<UserId, String>> {
    let mut ids: Vec<UserId> = found.iter().filter_map(|row| row.actor_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: Vec<users::Model> = people::find_all(identity.db(), ids).await?;
    Ok(people.into_iter().map(|p| (p.id, p.full_name)).collect())
}
