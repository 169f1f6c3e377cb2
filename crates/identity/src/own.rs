//! One's own data: what the account holds, to take along, and its erasure. What somebody wrote is with the rooms above.

use db::Db;
use db::entity::{ai_calls, api_tokens, audit as trail, members};
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::administration::{erase_person, forget_erased};
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::identity::Identity;
use crate::passwords::Password;
use crate::{Result, people, security, settings};

/// The most rows of each kind that go into one file.
const MOST: u64 = 100_000;

/// What an account holds beside what its person wrote.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountExport {
    /// The person.
    pub account: people::UserOut,
    /// Workspaces and roles.
    pub memberships: Vec<Value>,
    /// Settings by name.
    pub settings: Value,
    /// API tokens, without what would open anything.
    pub tokens: Vec<Value>,
    /// Calls of models: when, which, tokens, cost.
    pub usage: Vec<Value>,
    /// What the trail says that they did.
    pub audit: Vec<Value>,
}

/// Whoever wants to be erased says their password once more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseMeIn {
    /// The present one; absent where there is none, who signed in just now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<Password>,
}

impl Validate for EraseMeIn {
    fn validate(&self, problems: &mut Problems) {
        if let Some(password) = &self.password {
            password.check_given("password", problems);
        }
    }
}

/// Gathers what the account of the caller holds. Written down as an export.
pub async fn account(db: &Db, caller: &Caller) -> Result<AccountExport> {
    caller.require_session()?;
    let user = caller.user;
    let tx = db.write().await?;
    audit(&tx, caller, "user.exported", user, &json!({})).await?;
    tx.commit().await?;
    let memberships = members::Entity::find()
        .filter(members::Column::UserId.eq(user))
        .all(db.read())
        .await?;
    let tokens = api_tokens::Entity::find()
        .filter(api_tokens::Column::UserId.eq(user))
        .all(db.read())
        .await?;
    let calls = ai_calls::Entity::find()
        .filter(ai_calls::Column::UserId.eq(user))
        .order_by_asc(ai_calls::Column::Id)
        .limit(MOST)
        .all(db.read())
        .await?;
    let acts = trail::Entity::find()
        .filter(trail::Column::ActorId.eq(user))
        .order_by_asc(trail::Column::Id)
        .limit(MOST)
        .all(db.read())
        .await?;
    Ok(AccountExport {
        account: people::find(db, user).await?.into(),
        memberships: memberships
            .iter()
            .map(|m| json!({ "workspace_id": m.workspace_id, "role": m.role, "joined_at": Timestamp(m.joined_at) }))
            .collect(),
        settings: json!(settings::all(db, user).await?.values),
        tokens: tokens
            .iter()
            .map(|t| {
                json!({
                    "id": t.id, "workspace_id": t.workspace_id, "name": t.name, "scopes": t.scopes,
                    "created_at": Timestamp(t.created_at), "expires_at": t.expires_at.map(Timestamp),
                    "last_used_at": t.last_used_at.map(Timestamp), "revoked_at": t.revoked_at.map(Timestamp),
                })
            })
            .collect(),
        usage: calls
            .iter()
            .map(|c| {
                json!({
                    "at": Timestamp(c.at), "workspace_id": c.workspace_id, "purpose": c.purpose,
                    "provider": c.provider, "model": c.model, "input_tokens": c.input_tokens,
                    "output_tokens": c.output_tokens, "cost_micros": c.cost_micros,
                })
            })
            .collect(),
        audit: acts
            .iter()
            .map(|a| {
                json!({
                    "at": Timestamp(a.at), "action": a.action, "target": a.target, "address": a.address,
                    "details": serde_json::from_str::<Value>(&a.details).unwrap_or_default(),
                })
            })
            .collect(),
    })
}

/// Erases the caller, who has said their password or, where there is none, has just signed in.
pub(crate) async fn erase(identity: &Identity, caller: &Caller, input: EraseMeIn) -> Result<()> {
    security::prove(identity, caller, input.password).await?;
    let tx = identity.db().write().await?;
    let erased = erase_person(identity, &tx, Actor::of_installation(caller), caller.user).await?;
    tx.commit().await?;
    forget_erased(identity, &erased);
    Ok(())
}
