//! Erasing a person or a workspace. What gives anybody a way in, and the key that opens what was sealed, go in one
//! transaction; the rows and objects that nobody can read any more are removed by a job, which can begin anew.

use db::entity::{
    access_log, api_tokens, challenges, identities, invitations, members, passkeys, provider_keys,
    recovery_codes, sessions, settings, totp, users, workspaces,
};
use db::events::Scope;
use db::jobs::Job;
use db::kinds::Role;
use db::{SessionId, Tx, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::people::{revoke_tokens, token_hashes};
use super::somebody_stays;
use crate::audit::{Actor, audit};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::revocations::{Revoked, revoke};
use crate::sessions::end_all;
use crate::{Result, members as membership, workspaces as rooms};

/// Removes what is left of a workspace: rows, objects, its part of the index.
#[derive(Debug, Serialize, Deserialize)]
pub struct EraseWorkspace {
    /// Which.
    pub workspace: WorkspaceId,
}

impl Job for EraseWorkspace {
    const KIND: &'static str = "workspace.erase";

    fn unique_key(&self) -> Option<String> {
        Some(self.workspace.to_string())
    }
}

/// Removes what somebody alone could see in the workspaces that they were in.
#[derive(Debug, Serialize, Deserialize)]
pub struct ErasePerson {
    /// Who.
    pub user: UserId,
    /// Where.
    pub workspaces: Vec<WorkspaceId>,
}

impl Job for ErasePerson {
    const KIND: &'static str = "person.erase";

    fn unique_key(&self) -> Option<String> {
        Some(self.user.to_string())
    }
}

/// What is remembered of those who were erased, to be forgotten after the commit.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    sessions: Vec<SessionId>,
    roles: Vec<(WorkspaceId, UserId)>,
    tokens: Vec<Vec<u8>>,
    keys: Vec<Uuid>,
}

/// Makes this node forget what was erased. Call it after the commit.
pub(crate) fn forget_erased(identity: &Identity, erased: &Erased) {
    identity.known().forget_sessions(&erased.sessions);
    identity.known().forget_tokens(&erased.tokens);
    for (workspace, user) in &erased.roles {
        identity.known().forget_role(*workspace, *user);
    }
    for owner in &erased.keys {
        identity.db().forget_keys(*owner);
    }
}

/// Takes everybody out of a workspace, destroys its key and orders the rest to be removed.
pub(super) async fn erase_workspace(
    identity: &Identity,
    tx: &Tx,
    actor: Actor,
    workspace: WorkspaceId,
    erased: &mut Erased,
) -> Result<()> {
    tx.alone(rooms::membership_lock(workspace)).await?;
    let people = members::Entity::of(workspace)
        .order_by_asc(members::Column::UserId)
        .all(&**tx)
        .await?;
    let tokens: Vec<Vec<u8>> = api_tokens::Entity::of(workspace)
        .select_only()
        .column(api_tokens::Column::TokenHash)
        .into_tuple()
        .all(&**tx)
        .await?;
    members::Entity::delete_many()
        .filter(members::Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    tx.permissions_changed(Scope::Workspace(workspace)).await?;
    for member in &people {
        rooms::tell_membership(tx, workspace, member.user_id, "removed", None).await?;
        revoke(tx, &Revoked::Role(workspace, member.user_id)).await?;
        erased.roles.push((workspace, member.user_id));
    }
    api_tokens::Entity::delete_many()
        .filter(api_tokens::Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    invitations::Entity::delete_many()
        .filter(invitations::Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    provider_keys::Entity::delete_many()
        .filter(provider_keys::Column::OwnerId.eq(workspace.0))
        .exec(&**tx)
        .await?;
    workspaces::Entity::delete_by_id(workspace).exec(&**tx).await?;
    identity.db().destroy_keys(tx, workspace.0).await?;
    revoke(tx, &Revoked::Tokens(tokens.clone())).await?;
    revoke(tx, &Revoked::Keys(workspace.0)).await?;
    erased.tokens.extend(tokens);
    erased.keys.push(workspace.0);
    // Where it belongs to no workspace, it stays when the trail of this one goes.
    let actor = Actor {
        workspace: None,
        ..actor
    };
    audit(
        tx,
        actor,
        "workspace.erased",
        workspace,
        &json!({ "members": people.len() }),
    )
    .await?;
    tx.job(&EraseWorkspace { workspace }).await?;
    Ok(())
}

/// Leaves the workspaces of somebody who is erased: one that is theirs alone goes with them, and none is left without
/// an owner.
async fn leave_all(
    identity: &Identity,
    tx: &Tx,
    actor: Actor,
    user: UserId,
    erased: &mut Erased,
) -> Result<()> {
    let theirs = members::Entity::find()
        .filter(members::Column::UserId.eq(user))
        .order_by_asc(members::Column::WorkspaceId)
        .all(&**tx)
        .await?;
    let mut stay = Vec::new();
    for member in theirs {
        let workspace = member.workspace_id;
        tx.alone(rooms::membership_lock(workspace)).await?;
        if members::Entity::of(workspace).count(&**tx).await? == 1 {
            erase_workspace(identity, tx, actor, workspace, erased).await?;
            continue;
        }
        if member.role == Role::Owner {
            let owners = members::Entity::of(workspace)
                .filter(members::Column::Role.eq(Role::Owner))
                .count(&**tx)
                .await?;
            if owners < 2 {
                return Err(IdentityError::LastOwner);
            }
        }
        erased
            .tokens
            .extend(membership::take_out(tx, workspace, user).await?);
        erased.roles.push((workspace, user));
        stay.push(workspace);
    }
    tx.job(&ErasePerson {
        user,
        workspaces: stay,
    })
    .await?;
    Ok(())
}

/// Erases an account and everything that is its person's alone. What they wrote where others read it stays, without
/// their name.
pub(crate) async fn erase_person(identity: &Identity, tx: &Tx, actor: Actor, user: UserId) -> Result<Erased> {
    let person = users::Entity::find_by_id(user)
        .one(&**tx)
        .await?
        .ok_or(IdentityError::NotFound("person"))?;
    if person.is_instance_admin {
        somebody_stays(tx, user).await?;
    }
    let mut erased = Erased {
        sessions: end_all(tx, user, None).await?,
        tokens: token_hashes(tx, user).await?,
        ..Erased::default()
    };
    revoke(tx, &Revoked::Tokens(erased.tokens.clone())).await?;
    revoke_tokens(tx, user).await?;
    leave_all(identity, tx, actor, user, &mut erased).await?;
    sessions::Entity::delete_many()
        .filter(sessions::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    api_tokens::Entity::delete_many()
        .filter(api_tokens::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    settings::Entity::delete_many()
        .filter(settings::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    access_log::Entity::delete_many()
        .filter(access_log::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    provider_keys::Entity::delete_many()
        .filter(provider_keys::Column::OwnerId.eq(user.0))
        .exec(&**tx)
        .await?;
    forget_ways_in(tx, user).await?;
    users::Entity::delete_by_id(user).exec(&**tx).await?;
    identity.db().destroy_keys(tx, user.0).await?;
    revoke(tx, &Revoked::Keys(user.0)).await?;
    erased.keys.push(user.0);
    let actor = Actor {
        workspace: None,
        ..actor
    };
    audit(tx, actor, "user.erased", user, &json!({})).await?;
    Ok(erased)
}

/// Codes, passkeys, and accounts elsewhere: whoever comes from there again is somebody new.
async fn forget_ways_in(tx: &Tx, user: UserId) -> Result<()> {
    identities::Entity::delete_many()
        .filter(identities::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    totp::Entity::delete_many()
        .filter(totp::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    passkeys::Entity::delete_many()
        .filter(passkeys::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    challenges::Entity::delete_many()
        .filter(challenges::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}
