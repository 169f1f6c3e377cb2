//! The keys that somebody can use now, with their endpoints worked out: read once, remembered until a key changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use db::DbError;
use db::entity::provider_keys;
use db::kinds::KeyScope;
use kit::api::ApiError;
use kit::http::Reach;
use kit::secret::Secret;
use providers::{Endpoint, ErrorKind, LocalModel, ProviderKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{KeyErrorOut, key_name, key_place};
use crate::breaker::{Breaker, Breakers};
use crate::{Ai, Asker};

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

/// A key with its endpoint worked out.
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
    /// Whether the provider said that it is wrong; it is not tried again until it was checked or replaced. A key that
    /// could not be checked, because its server was down or busy, is tried.
    pub is_refused: bool,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Its health.
    pub breaker: Arc<Breaker>,
    /// Whose row it came from.
    pub owner: Uuid,
    /// When that row was written: what is learned of this key must not be noted at one that replaced it.
    pub written_at: i64,
}

impl UsableKey {
    /// A server that needs no key, or the model inside the binary.
    pub fn local(name: String, endpoint: Endpoint, breakers: &Breakers) -> Self {
        Self {
            kind: endpoint.kind(),
            origin: Origin::Local,
            is_elsewhere: endpoint.local().is_none(),
            is_refused: false,
            breaker: breakers.of(&name),
            owner: Uuid::nil(),
            written_at: 0,
            endpoint,
            name,
        }
    }

    /// The model inside the binary.
    pub fn builtin(model: Arc<dyn LocalModel>, breakers: &Breakers) -> Self {
        Self::local("builtin".to_owned(), Endpoint::builtin(model), breakers)
    }
}

/// All keys of an asker: the person's, then the workspace's, then what needs none.
pub type Usable = Arc<Vec<Arc<UsableKey>>>;

/// What each asker can use, while no key changes. Any change forgets all of it: that is rare, and a workspace's key
/// concerns all its members.
#[derive(Debug)]
pub struct UsableKeys {
    known: moka::sync::Cache<Asker, Usable>,
    /// Counts the changes, so that what was read before one is not kept after it.
    changes: AtomicU64,
}

impl Default for UsableKeys {
    fn default() -> Self {
        let known = moka::sync::Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_mins(5))
            .build();
        Self {
            known,
            changes: AtomicU64::new(0),
        }
    }
}

impl UsableKeys {
    /// Something changed.
    pub fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.known.invalidate_all();
    }

    fn keep(&self, asker: Asker, keys: &Usable, read_at: u64) {
        let has_changed = || self.changes.load(Ordering::SeqCst) != read_at;
        if has_changed() {
            return;
        }
        self.known.insert(asker, keys.clone());
        if has_changed() {
            self.known.invalidate(&asker);
        }
    }
}

impl Ai {
    /// The keys that an asker has, refused ones included, the person's first.
    pub async fn usable(&self, asker: Asker) -> Result<Usable, ApiError> {
        if let Some(keys) = self.0.usable.known.get(&asker) {
            return Ok(keys);
        }
        let read_at = self.0.usable.changes.load(Ordering::SeqCst);
        let rows = provider_keys::Entity::find()
            .filter(provider_keys::Column::OwnerId.is_in([asker.user.0, asker.workspace.0]))
            .all(self.db().read())
            .await
            .map_err(DbError::from)?;
        let mut keys = Vec::with_capacity(rows.len() + 1);
        for row in rows {
            match self.open_key(&row).await {
                Ok(key) => keys.push(Arc::new(key)),
                Err(error) => {
                    tracing::warn!(provider = %row.provider, error = %error, "a provider key cannot be used");
                }
            }
        }
        keys.sort_by_key(|key| key.origin == Origin::Workspace);
        // Servers on this machine that nobody gave a key or an address for.
        let found = self.0.local.keys();
        let found = found
            .iter()
            .filter(|l| !keys.iter().any(|k| k.kind == l.kind))
            .cloned();
        let found: Vec<_> = found.chain(self.0.builtin.clone()).collect();
        keys.extend(found);
        let keys: Usable = Arc::new(keys);
        self.0.usable.keep(asker, &keys, read_at);
        Ok(keys)
    }

    pub(super) async fn open_key(&self, row: &provider_keys::Model) -> Result<UsableKey, ApiError> {
        let keys = self.db().keys(row.owner_id).await?;
        let place = key_place(row.owner_id, &row.provider);
        let secret: String = row.key.open(&keys, place).map_err(DbError::from)?;
        let kind: ProviderKind = row
            .provider
            .parse()
            .map_err(|_| ApiError::not_found("provider"))?;
        let reach = if row.reach_private {
            Reach::AllowPrivate
        } else {
            Reach::PublicOnly
        };
        let endpoint = Endpoint::new(kind, row.base_url.as_deref(), Some(&Secret::new(secret)), reach)
            .map_err(|error| ApiError::invalid("base_url", error.to_string()))?;
        let name = key_name(row.owner_id, &row.provider);
        let error = row.error.as_deref().and_then(KeyErrorOut::parse);
        Ok(UsableKey {
            kind,
            origin: match row.scope {
                KeyScope::User => Origin::User,
                KeyScope::Workspace => Origin::Workspace,
            },
            is_elsewhere: row.base_url.is_some() || !kind.is_cloud(),
            is_refused: !row.is_valid && error.is_some_and(|e| e.code == ErrorKind::InvalidKey.code()),
            endpoint,
            breaker: self.0.breakers.of(&name),
            owner: row.owner_id,
            written_at: row.updated_at,
            name,
        })
    }
}
