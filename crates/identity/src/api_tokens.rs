//! API tokens: `trb_` and 256 random bits, for programs. Only the hash is kept; each works in one workspace, with
//! the role that its person has there, within its scopes.

use std::sync::atomic::Ordering;

use db::entity::api_tokens;
use db::events::Scope as Stream;
use db::{Event, Tx, UserId, WorkspaceId};
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
use crate::known::TokenHash;
use crate::revocations::{self, Revoked};
use crate::scopes::{Scope, Scopes};
use crate::{Result, email, people, workspaces};

/// Characters of a token that are kept to recognise it.
const PREFIX: usize = 10;

/// A new API token.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenIn {
    /// What it is for.
    pub name: String,
    /// What it may do; everything but administration unless told.
    #[serde(default)]
    pub scopes: Option<Vec<Scope>>,
    /// Until when; for ever unless told.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Validate for TokenIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 100);
        let some = self.scopes.as_ref().is_none_or(|scopes| !scopes.is_empty());
        problems.check(some, "scopes", "A token needs at least one scope.");
    }
}

/// An API token, without itself.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TokenOut {
    /// The token.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When last used, to the minute.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
    /// Until when.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// When.
    pub created_at: Timestamp,
}

impl From<api_tokens::Model> for TokenOut {
    fn from(row: api_tokens::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            scopes: Scopes::parse(&row.scopes).list(),
            last_used_at: row.last_used_at.map(Timestamp),
            expires_at: row.expires_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
        }
    }
}

/// A token that was just made; it is not shown again.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NewTokenOut {
    /// Its description.
    #[serde(flatten)]
    pub about: TokenOut,
    /// The token itself.
    pub token: String,
}

async fn add(
    tx: &Tx,
    workspace: WorkspaceId,
    user: UserId,
    name: &str,
    scopes: Scopes,
    expires_at: Option<Timestamp>,
) -> Result<NewTokenOut> {
    let token = format!("trb_{}", random_token());
    let row = api_tokens::Model {
        workspace_id: workspace,
        id: new_id(),
        user_id: user,
        name: name.trim().to_owned(),
        token_hash: sha256(token.as_bytes()).to_vec(),
        prefix: token.chars().take(PREFIX).collect(),
        scopes: scopes.to_string(),
        created_at: tx.now().micros(),
        expires_at: expires_at.map(Timestamp::micros),
        last_used_at: None,
        revoked_at: None,
    };
    let insert = api_tokens::ActiveModel::from(row.clone());
    api_tokens::Entity::insert(insert)
        .exec_without_returning(&**tx)
        .await?;
    tell(tx, workspace, user, "token.created", row.id).await?;
    Ok(NewTokenOut {
        about: row.into(),
        token,
    })
}

pub(crate) async fn tell(
    tx: &Tx,
    workspace: WorkspaceId,
    user: UserId,
    kind: &str,
    token: Uuid,
) -> Result<()> {
    let payload = json!({ "token_id": token });
    let event = Event {
        scope: Stream::User(user),
        workspace: Some(workspace),
        kind,
        payload: &payload,
    };
    tx.event(event).await?;
    Ok(())
}

/// Makes a token for the caller's workspace.
pub(crate) async fn create(identity: &Identity, caller: &Caller, input: TokenIn) -> Result<NewTokenOut> {
    caller.require_session()?;
    if input.expires_at.is_some_and(|end| end <= identity.now()) {
        return Err(kit::api::ApiError::invalid("expires_at", "This time is already over.").into());
    }
    let scopes: Scopes = match input.scopes {
        Some(scopes) => scopes.into_iter().collect(),
        None => [Scope::Ai, Scope::Read, Scope::Write].into_iter().collect(),
    };
    let tx = identity.db().write().await?;
    let made = add(
        &tx,
        caller.workspace,
        caller.user,
        &input.name,
        scopes,
        input.expires_at,
    )
    .await?;
    let details = json!({ "name": made.about.name, "scopes": scopes.to_string() });
    audit(&tx, caller, "token.created", made.about.id, &details).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes a token for somebody, in the workspace they have been in longest: for the command line.
pub async fn create_for(
    identity: &Identity,
    address: &str,
    name: &str,
    scopes: Scopes,
) -> Result<NewTokenOut> {
    let input = TokenIn {
        name: name.to_owned(),
        scopes: Some(scopes.list()),
        expires_at: None,
    };
    let mut problems = Problems::default();
    input.validate(&mut problems);
    problems.into_result()?;
    let person = people::find_by_email(identity.db(), &email::key(address).unwrap_or_default())
        .await?
        .ok_or(IdentityError::NotFound("account"))?;
    let workspace = workspaces::first_of(identity.db(), person.id).await?;
    let tx = identity.db().write().await?;
    let made = add(&tx, workspace, person.id, name, scopes, None).await?;
    let actor = Actor {
        workspace: Some(workspace),
        user: None,
        address: Client::operator().address,
    };
    let details = json!({ "name": name, "scopes": scopes.to_string(), "by": "command line" });
    audit(&tx, actor, "token.created", made.about.id, &details).await?;
    tx.commit().await?;
    Ok(made)
}

/// The caller's tokens in the workspace, the newest first.
pub(crate) async fn list(identity: &Identity, caller: &Caller) -> Result<Vec<TokenOut>> {
    let rows = api_tokens::Entity::of(caller.workspace)
        .filter(api_tokens::Column::UserId.eq(caller.user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .order_by_desc(api_tokens::Column::Id)
        .all(identity.db().read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            // What is not written yet is known here.
            let noted = TokenHash::try_from(&row.token_hash[..])
                .ok()
                .and_then(|hash| identity.known().token(&hash))
                .map(|known| known.last_used_at.load(Ordering::Relaxed))
                .filter(|at| *at > i64::MIN);
            let mut out = TokenOut::from(row);
            out.last_used_at = out.last_used_at.max(noted.map(Timestamp));
            out
        })
        .collect())
}

/// Revokes one of the caller's tokens: it stops working at once.
pub(crate) async fn revoke(identity: &Identity, caller: &Caller, id: Uuid) -> Result<()> {
    caller.require_session()?;
    let tx = identity.db().write().await?;
    let row = api_tokens::Entity::of(caller.workspace)
        .filter(api_tokens::Column::Id.eq(id))
        .filter(api_tokens::Column::UserId.eq(caller.user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotFound("token"))?;
    api_tokens::Entity::update_many()
        .set(api_tokens::ActiveModel {
            revoked_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(api_tokens::Column::WorkspaceId.eq(caller.workspace))
        .filter(api_tokens::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    tell(&tx, caller.workspace, caller.user, "token.revoked", id).await?;
    audit(&tx, caller, "token.revoked", id, &json!({ "name": row.name })).await?;
    let hashes = vec![row.token_hash];
    let revoked = Revoked::Tokens(hashes.clone());
    revocations::revoke(&tx, &revoked).await?;
    tx.commit().await?;
    identity.known().forget_tokens(&hashes);
    Ok(())
}
