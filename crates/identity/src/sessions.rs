//! Signed-in devices: begun by a sign-in, carried on by refresh tokens, ended at once and everywhere.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use db::entity::{members, sessions, users, workspaces};
use db::events::Scope;
use db::{Event, SessionId, Tx, UserId, WorkspaceId};
use http::StatusCode;
use kit::api::Data;
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::{Came, note_sign_in};
use crate::access_tokens::Claims;
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::people::UserOut;
use crate::revocations::{Revoked, revoke};
use crate::workspaces::WorkspaceOut;
use crate::{Result, cookies, refresh_tokens, workspaces as rooms};

/// Somebody is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SignedInOut {
    pub user: UserOut,
    pub workspace: WorkspaceOut,
    /// For `Authorization: Bearer`; the page has it in a cookie.
    pub access_token: String,
    /// Until when the access token is good.
    pub expires_at: Timestamp,
}

/// The same, with its cookies and status.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub out: SignedInOut,
    pub status: StatusCode,
    refresh: Option<String>,
    access_lifetime: Duration,
    session_lifetime: Duration,
    secure: bool,
}

impl SignedIn {
    fn cookies(&self) -> cookies::SetCookies {
        let refresh = self.refresh.as_deref().map(|text| (text, self.session_lifetime));
        let access = (self.out.access_token.as_str(), self.access_lifetime);
        cookies::give(access, refresh, self.secure)
    }

    /// Gives the cookies with another answer.
    pub fn redirect(&self, answer: Response) -> Response {
        (self.cookies(), answer).into_response()
    }
}

impl IntoResponse for SignedIn {
    fn into_response(self) -> Response {
        (self.status, self.cookies(), Data::new(self.out)).into_response()
    }
}

/// A signed-in device, as its person sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SessionOut {
    pub id: SessionId,
    /// What the device said of itself.
    pub user_agent: String,
    /// Where it came from last.
    pub address: String,
    /// Whether it is the one that asks.
    pub current: bool,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// Which workspace to work in from now on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchIn {
    pub workspace_id: WorkspaceId,
}

impl kit::api::Validate for SwitchIn {
    fn validate(&self, _: &mut kit::api::Problems) {}
}

fn changed(user: UserId, kind: &str, session: SessionId) -> (Scope, String, serde_json::Value) {
    (
        Scope::User(user),
        kind.to_owned(),
        json!({ "session_id": session }),
    )
}

async fn tell(tx: &Tx, (scope, kind, payload): (Scope, String, serde_json::Value)) -> Result<()> {
    let event = Event {
        scope,
        workspace: None,
        kind: &kind,
        payload: &payload,
    };
    tx.event(event).await?;
    Ok(())
}

/// Signs a device in.
pub(crate) async fn begin(
    identity: &Identity,
    tx: &Tx,
    user: UserId,
    workspace: WorkspaceId,
    client: &Client,
) -> Result<sessions::Model> {
    let now = tx.now();
    // Held, so that whoever disables the account waits for this, and finds the session that it has to end.
    let person = users::Entity::find_by_id(user)
        .lock_shared()
        .one(&**tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    if person.disabled_at.is_some() {
        return Err(IdentityError::Disabled);
    }
    let session = sessions::Model {
        id: SessionId::new(),
        user_id: user,
        workspace_id: workspace,
        refresh_counter: 1,
        user_agent: client.user_agent.clone(),
        address: client.address.to_string(),
        created_at: now.micros(),
        last_seen_at: now.micros(),
        expires_at: now.plus(identity.config().session_lifetime).micros(),
        ended_at: None,
    };
    let row = sessions::ActiveModel::from(session.clone());
    sessions::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    let came = Came {
        workspace: Some(workspace),
        user: Some(user),
        client,
        via: "session",
        outcome: "ok",
    };
    note_sign_in(tx, came).await?;
    tell(tx, changed(user, "session.created", session.id)).await?;
    Ok(session)
}

/// Signs in somebody who has proved who they are; `by` says how.
pub(crate) async fn sign_in(
    identity: &Identity,
    user: UserId,
    by: &str,
    client: &Client,
) -> Result<SignedIn> {
    let workspace = home_of(identity, user, None).await?;
    let tx = identity.db().write().await?;
    let session = begin(identity, &tx, user, workspace, client).await?;
    let actor = Actor {
        workspace: Some(workspace),
        user: Some(user),
        address: client.address,
    };
    audit(&tx, actor, "auth.login", session.id, &json!({ "by": by })).await?;
    tx.commit().await?;
    answer(identity, &session, client, true).await
}

/// The answer to whoever just signed in. Call it after the commit.
pub(crate) async fn answer(
    identity: &Identity,
    session: &sessions::Model,
    client: &Client,
    with_refresh: bool,
) -> Result<SignedIn> {
    let signing = identity.signing().await?;
    let conn = identity.db().read();
    let user = users::Entity::find_by_id(session.user_id)
        .one(conn)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    let member = members::Entity::of(session.workspace_id)
        .filter(members::Column::UserId.eq(session.user_id))
        .one(conn)
        .await?
        .ok_or(IdentityError::NoWorkspace)?;
    let workspace = workspaces::Entity::find_by_id(session.workspace_id)
        .one(conn)
        .await?
        .ok_or(IdentityError::NoWorkspace)?;
    let config = identity.config();
    let now = identity.now();
    let expires_at = now.plus(config.access_lifetime);
    let access_token = signing.access.sign(&Claims {
        sub: session.user_id,
        tid: session.workspace_id,
        sid: session.id,
        iat: now.seconds(),
        exp: expires_at.seconds(),
    })?;
    Ok(SignedIn {
        out: SignedInOut {
            user: user.into(),
            workspace: rooms::out(identity.db(), workspace, member.role).await?,
            access_token,
            expires_at: Timestamp(expires_at.seconds() * 1_000_000),
        },
        status: StatusCode::OK,
        refresh: with_refresh
            .then(|| refresh_tokens::write(&signing.refresh, session.id, session.refresh_counter)),
        access_lifetime: config.access_lifetime,
        session_lifetime: config.session_lifetime,
        secure: client.secure,
    })
}

/// Where a person works when nothing else is said: where they worked last, else where they have been longest.
pub(crate) async fn home_of(
    identity: &Identity,
    user: UserId,
    wished: Option<WorkspaceId>,
) -> Result<WorkspaceId> {
    let conn = identity.db().read();
    let wished = match wished {
        Some(workspace) => Some(workspace),
        None => sessions::Entity::find()
            .filter(sessions::Column::UserId.eq(user))
            .order_by_desc(sessions::Column::LastSeenAt)
            .one(conn)
            .await?
            .map(|session| session.workspace_id),
    };
    let all = members::Entity::find()
        .filter(members::Column::UserId.eq(user))
        .order_by_asc(members::Column::JoinedAt)
        .all(conn)
        .await?;
    all.iter()
        .map(|member| member.workspace_id)
        .find(|id| Some(*id) == wished)
        .or_else(|| all.first().map(|member| member.workspace_id))
        .ok_or(IdentityError::NoWorkspace)
}

/// Trades a refresh token in for the next one.
pub(crate) async fn refresh(identity: &Identity, token: Option<&str>, client: &Client) -> Result<SignedIn> {
    let signing = identity.signing().await?;
    let (id, counter) = token
        .and_then(|token| refresh_tokens::read(&signing.refresh, token))
        .ok_or(IdentityError::NotSignedIn)?;
    let conn = identity.db().read();
    let before = sessions::Entity::find_by_id(id)
        .one(conn)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    let workspace = home_of(identity, before.user_id, Some(before.workspace_id)).await?;

    let tx = identity.db().write().await?;
    let now = tx.now();
    let actor = Actor {
        workspace: Some(workspace),
        user: Some(before.user_id),
        address: client.address,
    };
    // One statement decides: of two that come at once with the same token, one changes the row.
    let won = sessions::Entity::update_many()
        .set(sessions::ActiveModel {
            refresh_counter: Set(counter + 1),
            workspace_id: Set(workspace),
            user_agent: Set(client.user_agent.clone()),
            address: Set(client.address.to_string()),
            last_seen_at: Set(now.micros()),
            expires_at: Set(now.plus(identity.config().session_lifetime).micros()),
            ..Default::default()
        })
        .filter(sessions::Column::Id.eq(id))
        .filter(sessions::Column::RefreshCounter.eq(counter))
        .filter(sessions::Column::EndedAt.is_null())
        .filter(sessions::Column::ExpiresAt.gt(now.micros()))
        .exec(&*tx)
        .await?
        .rows_affected
        == 1;
    let row = sessions::Entity::find_by_id(id)
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    if won {
        audit(&tx, actor, "auth.refresh", id, &json!({})).await?;
        tx.commit().await?;
        return answer(identity, &row, client, true).await;
    }
    if row.ended_at.is_none() && counter < row.refresh_counter {
        // It was traded in before: somebody has a copy, and nobody can tell who is who.
        end(&tx, row.user_id, &[id]).await?;
        audit(
            &tx,
            actor,
            "auth.refresh_reused",
            id,
            &json!({ "counter": counter }),
        )
        .await?;
        tx.commit().await?;
        identity.known().forget_sessions(&[id]);
        tracing::warn!(session.id = %id, user.id = %row.user_id, "a refresh token came twice; its session was ended");
    }
    Err(IdentityError::NotSignedIn)
}

/// Ends sessions. After the commit, [`crate::known::Known::forget_sessions`] makes it so at once.
pub(crate) async fn end(tx: &Tx, user: UserId, ids: &[SessionId]) -> Result<()> {
    sessions::Entity::update_many()
        .set(sessions::ActiveModel {
            ended_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(sessions::Column::Id.is_in(ids.iter().copied()))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    for id in ids {
        tell(tx, changed(user, "session.ended", *id)).await?;
    }
    revoke(tx, &Revoked::Sessions(ids.to_vec())).await
}

/// Ends every session of a person, except one; answers which. The caller forgets them after the commit.
pub(crate) async fn end_all(tx: &Tx, user: UserId, except: Option<SessionId>) -> Result<Vec<SessionId>> {
    let running = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user))
        .filter(sessions::Column::EndedAt.is_null())
        .filter(sessions::Column::ExpiresAt.gt(tx.now().micros()))
        .all(&**tx)
        .await?;
    let ids: Vec<SessionId> = running
        .into_iter()
        .map(|session| session.id)
        .filter(|id| Some(*id) != except)
        .collect();
    if !ids.is_empty() {
        end(tx, user, &ids).await?;
    }
    Ok(ids)
}

/// Signs this device out: by the caller's session, else by the refresh token.
pub(crate) async fn sign_out(
    identity: &Identity,
    caller: Option<&Caller>,
    token: Option<&str>,
    client: &Client,
) -> Result<()> {
    let by_token = match token {
        Some(token) => refresh_tokens::read(&identity.signing().await?.refresh, token).map(|(id, _)| id),
        None => None,
    };
    let id = caller
        .and_then(|caller| caller.session)
        .or(by_token)
        .ok_or(IdentityError::NotSignedIn)?;
    let tx = identity.db().write().await?;
    let row = sessions::Entity::find_by_id(id)
        .filter(sessions::Column::EndedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    end(&tx, row.user_id, &[id]).await?;
    let actor = Actor {
        workspace: Some(row.workspace_id),
        user: Some(row.user_id),
        address: client.address,
    };
    audit(&tx, actor, "auth.logout", id, &json!({})).await?;
    tx.commit().await?;
    identity.known().forget_sessions(&[id]);
    Ok(())
}

/// Signs all of the caller's devices out.
pub(crate) async fn sign_out_everywhere(identity: &Identity, caller: &Caller) -> Result<()> {
    caller.require_session()?;
    let tx = identity.db().write().await?;
    let ids = end_all(&tx, caller.user, None).await?;
    let details = json!({ "sessions": ids.len() });
    audit(&tx, caller, "auth.logout_everywhere", caller.user, &details).await?;
    tx.commit().await?;
    identity.known().forget_sessions(&ids);
    Ok(())
}

/// Ends one of the caller's sessions; answers whether it was the one that asked.
pub(crate) async fn end_one(identity: &Identity, caller: &Caller, id: SessionId) -> Result<bool> {
    let current = caller.require_session()?;
    let tx = identity.db().write().await?;
    sessions::Entity::find_by_id(id)
        .filter(sessions::Column::UserId.eq(caller.user))
        .filter(sessions::Column::EndedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotFound("session"))?;
    end(&tx, caller.user, &[id]).await?;
    audit(&tx, caller, "auth.session_ended", id, &json!({})).await?;
    tx.commit().await?;
    identity.known().forget_sessions(&[id]);
    Ok(id == current)
}

/// The caller's signed-in devices, the one seen last first.
pub(crate) async fn list(identity: &Identity, caller: &Caller) -> Result<Vec<SessionOut>> {
    let rows = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(caller.user))
        .filter(sessions::Column::EndedAt.is_null())
        .filter(sessions::Column::ExpiresAt.gt(identity.now().micros()))
        .order_by_desc(sessions::Column::LastSeenAt)
        .all(identity.db().read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionOut {
            current: Some(row.id) == caller.session,
            id: row.id,
            user_agent: row.user_agent,
            address: row.address,
            created_at: Timestamp(row.created_at),
            last_seen_at: Timestamp(row.last_seen_at),
        })
        .collect())
}

/// Goes on in another workspace of the same person.
pub(crate) async fn switch(
    identity: &Identity,
    caller: &Caller,
    workspace: WorkspaceId,
    client: &Client,
) -> Result<SignedIn> {
    let id = caller.require_session()?;
    let tx = identity.db().write().await?;
    members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(caller.user))
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotFound("workspace"))?;
    let mut row = sessions::Entity::find_by_id(id)
        .filter(sessions::Column::EndedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    sessions::Entity::update_many()
        .set(sessions::ActiveModel {
            workspace_id: Set(workspace),
            ..Default::default()
        })
        .filter(sessions::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let actor = Actor {
        workspace: Some(workspace),
        ..Actor::from(caller)
    };
    audit(
        &tx,
        actor,
        "auth.switch",
        workspace,
        &json!({ "from": caller.workspace }),
    )
    .await?;
    tx.commit().await?;
    row.workspace_id = workspace;
    answer(identity, &row, client, false).await
}
