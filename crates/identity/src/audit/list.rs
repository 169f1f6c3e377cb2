//! Reading and searching the trail.

use std::collections::HashMap;

use db::UserId;
use db::entity::{audit as rows, users};
use kit::api::{ApiError, Cursor, Page};
use kit::clock::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::audit;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::{Result, people};

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
    /// What it was done to, exactly.
    pub target: Option<String>,
    /// A part of the action, the target, the address or the facts, in any case.
    pub q: Option<String>,
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

/// The rows that somebody may read: of their workspace, and for administrators of the installation also what belongs
/// to no workspace.
pub(super) fn seen_by(caller: &Caller) -> Condition {
    let own = Condition::any().add(rows::Column::WorkspaceId.eq(caller.workspace));
    if caller.is_instance_admin {
        own.add(rows::Column::WorkspaceId.is_null())
    } else {
        own
    }
}

/// Rows between two moments.
pub(super) fn between(
    mut select: Select<rows::Entity>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Select<rows::Entity> {
    if let Some(from) = from {
        select = select.filter(rows::Column::At.gte(from.micros()));
    }
    if let Some(to) = to {
        select = select.filter(rows::Column::At.lt(to.micros()));
    }
    select
}

/// That a part of a row's texts is this, in any case and without wildcards.
fn contains(part: &str) -> Condition {
    let escaped: String = part
        .to_lowercase()
        .chars()
        .flat_map(|c| {
            let is_special = matches!(c, '%' | '_' | '!');
            is_special.then_some('!').into_iter().chain([c])
        })
        .collect();
    let pattern = format!("%{escaped}%");
    let mut any = Condition::any();
    for column in [
        rows::Column::Action,
        rows::Column::Target,
        rows::Column::Address,
        rows::Column::Details,
    ] {
        let like = sea_orm::sea_query::LikeExpr::new(pattern.clone()).escape('!');
        any = any.add(sea_orm::sea_query::Func::lower(Expr::col(column)).like(like));
    }
    any
}

/// The trail of a workspace, newest first. Whoever searches leaves a row of their own.
pub(crate) async fn list(identity: &Identity, caller: &Caller, query: &AuditQuery) -> Result<Page<AuditOut>> {
    let limit = Cursor::limit(query.limit)?;
    let after: Option<Uuid> = Cursor::decode(query.cursor.as_deref())?;
    let mut select = between(rows::Entity::find().filter(seen_by(caller)), query.from, query.to);
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
    if let Some(target) = &query.target {
        select = select.filter(rows::Column::Target.eq(target));
    }
    if let Some(part) = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        if part.chars().count() > 200 || part.contains('\0') {
            return Err(ApiError::invalid("q", "What is looked for has at most 200 characters.").into());
        }
        select = select.filter(contains(part));
    }
    if after.is_none() && (query.target.is_some() || query.q.is_some()) {
        note_search(identity, caller, query).await?;
    }
    let found = select
        .order_by_desc(rows::Column::Id)
        .limit(limit as u64 + 1)
        .all(identity.db().read())
        .await?;
    Ok(Page::cut(shown(identity, found).await?, limit, |row| {
        Cursor::encode(&row.id)
    }))
}

async fn note_search(identity: &Identity, caller: &Caller, query: &AuditQuery) -> Result<()> {
    let by = [
        ("target", query.target.is_some()),
        ("q", query.q.is_some()),
        ("actor", query.actor.is_some()),
        ("action", query.action.is_some()),
    ];
    let by: Vec<&str> = by.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    let tx = identity.db().write().await?;
    audit(&tx, caller, "audit.searched", "trail", &json!({ "by": by })).await?;
    tx.commit().await?;
    Ok(())
}

/// Rows of some actions between two moments, newest first: of one workspace, or of all.
pub(crate) async fn of_actions(
    identity: &Identity,
    caller: &Caller,
    actions: &[&str],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<AuditOut>> {
    /// A report is read by people.
    const MOST: u64 = 1_000;
    let mut select = between(rows::Entity::find(), Some(from), Some(to));
    if !caller.is_instance_admin {
        select = select.filter(rows::Column::WorkspaceId.eq(caller.workspace));
    }
    let found = select
        .filter(rows::Column::Action.is_in(actions.iter().copied()))
        .order_by_desc(rows::Column::Id)
        .limit(MOST)
        .all(identity.db().read())
        .await?;
    shown(identity, found).await
}

/// Rows as people see them.
pub(super) async fn shown(identity: &Identity, found: Vec<rows::Model>) -> Result<Vec<AuditOut>> {
    let names = names(identity, &found).await?;
    Ok(found
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
        .collect())
}

async fn names(identity: &Identity, found: &[rows::Model]) -> Result<HashMap<UserId, String>> {
    let mut ids: Vec<UserId> = found.iter().filter_map(|row| row.actor_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: Vec<users::Model> = people::find_all(identity.db(), ids).await?;
    Ok(people.into_iter().map(|p| (p.id, p.full_name)).collect())
}
