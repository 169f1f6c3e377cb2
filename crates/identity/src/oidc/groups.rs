//! What groups elsewhere give here: membership in workspaces, and administration of the installation. What a group gave
//! is taken back when somebody leaves it; what they were given by hand stays.

use std::collections::{BTreeMap, BTreeSet};

use db::entity::{api_tokens, sessions, users, workspaces};
use db::kinds::Role;
use db::{SessionId, Tx, UserId, WorkspaceId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::config::PeopleRules;
use super::link::Forgotten;
use crate::audit::{Actor, audit};
use crate::permissions::rank;
use crate::revocations::{Revoked, revoke};
use crate::{Result, members, people, workspaces as rooms};

/// What groups gave somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Granted {
    workspaces: BTreeSet<WorkspaceId>,
    instance: bool,
}

impl Granted {
    pub fn from_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The highest role that the groups give in each workspace.
fn wanted(rules: &PeopleRules, groups: &[String]) -> BTreeMap<WorkspaceId, Role> {
    let mut wanted = BTreeMap::new();
    for rule in rules.groups.iter().filter(|rule| groups.contains(&rule.group)) {
        let role = wanted.entry(rule.workspace).or_insert(rule.role);
        if rank(rule.role) > rank(*role) {
            *role = rule.role;
        }
    }
    wanted
}

/// Whether the groups make somebody an administrator of the installation.
pub(super) fn administers(rules: &PeopleRules, groups: &[String]) -> bool {
    rules.admin_groups.iter().any(|group| groups.contains(group))
}

/// Whether the groups make somebody an administrator of this workspace.
pub(super) fn administers_workspace(rules: &PeopleRules, groups: &[String], workspace: WorkspaceId) -> bool {
    wanted(rules, groups).get(&workspace) == Some(&Role::Admin)
}

/// Gives and takes; answers what is given now, and what has to be forgotten.
pub(super) async fn apply(
    tx: &Tx,
    actor: Actor,
    rules: &PeopleRules,
    groups: &[String],
    before: &Granted,
) -> Result<(Granted, Forgotten)> {
    let Some(user) = actor.user else {
        return Ok((before.clone(), Forgotten::default()));
    };
    let wanted = wanted(rules, groups);
    let mut granted = Granted::default();
    let mut forgotten = Forgotten::default();
    // In the order of ids, so that two sign-ins never wait for each other in a circle.
    let all: BTreeSet<WorkspaceId> = wanted.keys().chain(&before.workspaces).copied().collect();
    for workspace in all {
        let actor = Actor {
            workspace: Some(workspace),
            ..actor
        };
        let given = before.workspaces.contains(&workspace);
        let role = wanted.get(&workspace).copied();
        let keeps = settle(tx, actor, (workspace, user), (given, role), &mut forgotten).await?;
        if keeps {
            granted.workspaces.insert(workspace);
        }
    }
    granted.instance = settle_instance(
        tx,
        actor,
        user,
        (before, administers(rules, groups)),
        &mut forgotten,
    )
    .await?;
    Ok((granted, forgotten))
}

/// One workspace; answers whether the membership is the groups' from now on.
async fn settle(
    tx: &Tx,
    actor: Actor,
    (workspace, user): (WorkspaceId, UserId),
    (given, wanted): (bool, Option<Role>),
    forgotten: &mut Forgotten,
) -> Result<bool> {
    let exists = workspaces::Entity::find_by_id(workspace).one(&**tx).await?;
    if exists.is_none() {
        tracing::warn!(workspace.id = %workspace, "a group is for a workspace that is not there");
        return Ok(false);
    }
    tx.alone(rooms::membership_lock(workspace)).await?;
    let has = people::role_in(tx, workspace, user).await?;
    match (has, wanted) {
        (None, Some(role)) => {
            rooms::join(tx, workspace, user, role).await?;
            let details = json!({ "role": role, "by": "group" });
            audit(tx, actor, "member.added", user, &details).await?;
            revoke(tx, &Revoked::Role(workspace, user)).await?;
        }
        // An owner was made by an owner, and others by hand.
        (Some(Role::Owner), _) | (None, None) => return Ok(false),
        (Some(_), _) if !given => return Ok(false),
        (Some(role), Some(wanted)) if role == wanted => return Ok(true),
        (Some(role), Some(wanted)) => members::set_role(tx, actor, (workspace, user), (role, wanted)).await?,
        (Some(role), None) => {
            let tokens = members::discharge(tx, actor, (workspace, user), role).await?;
            forgotten.tokens.extend(tokens);
        }
    }
    forgotten.roles.push(workspace);
    Ok(wanted.is_some())
}

async fn settle_instance(
    tx: &Tx,
    actor: Actor,
    user: UserId,
    (before, wanted): (&Granted, bool),
    forgotten: &mut Forgotten,
) -> Result<bool> {
    let Some(row) = users::Entity::find_by_id(user).one(&**tx).await? else {
        return Ok(false);
    };
    let changes = match (row.is_instance_admin, wanted) {
        (false, true) => true,
        (true, false) => before.instance,
        _ => return Ok(before.instance && wanted),
    };
    if !changes {
        return Ok(false);
    }
    users::Entity::update_many()
        .set(users::ActiveModel {
            is_instance_admin: Set(wanted),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        })
        .filter(users::Column::Id.eq(user))
        .exec(&**tx)
        .await?;
    let details = json!({ "is_instance_admin": wanted, "by": "group" });
    audit(tx, actor, "user.changed", user, &details).await?;
    // What is remembered of somebody says whether they administer.
    let running = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user))
        .filter(sessions::Column::EndedAt.is_null())
        .all(&**tx)
        .await?;
    let ids: Vec<SessionId> = running.into_iter().map(|session| session.id).collect();
    let tokens = api_tokens::Entity::find()
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .all(&**tx)
        .await?;
    let hashes: Vec<Vec<u8>> = tokens.into_iter().map(|token| token.token_hash).collect();
    revoke(tx, &Revoked::Sessions(ids.clone())).await?;
    revoke(tx, &Revoked::Tokens(hashes.clone())).await?;
    forgotten.sessions.extend(ids);
    forgotten.tokens.extend(hashes);
    Ok(wanted)
}
