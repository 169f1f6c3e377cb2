//! The state that the layers and handlers share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use db::{Db, INSTANCE, WorkspaceId};
use kit::api::ApiError;
use kit::clock::Timestamp;
use kit::http::Client;
use kit::lifecycle::Lifecycle;
use kit::limit::RateLimiter;
use parking_lot::{Mutex, RwLock};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::access::{TokenUse, UsedTokens};
use crate::access_tokens::AccessKeys;
use crate::config::IdentityConfig;
use crate::known::Known;
use crate::oidc::{Bearers, Issuers};
use crate::passwords::Hasher;
use crate::restraint::Throttles;
use crate::{Result, access, idempotency, revocations};

/// The room's state: cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    db: Db,
    config: IdentityConfig,
    limiter: RateLimiter,
    known: Known,
    hasher: Hasher,
    signing: OnceCell<Signing>,
    /// API tokens that were used and when; written to the store from time to time.
    used: Mutex<UsedTokens>,
    lifecycle: OnceLock<Lifecycle>,
    issuers: Issuers,
    bearers: Bearers,
    /// For what issuers publish; made when the first one is asked.
    http: OnceLock<Client>,
    throttles: RwLock<Throttles>,
}

/// Keys for what this room signs, from the instance's data key.
pub(crate) struct Signing {
    pub access: AccessKeys,
    pub refresh: [u8; 32],
    /// For the hashes of repeated bodies, which may hold passwords.
    pub repeats: [u8; 32],
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// The room over a store.
    pub fn new(db: Db, config: IdentityConfig) -> Self {
        Self(Arc::new(Inner {
            limiter: RateLimiter::over(db.clock().clone(), db.bus().remote().cloned()),
            known: Known::new(config.access_lifetime, db.backend() == "sqlite", db.recorder()),
            hasher: Hasher::new(),
            signing: OnceCell::new(),
            used: Mutex::default(),
            lifecycle: OnceLock::new(),
            issuers: Issuers::new(&config),
            bearers: Bearers::default(),
            http: OnceLock::new(),
            throttles: RwLock::default(),
            db,
            config,
        }))
    }

    /// Begins what goes on beside the requests: noting which API tokens are used, and, once a day, forgetting
    /// what has expired. From here on a request with an `Idempotency-Key` is finished even if its client goes away.
    pub fn start(&self, lifecycle: &Lifecycle) {
        let _ = self.0.lifecycle.set(lifecycle.clone());
        lifecycle.serve("revocations", revocations::listen(self.clone()));
        let (identity, life) = (self.clone(), lifecycle.clone());
        lifecycle.spawn("identity", async move {
            let mut minutes = 0_u32;
            loop {
                if minutes.is_multiple_of(24 * 60) {
                    identity.forget_old().await;
                }
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_mins(1)) => minutes = minutes.wrapping_add(1),
                    () = life.stopping() => break,
                }
                identity.write_used_tokens().await;
                if let Err(error) = identity.db().agree_on_time().await {
                    tracing::warn!(error = %error, "the store did not tell the time");
                }
                if !identity.known().is_alone()
                    && let Err(error) = db::revocations::forget_old(identity.db()).await
                {
                    tracing::warn!(error = %error, "old revocations could not be removed");
                }
            }
            identity.write_used_tokens().await;
        });
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The configuration.
    pub fn config(&self) -> &IdentityConfig {
        &self.0.config
    }

    /// The counters of rate limits.
    pub fn limiter(&self) -> &RateLimiter {
        &self.0.limiter
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.db.clock().now()
    }

    pub(crate) fn known(&self) -> &Known {
        &self.0.known
    }

    pub(crate) fn throttles(&self) -> &RwLock<Throttles> {
        &self.0.throttles
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    pub(crate) fn issuers(&self) -> &Issuers {
        &self.0.issuers
    }

    pub(crate) fn bearers(&self) -> &Bearers {
        &self.0.bearers
    }

    pub(crate) fn http(&self) -> Result<&Client> {
        if self.0.http.get().is_none() {
            let client = Client::new().map_err(ApiError::internal)?;
            let _ = self.0.http.set(client);
        }
        let made = self.0.http.get();
        made.ok_or_else(|| ApiError::internal("no client").into())
    }

    pub(crate) fn lifecycle(&self) -> Option<&Lifecycle> {
        self.0.lifecycle.get()
    }

    pub(crate) async fn signing(&self) -> Result<&Signing> {
        self.0
            .signing
            .get_or_try_init(|| async {
                let keys = self.0.db.keys(INSTANCE).await?;
                Ok(Signing {
                    access: AccessKeys::new(&keys.derive("jwt")?),
                    refresh: keys.derive("refresh tokens")?,
                    repeats: keys.derive("idempotency")?,
                })
            })
            .await
    }

    /// Notes that an API token was used.
    pub(crate) fn note_use(&self, workspace: WorkspaceId, token: Uuid, how: TokenUse) {
        self.0.used.lock().insert((workspace, token), how);
    }

    async fn forget_old(&self) {
        if let Err(error) = idempotency::forget_expired(self.db()).await {
            tracing::warn!(error = %error, "what has expired could not be removed");
        }
        if let Err(error) = access::forget_old(self.db(), self.config().access_kept).await {
            tracing::warn!(error = %error, "old rows of the access log could not be removed");
        }
    }

    async fn write_used_tokens(&self) {
        let used = std::mem::take(&mut *self.0.used.lock());
        if used.is_empty() {
            return;
        }
        if let Err(error) = access::write_uses(&self.0.db, &used).await {
            tracing::warn!(error = %error, "the use of API tokens could not be noted");
        }
    }
}
