//! Who belongs to a workspace, as what.

use std::collections::HashMap;

use db::entity::{api_tokens, members, users};
use db::events::Scope;
use db::kinds::Role;
use db::{Db, Tx, UserId, WorkspaceId};
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::invitations::{self, InvitationIn, InvitationOut};
use crate::permissions::Permission;
use crate::revocations::{Revoked, revoke};
use crate::{Result, email, leaving, people, workspaces};

/// A member.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MemberOut {
    /// The person.
    pub user_id: UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub full_name: String,
    /// A colour of their own, `#rrggbb`.
    pub avatar_color: &'static str,
    /// What they are.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

impl MemberOut {
    fn new(member: &members::Model, person: users::Model) -> Self {
        Self {
            user_id: person.id,
            avatar_color: people::avatar_color(person.id),
            email: person.email,
            full_name: person.full_name,
            role: member.role,
            joined_at: Timestamp(member.joined_at),
        }
    }
}

/// Whom to add, as what.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberIn {
    pub email: String,
    pub role: Role,
}

impl Validate for MemberIn {
    fn validate(&self, problems: &mut Problems) {
        let sane = email::key(&self.email).is_some();
        problems.check(sane, "email", "This is not an e-mail address.");
    }
}

/// A changed member.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatch {
    pub role: Role,
}

impl Validate for MemberPatch {
    fn validate(&self, _: &mut Problems) {}
}

/// The member that was added, or the invitation that was made because nobody has an account with that address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MemberAddedOut {
    #[schema(required)]
    pub member: Option<MemberOut>,
    #[schema(required)]
    pub invitation: Option<InvitationOut>,
}

/// The caller may give or take this role.
pub(crate) fn may_grant(caller: &Caller, role: Role) -> Result<()> {
    caller.require(Permission::ManageMembers)?;
    if role == Role::Owner && caller.role != Role::Owner {
        return Err(IdentityError::OwnersOnly);
    }
    Ok(())
}

/// Everybody who belongs to the caller's workspace, the oldest membership first.
pub(crate) async fn list(identity: &Identity, caller: &Caller) -> Result<Vec<MemberOut>> {
    caller.require(Permission::ReadMembers)?;
    shown(identity.db(), caller.workspace, None).await
}

/// Those who belong to a workspace, or those of them who are named, the oldest membership first.
pub async fn shown(db: &Db, workspace: WorkspaceId, only: Option<&[UserId]>) -> Result<Vec<MemberOut>> {
    let mut query = members::Entity::of(workspace);
    if let Some(only) = only {
        query = query.filter(members::Column::UserId.is_in(only.iter().copied()));
    }
    let rows = query
        .order_by_asc(members::Column::JoinedAt)
        .order_by_asc(members::Column::UserId)
        .all(db.read())
        .await?;
    let ids = rows.iter().map(|row| row.user_id).collect();
    let mut persons: HashMap<UserId, users::Model> = people::find_all(db, ids)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    Ok(rows
        .iter()
        .filter_map(|row| Some(MemberOut::new(row, persons.remove(&row.user_id)?)))
        .collect())
}

async fn show(db: &Db, workspace: WorkspaceId, user: UserId) -> Result<MemberOut> {
    let row = members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .one(db.read())
        .await?
        .ok_or(IdentityError::NotFound("member"))?;
    Ok(MemberOut::new(&row, people::find(db, user).await?))
}

/// Adds whoever has an account with this address; invites them otherwise.
pub(crate) async fn create(
    identity: &Identity,
    caller: &Caller,
    input: MemberIn,
    client: &Client,
) -> Result<MemberAddedOut> {
    may_grant(caller, input.role)?;
    let email_key = email::key(&input.email).unwrap_or_default();
    let Some(person) = people::find_by_email(identity.db(), &email_key).await? else {
        let input = InvitationIn {
            email: input.email,
            role: input.role,
        };
        let invitation = invitations::create(identity, caller, input, client).await?;
        return Ok(MemberAddedOut {
            member: None,
            invitation: Some(invitation),
        });
    };
    let tx = identity.db().write().await?;
    workspaces::join(&tx, caller.workspace, person.id, input.role).await?;
    audit(
        &tx,
        caller,
        "member.added",
        person.id,
        &json!({ "role": input.role }),
    )
    .await?;
    revoke(&tx, &Revoked::Role(caller.workspace, person.id)).await?;
    tx.commit().await?;
    identity.known().forget_role(caller.workspace, person.id);
    Ok(MemberAddedOut {
        member: Some(show(identity.db(), caller.workspace, person.id).await?),
        invitation: None,
    })
}

/// The member's role, for a transaction that changes it; the workspace keeps an owner.
pub(crate) async fn role_before(
    tx: &Tx,
    workspace: WorkspaceId,
    user: UserId,
    owner_stays: bool,
) -> Result<Role> {
    tx.alone(workspaces::membership_lock(workspace)).await?;
    let role = people::role_in(tx, workspace, user)
        .await?
        .ok_or(IdentityError::NotFound("member"))?;
    if role == Role::Owner && !owner_stays {
        let owners = members::Entity::of(workspace)
            .filter(members::Column::Role.eq(Role::Owner))
            .count(&**tx)
            .await?;
        if owners < 2 {
            return Err(IdentityError::LastOwner);
        }
    }
    Ok(role)
}

/// Makes a member something else.
pub(crate) async fn set_role(
    tx: &Tx,
    actor: Actor,
    (workspace, user): (WorkspaceId, UserId),
    (from, to): (Role, Role),
) -> Result<()> {
    members::Entity::update_many()
        .set(members::ActiveModel {
            role: Set(to),
            ..Default::default()
        })
        .filter(members::Column::WorkspaceId.eq(workspace))
        .filter(members::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    tx.permissions_changed(Scope::Workspace(workspace)).await?;
    workspaces::tell_membership(tx, workspace, user, "changed", Some(to)).await?;
    let details = json!({ "from": from, "to": to });
    audit(tx, actor, "member.changed", user, &details).await?;
    revoke(tx, &Revoked::Role(workspace, user)).await
}

/// Changes what a member is.
pub(crate) async fn change(
    identity: &Identity,
    caller: &Caller,
    user: UserId,
    patch: &MemberPatch,
) -> Result<MemberOut> {
    caller.require(Permission::ManageMembers)?;
    let workspace = caller.workspace;
    let tx = identity.db().write().await?;
    let before = role_before(&tx, workspace, user, patch.role == Role::Owner).await?;
    may_grant(caller, before)?;
    may_grant(caller, patch.role)?;
    if before != patch.role {
        set_role(&tx, caller.into(), (workspace, user), (before, patch.role)).await?;
    }
    tx.commit().await?;
    identity.known().forget_role(workspace, user);
    show(identity.db(), workspace, user).await
}

/// Removes a member (or the caller leaves): from that moment they see nothing of the workspace any more.
pub(crate) async fn remove(identity: &Identity, caller: &Caller, user: UserId) -> Result<()> {
    let workspace = caller.workspace;
    if user == caller.user {
        caller.require_session()?;
    } else {
        caller.require(Permission::ManageMembers)?;
    }
    let tx = identity.db().write().await?;
    let before = role_before(&tx, workspace, user, false).await?;
    if user != caller.user {
        may_grant(caller, before)?;
    }
    let hashes = discharge(&tx, caller.into(), (workspace, user), before).await?;
    tx.commit().await?;
    identity.known().forget_role(workspace, user);
    identity.known().forget_tokens(&hashes);
    Ok(())
}

/// Takes a member out of a workspace and writes it down; answers as [`take_out`] does.
pub(crate) async fn discharge(
    tx: &Tx,
    actor: Actor,
    (workspace, user): (WorkspaceId, UserId),
    role: Role,
) -> Result<Vec<Vec<u8>>> {
    let hashes = take_out(tx, workspace, user).await?;
    let details = json!({ "role": role, "left": Some(user) == actor.user });
    audit(tx, actor, "member.removed", user, &details).await?;
    Ok(hashes)
}

/// Takes everything of a workspace from somebody, in a transaction that has decided so. Answers the hashes of their
/// API tokens there, to be forgotten after the commit together with their role.
pub(crate) async fn take_out(tx: &Tx, workspace: WorkspaceId, user: UserId) -> Result<Vec<Vec<u8>>> {
    members::Entity::delete_many()
        .filter(members::Column::WorkspaceId.eq(workspace))
        .filter(members::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    let theirs = api_tokens::Entity::of(workspace)
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null());
    let hashes: Vec<Vec<u8>> = theirs
        .all(&**tx)
        .await?
        .into_iter()
        .map(|token| token.token_hash)
        .collect();
    api_tokens::Entity::update_many()
        .set(api_tokens::ActiveModel {
            revoked_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(api_tokens::Column::WorkspaceId.eq(workspace))
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    let others = leaving::leave_threads(tx, workspace, user).await?;
    tx.permissions_changed(Scope::Workspace(workspace)).await?;
    workspaces::tell_membership(tx, workspace, user, "removed", None).await?;
    leaving::tell_others(tx, workspace, others).await?;
    revoke(tx, &Revoked::Role(workspace, user)).await?;
    revoke(tx, &Revoked::Tokens(hashes.clone())).await?;
    Ok(hashes)
}
