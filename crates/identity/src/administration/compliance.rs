//! The report for auditors: who may do what, what went out and what is gone, keys' ages, failed sign-ins, and whether
//! the trail holds.

use std::collections::{BTreeMap, HashMap};

use db::entity::{access_log, api_tokens, data_keys, members, users, workspaces};
use db::kinds::Role;
use db::{UserId, WorkspaceId};
use kit::api::ApiError;
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use super::factors;
use super::people::last_seen;
use crate::Result;
use crate::audit::{AuditOut, VerifiedOut, audit, check, of_actions};
use crate::caller::Caller;
use crate::identity::Identity;
use crate::permissions::Permission;

const DAY: i64 = 86_400_000_000;
/// Unless told, a report is about this many days.
const USUAL: i64 = 30;
/// Failures beyond this are counted by whoever reads the access log.
const MOST_FAILURES: u64 = 100_000;

/// Of which time.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplianceQuery {
    /// Not before; 30 days ago when absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before; now when absent.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

/// From when to when.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PeriodOut {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Somebody who can get in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccessRowOut {
    /// The name.
    pub user: String,
    pub user_id: UserId,
    pub email: String,
    pub role: Role,
    /// The workspace's name.
    pub workspace: String,
    pub second_factor: bool,
    pub disabled: bool,
    #[schema(required)]
    pub last_seen_at: Option<Timestamp>,
    /// API tokens that are good.
    pub tokens: usize,
}

/// The key of a workspace.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct KeyAgeOut {
    /// The workspace's name.
    pub workspace: String,
    /// When its first key was made.
    pub created_at: Timestamp,
    /// How old the key is that seals now.
    pub age_days: i64,
    /// When it was replaced last.
    #[schema(required)]
    pub rotated_at: Option<Timestamp>,
}

/// A day's failed sign-ins.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FailuresOut {
    /// `2026-01-31`, UTC.
    pub day: String,
    pub count: u64,
}

/// How long something is kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RetentionOut {
    pub what: &'static str,
    /// Null: until it is erased.
    #[schema(required)]
    pub days: Option<u64>,
}

/// The report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ComplianceOut {
    pub generated_at: Timestamp,
    pub period: PeriodOut,
    pub access: Vec<AccessRowOut>,
    pub exports: Vec<AuditOut>,
    pub erasures: Vec<AuditOut>,
    pub break_glass: Vec<AuditOut>,
    pub keys: Vec<KeyAgeOut>,
    pub failed_sign_ins: Vec<FailuresOut>,
    pub retention: Vec<RetentionOut>,
    pub audit: VerifiedOut,
}

/// Makes the report: of the workspace, or of the installation for its administrators.
pub(crate) async fn report(
    identity: &Identity,
    caller: &Caller,
    query: &ComplianceQuery,
) -> Result<ComplianceOut> {
    caller.require(Permission::ReadAudit)?;
    let now = identity.now();
    let to = query.to.unwrap_or(now);
    let from = query
        .from
        .unwrap_or(Timestamp(to.micros().saturating_sub(USUAL * DAY)));
    if from > to {
        return Err(ApiError::invalid("from", "The beginning is after the end.").into());
    }
    let tx = identity.db().write().await?;
    let details = serde_json::json!({ "from": from, "to": to });
    audit(&tx, caller, "compliance.reported", "report", &details).await?;
    tx.commit().await?;
    let period = (from, to);
    let of = |actions: &'static [&'static str]| of_actions(identity, caller, actions, period);
    let rooms = rooms(identity, caller).await?;
    Ok(ComplianceOut {
        generated_at: now,
        period: PeriodOut { from, to },
        access: access(identity, &rooms).await?,
        exports: of(&["audit.exported", "user.exported"]).await?,
        erasures: of(&[
            "user.erased",
            "workspace.erased",
            "thread.deleted",
            "file.deleted",
        ])
        .await?,
        break_glass: of(&["thread.opened"]).await?,
        keys: keys(identity, &rooms, now).await?,
        failed_sign_ins: failures(identity, caller, &rooms, period).await?,
        retention: retention(identity),
        audit: check(identity, caller).await?,
    })
}

type Rooms = HashMap<WorkspaceId, String>;

async fn rooms(identity: &Identity, caller: &Caller) -> Result<Rooms> {
    let mut select = workspaces::Entity::find();
    if !caller.is_instance_admin {
        select = select.filter(workspaces::Column::Id.eq(caller.workspace));
    }
    let rows = select.all(identity.db().read()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

async fn access(identity: &Identity, rooms: &Rooms) -> Result<Vec<AccessRowOut>> {
    let db = identity.db();
    let mut out = Vec::new();
    let ids: Vec<WorkspaceId> = rooms.keys().copied().collect();
    for some in ids.chunks(500) {
        let joined = members::Entity::find()
            .filter(members::Column::WorkspaceId.is_in(some.iter().copied()))
            .order_by_asc(members::Column::JoinedAt)
            .all(db.read())
            .await?;
        let who: Vec<UserId> = joined.iter().map(|m| m.user_id).collect();
        let seen = last_seen(db, &who).await?;
        let factors = factors::with_second_factor(db, &who).await?;
        let people: HashMap<UserId, users::Model> = crate::people::find_all(db, who)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let tokens = api_tokens::Entity::find()
            .filter(api_tokens::Column::WorkspaceId.is_in(some.iter().copied()))
            .filter(api_tokens::Column::RevokedAt.is_null())
            .all(db.read())
            .await?;
        let now = identity.now().micros();
        for member in joined {
            let Some(person) = people.get(&member.user_id) else {
                continue;
            };
            let is_theirs = |token: &&api_tokens::Model| {
                (token.workspace_id, token.user_id) == (member.workspace_id, member.user_id)
                    && token.expires_at.is_none_or(|end| end > now)
            };
            out.push(AccessRowOut {
                user: person.full_name.clone(),
                user_id: person.id,
                email: person.email.clone(),
                role: member.role,
                workspace: rooms.get(&member.workspace_id).cloned().unwrap_or_default(),
                second_factor: factors.contains(&person.id),
                disabled: person.disabled_at.is_some(),
                last_seen_at: seen.get(&person.id).copied(),
                tokens: tokens.iter().filter(is_theirs).count(),
            });
        }
    }
    Ok(out)
}

async fn keys(identity: &Identity, rooms: &Rooms, now: Timestamp) -> Result<Vec<KeyAgeOut>> {
    let mut out = Vec::new();
    let rows = data_keys::Entity::find()
        .order_by_asc(data_keys::Column::Number)
        .all(identity.db().read())
        .await?;
    for (id, name) in rooms {
        let mut of_room = rows.iter().filter(|row| row.owner_id == id.0);
        let Some(first) = of_room.next() else { continue };
        let newest = of_room.next_back();
        let sealing = newest.unwrap_or(first);
        out.push(KeyAgeOut {
            workspace: name.clone(),
            created_at: Timestamp(first.created_at),
            age_days: (now.micros() - sealing.created_at) / DAY,
            rotated_at: newest.map(|row| Timestamp(row.created_at)),
        });
    }
    out.sort_by_key(|row| row.created_at);
    Ok(out)
}

async fn failures(
    identity: &Identity,
    caller: &Caller,
    rooms: &Rooms,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<FailuresOut>> {
    use sea_orm::QuerySelect;
    let mut select = access_log::Entity::find()
        .filter(access_log::Column::Action.eq("sign_in"))
        .filter(access_log::Column::Outcome.ne("ok"))
        .filter(access_log::Column::At.gte(from.micros()))
        .filter(access_log::Column::At.lt(to.micros()));
    if !caller.is_instance_admin {
        // A sign-in that failed was into no workspace: it counts for those of its person.
        let mut theirs = Vec::new();
        for room in rooms.keys() {
            let joined = members::Entity::of(*room).all(identity.db().read()).await?;
            theirs.extend(joined.into_iter().map(|member| member.user_id));
        }
        select = select.filter(access_log::Column::UserId.is_in(theirs));
    }
    let found: Vec<i64> = select
        .select_only()
        .column(access_log::Column::At)
        .limit(MOST_FAILURES)
        .into_tuple()
        .all(identity.db().read())
        .await?;
    let mut days: BTreeMap<String, u64> = BTreeMap::new();
    for at in found {
        *days
            .entry(Timestamp(at).to_string().chars().take(10).collect())
            .or_default() += 1;
    }
    Ok(days
        .into_iter()
        .map(|(day, count)| FailuresOut { day, count })
        .collect())
}

fn retention(identity: &Identity) -> Vec<RetentionOut> {
    let days = |time: std::time::Duration| Some(time.as_secs() / 86_400);
    [
        ("access_log", days(identity.config().access_kept)),
        ("sessions", days(identity.config().session_lifetime)),
        ("finished_jobs", Some(7)),
        ("audit", None),
        ("content", None),
    ]
    .into_iter()
    .map(|(what, days)| RetentionOut { what, days })
    .collect()
}
