//! Invitations: a link for one e-mail address, good once and for a week. Only its hash is kept.

use std::time::Duration;

use db::entity::{invitations, workspaces as workspace_rows};
use db::kinds::Role;
use db::{Tx, UserId};
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use kit::ids::{new_id, random_token};
use kit::vault::sha256;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::permissions::Permission;
use crate::workspaces::WorkspaceOut;
use crate::{Result, email, members, people, revocations, workspaces};

const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Whom to invite, as what.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationIn {
    pub email: String,
    pub role: Role,
}

impl Validate for InvitationIn {
    fn validate(&self, problems: &mut Problems) {
        let sane = email::key(&self.email).is_some();
        problems.check(sane, "email", "This is not an e-mail address.");
    }
}

/// An invitation.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct InvitationOut {
    /// The invitation.
    pub id: Uuid,
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// The link's token; only in the answer that made it.
    #[schema(required)]
    pub token: Option<String>,
    /// The link to send; only in the answer that made it.
    #[schema(required)]
    pub url: Option<String>,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl From<invitations::Model> for InvitationOut {
    fn from(row: invitations::Model) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            token: None,
            url: None,
            expires_at: Timestamp(row.expires_at),
        }
    }
}

/// What the holder of a link may know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InvitationInfoOut {
    pub workspace_name: String,
    pub email: String,
    pub role: Role,
}

/// Invites somebody; an older invitation for the same address is replaced.
pub(crate) async fn create(
    identity: &Identity,
    caller: &Caller,
    input: InvitationIn,
    client: &Client,
) -> Result<InvitationOut> {
    members::may_grant(caller, input.role)?;
    let email_key = email::key(&input.email).unwrap_or_default();
    if let Some(person) = people::find_by_email(identity.db(), &email_key).await?
        && workspaces::role_of(identity.db(), caller.workspace, person.id)
            .await?
            .is_some()
    {
        return Err(IdentityError::AlreadyMember);
    }
    let token = random_token();
    let tx = identity.db().write().await?;
    invitations::Entity::delete_many()
        .filter(invitations::Column::WorkspaceId.eq(caller.workspace))
        .filter(invitations::Column::Email.eq(&email_key))
        .filter(invitations::Column::AcceptedAt.is_null())
        .exec(&*tx)
        .await?;
    let row = invitations::Model {
        workspace_id: caller.workspace,
        id: new_id(),
        email: email_key,
        role: input.role,
        token_hash: sha256(token.as_bytes()).to_vec(),
        created_by: caller.user,
        created_at: tx.now().micros(),
        expires_at: tx.now().plus(LIFETIME).micros(),
        accepted_at: None,
    };
    let insert = invitations::ActiveModel::from(row.clone());
    invitations::Entity::insert(insert)
        .exec_without_returning(&*tx)
        .await?;
    let details = json!({ "role": row.role });
    audit(&tx, caller, "invitation.created", row.id, &details).await?;
    tx.commit().await?;
    Ok(InvitationOut {
        url: Some(format!("{}/invite/{token}", client.origin)),
        token: Some(token),
        ..row.into()
    })
}

/// The invitations of the caller's workspace that wait, the newest first.
pub(crate) async fn list(identity: &Identity, caller: &Caller) -> Result<Vec<InvitationOut>> {
    caller.require(Permission::ManageMembers)?;
    let rows = invitations::Entity::of(caller.workspace)
        .filter(invitations::Column::AcceptedAt.is_null())
        .filter(invitations::Column::ExpiresAt.gt(identity.now().micros()))
        .order_by_desc(invitations::Column::Id)
        .all(identity.db().read())
        .await?;
    Ok(rows.into_iter().map(InvitationOut::from).collect())
}

/// Takes an invitation back.
pub(crate) async fn revoke(identity: &Identity, caller: &Caller, id: Uuid) -> Result<()> {
    caller.require(Permission::ManageMembers)?;
    let tx = identity.db().write().await?;
    let gone = invitations::Entity::delete_many()
        .filter(invitations::Column::WorkspaceId.eq(caller.workspace))
        .filter(invitations::Column::Id.eq(id))
        .filter(invitations::Column::AcceptedAt.is_null())
        .exec(&*tx)
        .await?;
    if gone.rows_affected == 0 {
        return Err(IdentityError::NotFound("invitation"));
    }
    audit(&tx, caller, "invitation.revoked", id, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// The invitation behind a link. The token finds it in whichever workspace it is: it is the holder's only proof.
async fn find(identity: &Identity, token: &str) -> Result<invitations::Model> {
    let row = invitations::Entity::find()
        .filter(invitations::Column::TokenHash.eq(sha256(token.as_bytes()).to_vec()))
        .one(identity.db().read())
        .await?
        .ok_or(IdentityError::NotFound("invitation"))?;
    if row.accepted_at.is_some() || row.expires_at <= identity.now().micros() {
        return Err(IdentityError::InvitationGone);
    }
    Ok(row)
}

/// The invitation behind a link, for this address.
pub(crate) async fn find_open(
    identity: &Identity,
    token: &str,
    email_key: &str,
) -> Result<invitations::Model> {
    let row = find(identity, token).await?;
    if row.email == email_key {
        Ok(row)
    } else {
        Err(IdentityError::InvitationForAnother)
    }
}

/// What the holder of a link may know.
pub(crate) async fn show(identity: &Identity, token: &str) -> Result<InvitationInfoOut> {
    let row = find(identity, token).await?;
    let workspace = workspace_rows::Entity::find_by_id(row.workspace_id)
        .one(identity.db().read())
        .await?
        .ok_or(IdentityError::NotFound("invitation"))?;
    Ok(InvitationInfoOut {
        workspace_name: workspace.name,
        email: row.email,
        role: row.role,
    })
}

/// Uses an invitation up and adds the person.
pub(crate) async fn take(tx: &Tx, actor: Actor, invitation: &invitations::Model, user: UserId) -> Result<()> {
    // One statement decides, so that a link is good once.
    let taken = invitations::Entity::update_many()
        .set(invitations::ActiveModel {
            accepted_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(invitations::Column::WorkspaceId.eq(invitation.workspace_id))
        .filter(invitations::Column::Id.eq(invitation.id))
        .filter(invitations::Column::AcceptedAt.is_null())
        .exec(&**tx)
        .await?;
    if taken.rows_affected == 0 {
        return Err(IdentityError::InvitationGone);
    }
    if people::role_in(tx, invitation.workspace_id, user)
        .await?
        .is_none()
    {
        workspaces::join(tx, invitation.workspace_id, user, invitation.role).await?;
    }
    audit(
        tx,
        actor,
        "invitation.accepted",
        invitation.id,
        &json!({ "role": invitation.role }),
    )
    .await?;
    Ok(())
}

/// The caller accepts an invitation that is for their address.
pub(crate) async fn accept(identity: &Identity, caller: &Caller, token: &str) -> Result<WorkspaceOut> {
    caller.require_session()?;
    let person = people::find(identity.db(), caller.user).await?;
    let invitation = find_open(identity, token, &person.email_key).await?;
    let workspace = invitation.workspace_id;
    let actor = Actor {
        workspace: Some(workspace),
        ..Actor::from(caller)
    };
    let tx = identity.db().write().await?;
    take(&tx, actor, &invitation, caller.user).await?;
    let role = people::role_in(&tx, workspace, caller.user)
        .await?
        .ok_or(IdentityError::NotFound("workspace"))?;
    let revoked = revocations::Revoked::Role(workspace, caller.user);
    revocations::revoke(&tx, &revoked).await?;
    tx.commit().await?;
    identity.known().forget_role(workspace, caller.user);
    workspaces::show(identity, workspace, role).await
}
