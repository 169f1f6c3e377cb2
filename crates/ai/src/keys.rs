//! Provider keys, of people and of workspaces: sealed under their owner's data key, checked by a cheap call, shown
//! masked, and never told again.

use std::sync::Arc;

use db::entity::provider_keys;
use db::kinds::KeyScope;
use db::{DbError, Sealed};
use identity::{Caller, Permission};
use kit::api::{ApiError, Code, Problems, Validate};
use kit::clock::Timestamp;
use kit::http::Reach;
use kit::secret::Secret;
use kit::vault::{Place, sha256};
use providers::{Endpoint, ErrorKind, ProviderError, ProviderKind};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::breaker::Breaker;
use crate::{Ai, Asker, PrivateNetworks};

/// Where a usable key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The person's own.
    User,
    /// The workspace's.
    Workspace,
    /// A server on this machine that needs none, or the built-in model.
    Local,
}

/// A key that can be used now, with its endpoint worked out.
#[derive(Debug)]
pub struct UsableKey {
    /// Its name for breakers and lists of models.
    pub name: String,
    /// Which provider.
    pub kind: ProviderKind,
    /// Whose.
    pub origin: Origin,
    /// Whether its address is not the provider's usual one, so that it may serve any model.
    pub is_elsewhere: bool,
    /// What the last check said.
    pub is_valid: bool,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Its health.
    pub breaker: Arc<Breaker>,
    /// The row it came from.
    pub owner: Uuid,
}

/// All keys of an asker: the person's before the workspace's.
pub type Usable = Arc<Vec<Arc<UsableKey>>>;

/// A key to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyIn {
    /// The key; may be empty for a server that needs none.
    #[serde(default)]
    pub key: String,
    /// The server's address with its version, such as `https://host/v1`.
    pub base_url: Option<String>,
    /// Whose it is; the person's when absent.
    #[serde(default)]
    pub scope: Option<KeyScope>,
}

impl Validate for KeyIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("key", &self.key, 0, 4_096);
        problems.optional_length("base_url", self.base_url.as_ref(), 1, 2_000);
    }
}

/// What a check said.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyCheckOut {
    /// Whether the provider accepts the key.
    pub is_valid: bool,
    /// When it was asked.
    pub checked_at: Timestamp,
    /// What may be shown of the key.
    pub masked: String,
    /// Why it is not (yet) known to be good.
    pub error: Option<KeyErrorOut>,
}

/// Why a key is not known to be good.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyErrorOut {
    /// A code.
    pub code: String,
    /// A sentence.
    pub error: String,
}

/// Which key.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScopeQuery {
    /// Whose key; the person's when absent.
    pub scope: Option<KeyScope>,
}

/// The name of a key for breakers and lists.
pub fn key_name(owner: Uuid, provider: &str) -> String {
    format!("{owner}:{provider}")
}

/// A key's row has no id of its own: its place is made of owner and provider.
fn key_place(owner: Uuid, provider: &str) -> Place<'static> {
    let hash = sha256(key_name(owner, provider).as_bytes());
    let mut row = [0; 16];
    row.copy_from_slice(&hash[..16]);
    Place { column: "provider_keys.key", row: Uuid::from_bytes(row) }
}

fn owner_of(caller: &Caller, scope: KeyScope) -> Result<Uuid, ApiError> {
    match scope {
        KeyScope::User => Ok(caller.user.0),
        KeyScope::Workspace => {
            caller.require(Permission::ManageKeys)?;
            Ok(caller.workspace.0)
        }
    }
}

impl Ai {
    /// The keys that an asker can use, the person's first.
    pub async fn usable(&self, asker: Asker) -> Result<Usable, ApiError> {
        if let Some(keys) = self.0.usable.get(&asker) {
            return Ok(self.with_local(keys));
        }
        let rows = provider_keys::Entity::find()
            .filter(provider_keys::Column::OwnerId.is_in([asker.user.0, asker.workspace.0]))
            .all(self.db().read())
            .await
            .map_err(DbError::from)?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            match self.open_key(&row).await {
                Ok(key) => keys.push(Arc::new(key)),
                Err(error) => tracing::warn!(provider = %row.provider, error = %error, "a provider key cannot be used"),
            }
        }
        keys.sort_by_key(|key| key.origin == Origin::Workspace);
        let keys: Usable = Arc::new(keys);
        self.0.usable.put(&asker, keys.clone());
        Ok(self.with_local(keys))
    }

    /// Adds what needs no key: servers on this machine that nobody gave a key for, and the built-in model.
    fn with_local(&self, keys: Usable) -> Usable {
        let found: Vec<_> =
            self.0.local.keys().into_iter().filter(|l| !keys.iter().any(|k| k.kind == l.kind)).collect();
        if found.is_empty() && self.0.builtin.is_none() {
            return keys;
        }
        let mut all: Vec<_> = keys.iter().cloned().chain(found).collect();
        if let Some(model) = &self.0.builtin {
            let name = "builtin".to_owned();
            all.push(Arc::new(UsableKey {
                kind: ProviderKind::Builtin,
                origin: Origin::Local,
                is_elsewhere: false,
                is_valid: true,
                endpoint: Endpoint::builtin(model.clone()),
                breaker: self.0.breakers.of(&name),
                owner: Uuid::nil(),
                name,
            }));
        }
        Arc::new(all)
    }

    async fn open_key(&self, row: &provider_keys::Model) -> Result<UsableKey, ApiError> {
        let keys = self.db().keys(row.owner_id).await?;
        let secret: String = row.key.open(&keys, key_place(row.owner_id, &row.provider)).map_err(DbError::from)?;
        let kind: ProviderKind = row.provider.parse().map_err(|_| ApiError::not_found("provider"))?;
        let reach = if row.reach_private { Reach::AllowPrivate } else { Reach::PublicOnly };
        let endpoint = Endpoint::new(kind, row.base_url.as_deref(), Some(&Secret::new(secret)), reach)
            .map_err(|error| ApiError::invalid("base_url", error.to_string()))?;
        let name = key_name(row.owner_id, &row.provider);
        Ok(UsableKey {
            kind,
            origin: if row.scope == KeyScope::User { Origin::User } else { Origin::Workspace },
            is_elsewhere: row.base_url.is_some() || !kind.is_cloud(),
            is_valid: row.is_valid,
            endpoint,
            breaker: self.0.breakers.of(&name),
            owner: row.owner_id,
            name,
        })
    }

    fn forget_usable(&self, key: &str) {
        self.0.usable.clear();
        self.0.breakers.forget(key);
        self.0.listings.forget(key);
    }

    fn reach_for(&self, caller: &Caller) -> Reach {
        match self.0.config.private_networks {
            PrivateNetworks::Everybody => Reach::AllowPrivate,
            PrivateNetworks::Administrators if caller.is_instance_admin => Reach::AllowPrivate,
            PrivateNetworks::Administrators | PrivateNetworks::Nobody => Reach::PublicOnly,
        }
    }
}

/// Checks a key with its provider and keeps it, unless the provider says that it is wrong.
pub async fn put(ai: &Ai, caller: &Caller, kind: ProviderKind, input: KeyIn) -> Result<KeyCheckOut, ApiError> {
    let scope = input.scope.unwrap_or(KeyScope::User);
    let owner = owner_of(caller, scope)?;
    if kind == ProviderKind::Builtin {
        return Err(ApiError::invalid("provider", "The built-in model needs no key."));
    }
    let secret = Secret::new(input.key.trim().to_owned());
    if secret.expose().is_empty() && kind.needs_key() && input.base_url.is_none() {
        return Err(ApiError::invalid("key", "This provider needs a key."));
    }
    let reach = ai.reach_for(caller);
    let base_url = input.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
    let endpoint = Endpoint::new(kind, base_url, Some(&secret), reach)
        .map_err(|error| ApiError::invalid(if base_url.is_some() { "base_url" } else { "key" }, sentence(&error.to_string())))?;
    let checked = check(ai, &endpoint).await;
    let at = ai.db().clock().now();
    let error = match checked {
        Ok(()) => None,
        Err(error) => match error.kind {
            ErrorKind::InvalidKey | ErrorKind::Forbidden => return Err(refused(&error)),
            ErrorKind::Blocked => return Err(ApiError::invalid("base_url", sentence(&error.message()))),
            ErrorKind::NotFound | ErrorKind::Garbage | ErrorKind::BadRequest if base_url.is_some() => {
                return Err(ApiError::invalid("base_url", "No server of this kind answers at this address. It usually ends in /v1."));
            }
            _ => Some(error),
        },
    };
    let told = error.as_ref().map(told);
    let masked = secret.masked();
    let keys = ai.db().keys(owner).await?;
    let tx = ai.db().write().await?;
    let now = tx.now().micros();
    let row = provider_keys::ActiveModel {
        owner_id: Set(owner),
        provider: Set(kind.id().to_owned()),
        scope: Set(scope),
        key: Set(Sealed::seal(&keys, key_place(owner, kind.id()), secret.expose()).map_err(DbError::from)?),
        masked: Set(masked.clone()),
        base_url: Set(base_url.map(str::to_owned)),
        reach_private: Set(reach == Reach::AllowPrivate),
        is_valid: Set(error.is_none()),
        error: Set(told.as_ref().map(|t| serde_json::json!({"code": t.code, "error": t.error}).to_string())),
        checked_at: Set(at.micros()),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let replaced = [
        provider_keys::Column::Scope,
        provider_keys::Column::Key,
        provider_keys::Column::Masked,
        provider_keys::Column::BaseUrl,
        provider_keys::Column::ReachPrivate,
        provider_keys::Column::IsValid,
        provider_keys::Column::Error,
        provider_keys::Column::CheckedAt,
        provider_keys::Column::UpdatedAt,
    ];
    let over = OnConflict::columns([provider_keys::Column::OwnerId, provider_keys::Column::Provider])
        .update_columns(replaced)
        .to_owned();
    provider_keys::Entity::insert(row).on_conflict(over).exec_without_returning(&*tx).await.map_err(DbError::from)?;
    let details = serde_json::json!({ "provider": kind.id(), "scope": scope });
    identity::audit(&tx, caller, "provider_key.set", kind.id(), &details).await?;
    tx.commit().await?;
    ai.forget_usable(&key_name(owner, kind.id()));
    Ok(KeyCheckOut { is_valid: error.is_none(), checked_at: at, masked, error: told })
}

fn refused(error: &ProviderError) -> ApiError {
    ApiError::new(Code::InvalidProviderKey, error.message())
}

fn told(error: &ProviderError) -> KeyErrorOut {
    KeyErrorOut { code: error.kind.code().to_owned(), error: error.message() }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let rest = chars.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}

async fn check(ai: &Ai, endpoint: &Endpoint) -> Result<(), ProviderError> {
    providers::check_key(&ai.0.http, endpoint, &ai.0.config.timeouts).await
}

/// The row of a caller's key.
async fn find(ai: &Ai, owner: Uuid, kind: ProviderKind) -> Result<provider_keys::Model, ApiError> {
    provider_keys::Entity::find_by_id((owner, kind.id().to_owned()))
        .one(ai.db().read())
        .await
        .map_err(DbError::from)?
        .ok_or_else(|| ApiError::not_found("key"))
}

/// Checks a kept key again.
pub async fn recheck(ai: &Ai, caller: &Caller, kind: ProviderKind, scope: Option<KeyScope>) -> Result<KeyCheckOut, ApiError> {
    let owner = owner_of(caller, scope.unwrap_or(KeyScope::User))?;
    let row = find(ai, owner, kind).await?;
    let key = ai.open_key(&row).await?;
    let checked = check(ai, &key.endpoint).await.err();
    let told = checked.as_ref().map(told);
    mark(ai, owner, kind, told.as_ref()).await?;
    let checked_at = ai.db().clock().now();
    Ok(KeyCheckOut { is_valid: told.is_none(), checked_at, masked: row.masked, error: told })
}

/// Notes what was learned about a key, by a check or by a call that failed.
pub async fn mark(ai: &Ai, owner: Uuid, kind: ProviderKind, error: Option<&KeyErrorOut>) -> Result<(), DbError> {
    let tx = ai.db().write().await?;
    let change = provider_keys::ActiveModel {
        is_valid: Set(error.is_none()),
        error: Set(error.map(|t| serde_json::json!({"code": t.code, "error": t.error}).to_string())),
        checked_at: Set(tx.now().micros()),
        ..Default::default()
    };
    provider_keys::Entity::update_many()
        .set(change)
        .filter(provider_keys::Column::OwnerId.eq(owner))
        .filter(provider_keys::Column::Provider.eq(kind.id()))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    ai.0.usable.clear();
    Ok(())
}

/// Forgets a key.
pub async fn delete(ai: &Ai, caller: &Caller, kind: ProviderKind, scope: Option<KeyScope>) -> Result<(), ApiError> {
    let owner = owner_of(caller, scope.unwrap_or(KeyScope::User))?;
    find(ai, owner, kind).await?;
    let tx = ai.db().write().await?;
    provider_keys::Entity::delete_by_id((owner, kind.id().to_owned())).exec(&*tx).await.map_err(DbError::from)?;
    let details = serde_json::json!({ "provider": kind.id() });
    identity::audit(&tx, caller, "provider_key.deleted", kind.id(), &details).await?;
    tx.commit().await?;
    ai.forget_usable(&key_name(owner, kind.id()));
    Ok(())
}
