//! What the owners of keys do: keep one, check it again, forget it. And what a call that fails notes at one.

use std::time::Duration;

use db::DbError;
use db::Sealed;
use db::entity::provider_keys;
use db::kinds::KeyScope;
use identity::Caller;
use kit::api::{ApiError, Code, Problems, Validate};
use kit::clock::Timestamp;
use kit::http::{Reach, Refusal, Timeouts};
use kit::secret::Secret;
use providers::{Endpoint, EndpointError, ErrorKind, ModelInfo, ProviderError, ProviderKind};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{KeyErrorOut, UsableKey, key_name, key_place, owner_of};
use crate::{Ai, PrivateNetworks};

/// Nobody waits longer for the check of a key.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// Which key.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScopeQuery {
    /// Whose key; the person's when absent.
    pub scope: Option<KeyScope>,
}

impl Ai {
    fn reach_for(&self, caller: &Caller) -> Reach {
        match self.0.config.private_networks {
            PrivateNetworks::Everybody => Reach::AllowPrivate,
            PrivateNetworks::Administrators if caller.is_instance_admin => Reach::AllowPrivate,
            PrivateNetworks::Administrators | PrivateNetworks::Nobody => Reach::PublicOnly,
        }
    }

    /// Asks for the list of models: the cheapest proof that a key is right, and worth keeping.
    async fn check(&self, endpoint: &Endpoint) -> Result<Vec<ModelInfo>, ProviderError> {
        let Timeouts { first_byte, idle } = self.0.config.timeouts;
        let limits = Timeouts {
            first_byte: first_byte.min(PATIENCE),
            idle: idle.min(PATIENCE),
        };
        providers::list_models(&self.0.http, endpoint, &limits).await
    }

    fn forget_key(&self, owner: Uuid, kind: ProviderKind) {
        let name = key_name(owner, kind.id());
        self.0.usable.forget();
        self.0.breakers.forget(&name);
        self.0.listings.forget(&name);
    }
}

/// Checks a key with its provider and keeps it, unless the provider says that it is wrong. A server that could not be
/// asked may be down for the moment: its key is kept with the reason, and tried when it is needed.
pub async fn put(
    ai: &Ai,
    caller: &Caller,
    kind: ProviderKind,
    input: KeyIn,
) -> Result<KeyCheckOut, ApiError> {
    let scope = input.scope.unwrap_or(KeyScope::User);
    let owner = owner_of(caller, scope)?;
    if kind == ProviderKind::Builtin {
        return Err(ApiError::invalid("provider", "The built-in model needs no key."));
    }
    let secret = Secret::new(input.key.trim().to_owned());
    if secret.expose().is_empty() && kind.needs_key() {
        return Err(ApiError::invalid("key", "This provider needs a key."));
    }
    let reach = ai.reach_for(caller);
    let base_url = input
        .base_url
        .as_deref()
        .map(str::trim)
        .filter(|url| !url.is_empty());
    let endpoint = Endpoint::new(kind, base_url, Some(&secret), reach).map_err(|e| unusable(e, reach))?;
    let checked = ai.check(&endpoint).await;
    let error = match &checked {
        Ok(_) => None,
        Err(error) => Some(refused(error, base_url.is_some(), reach)?),
    };
    let kept = Kept {
        owner,
        kind,
        scope,
        base_url,
        reach,
        secret: &secret,
    };
    let checked_at = store(ai, caller, &kept, error.as_ref()).await?;
    ai.forget_key(owner, kind);
    if let Ok(models) = checked {
        ai.0.listings.put(&key_name(owner, kind.id()), models, checked_at);
    }
    Ok(KeyCheckOut {
        is_valid: error.is_none(),
        checked_at,
        masked: secret.masked(),
        error,
    })
}

/// A key that is about to be kept.
struct Kept<'a> {
    owner: Uuid,
    kind: ProviderKind,
    scope: KeyScope,
    base_url: Option<&'a str>,
    reach: Reach,
    secret: &'a Secret,
}

async fn store(
    ai: &Ai,
    caller: &Caller,
    kept: &Kept<'_>,
    error: Option<&KeyErrorOut>,
) -> Result<Timestamp, ApiError> {
    let (owner, provider) = (kept.owner, kept.kind.id());
    let keys = ai.db().keys(owner).await?;
    let place = key_place(owner, provider);
    let key = Sealed::seal(&keys, place, kept.secret.expose()).map_err(DbError::from)?;
    let tx = ai.db().write().await?;
    let now = tx.now();
    let row = provider_keys::ActiveModel {
        owner_id: Set(owner),
        provider: Set(provider.to_owned()),
        scope: Set(kept.scope),
        key: Set(key),
        masked: Set(kept.secret.masked()),
        base_url: Set(kept.base_url.map(str::to_owned)),
        reach_private: Set(kept.reach == Reach::AllowPrivate),
        is_valid: Set(error.is_none()),
        error: Set(error.map(KeyErrorOut::written)),
        checked_at: Set(now.micros()),
        created_at: Set(now.micros()),
        updated_at: Set(now.micros()),
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
    provider_keys::Entity::insert(row)
        .on_conflict(over)
        .exec_without_returning(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = serde_json::json!({ "provider": provider, "scope": kept.scope });
    identity::audit(&tx, caller, "provider_key.set", provider, &details).await?;
    tx.commit().await?;
    Ok(now)
}

/// Why an address or a key cannot be used at all.
fn unusable(error: EndpointError, reach: Reach) -> ApiError {
    let field = match error {
        EndpointError::BadKey => "key",
        _ => "base_url",
    };
    match error {
        EndpointError::Refused(Refusal::Address) => blocked(reach),
        error => ApiError::invalid(field, sentence(&error.to_string())),
    }
}

fn blocked(reach: Reach) -> ApiError {
    let message = match reach {
        Reach::PublicOnly => {
            "This address lies in a network that only an administrator of this installation may name."
        }
        Reach::AllowPrivate => "This address points to a network that must not be reached.",
    };
    ApiError::invalid("base_url", message)
}

/// What a failed check means: a refusal, or only that it is not known whether the key is good.
fn refused(error: &ProviderError, has_base_url: bool, reach: Reach) -> Result<KeyErrorOut, ApiError> {
    match error.kind {
        ErrorKind::InvalidKey | ErrorKind::Forbidden => {
            Err(ApiError::new(Code::InvalidProviderKey, error.message()))
        }
        ErrorKind::Blocked => Err(blocked(reach)),
        ErrorKind::NotFound | ErrorKind::Garbage | ErrorKind::BadRequest if has_base_url => {
            let message = "No server of this kind answers at this address. It usually ends in /v1.";
            Err(ApiError::invalid("base_url", message))
        }
        _ => Ok(KeyErrorOut::of(error)),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let rest = chars.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
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
pub async fn recheck(
    ai: &Ai,
    caller: &Caller,
    kind: ProviderKind,
    scope: Option<KeyScope>,
) -> Result<KeyCheckOut, ApiError> {
    let owner = owner_of(caller, scope.unwrap_or(KeyScope::User))?;
    let row = find(ai, owner, kind).await?;
    let key = ai.open_key(&row).await?;
    let checked = ai.check(&key.endpoint).await;
    let error = checked.as_ref().err().map(KeyErrorOut::of);
    let checked_at = mark(ai, &key, error.as_ref()).await?;
    if let Ok(models) = checked {
        key.breaker.succeeded();
        ai.0.listings.put(&key.name, models, checked_at);
    }
    Ok(KeyCheckOut {
        is_valid: error.is_none(),
        checked_at,
        masked: row.masked,
        error,
    })
}

/// Notes what was learned about a key, by a check or by a call that failed; not if it was replaced meanwhile.
pub async fn mark(ai: &Ai, key: &UsableKey, error: Option<&KeyErrorOut>) -> Result<Timestamp, DbError> {
    let tx = ai.db().write().await?;
    let now = tx.now();
    let change = provider_keys::ActiveModel {
        is_valid: Set(error.is_none()),
        error: Set(error.map(KeyErrorOut::written)),
        checked_at: Set(now.micros()),
        ..Default::default()
    };
    provider_keys::Entity::update_many()
        .set(change)
        .filter(provider_keys::Column::OwnerId.eq(key.owner))
        .filter(provider_keys::Column::Provider.eq(key.kind.id()))
        .filter(provider_keys::Column::UpdatedAt.eq(key.written_at))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    ai.0.usable.forget();
    Ok(now)
}

/// Forgets a key.
pub async fn delete(
    ai: &Ai,
    caller: &Caller,
    kind: ProviderKind,
    scope: Option<KeyScope>,
) -> Result<(), ApiError> {
    let owner = owner_of(caller, scope.unwrap_or(KeyScope::User))?;
    find(ai, owner, kind).await?;
    let tx = ai.db().write().await?;
    provider_keys::Entity::delete_by_id((owner, kind.id().to_owned()))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    let details = serde_json::json!({ "provider": kind.id() });
    identity::audit(&tx, caller, "provider_key.deleted", kind.id(), &details).await?;
    tx.commit().await?;
    ai.forget_key(owner, kind);
    Ok(())
}
