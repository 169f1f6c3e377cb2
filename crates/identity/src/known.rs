//! What the layers remember, so that a request costs no question to the store: read tokens, sessions, roles.
//!
//! Whatever changes one of them forgets it here after its commit. A request that read the store before that
//! commit must not put its old answer back afterwards: it notes the [`Known::epoch`] first, and what it read
//! is only kept if nothing was forgotten since.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use db::kinds::Role;
use db::{SessionId, UserId, WorkspaceId};
use kit::cache::{Cache, SESSION_LIFETIME};
use kit::clock::Timestamp;
use kit::measure::{Name, Recorder};
use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;
use uuid::Uuid;

use crate::access_tokens::Claims;
use crate::scopes::Scopes;

/// A session that goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownSession {
    pub user: UserId,
    pub is_instance_admin: bool,
    pub expires_at: Timestamp,
}

/// An API token that was not revoked.
#[derive(Debug)]
pub(crate) struct KnownToken {
    pub id: Uuid,
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub is_instance_admin: bool,
    pub scopes: Scopes,
    pub expires_at: Option<Timestamp>,
    /// When it was last used, in microseconds, to the minute.
    pub last_used_at: AtomicI64,
}

/// SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// How old the last look at what other nodes took back may be before nothing of this is believed.
const FRESH: Duration = Duration::from_secs(2);

pub(crate) struct Known {
    epoch: RwLock<u64>,
    /// When was last looked at what other nodes took back; none where there are no others.
    looked: Option<Mutex<Option<Instant>>>,
    recorder: Recorder,
    pub claims: moka::sync::Cache<TokenHash, Claims>,
    sessions: Cache<KnownSession>,
    roles: moka::sync::Cache<(WorkspaceId, UserId), Role>,
    tokens: moka::sync::Cache<TokenHash, Arc<KnownToken>>,
}

fn cache<K, V>(lifetime: Duration) -> moka::sync::Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    moka::sync::Cache::builder()
        .max_capacity(100_000)
        .time_to_live(lifetime)
        .build()
}

impl Known {
    /// Empty. `is_alone`: no other node is over the same store.
    pub fn new(access_lifetime: Duration, is_alone: bool, recorder: &Recorder) -> Self {
        Self {
            epoch: RwLock::default(),
            looked: (!is_alone).then(Mutex::default),
            recorder: recorder.clone(),
            claims: cache(access_lifetime),
            sessions: Cache::new("session", SESSION_LIFETIME, 100_000).counted(recorder),
            roles: cache(SESSION_LIFETIME),
            tokens: cache(SESSION_LIFETIME),
        }
    }

    /// Whether no other node is over the same store.
    pub fn is_alone(&self) -> bool {
        self.looked.is_none()
    }

    /// Everything that other nodes had taken back by then is forgotten.
    pub fn looked(&self, at: Instant) {
        if let Some(looked) = &self.looked {
            *looked.lock() = Some(at);
        }
    }

    fn is_fresh(&self) -> bool {
        match &self.looked {
            None => true,
            Some(looked) => looked.lock().is_some_and(|at| at.elapsed() < FRESH),
        }
    }

    /// A session that goes on.
    pub fn session(&self, id: SessionId) -> Option<KnownSession> {
        self.sessions.get(&id).filter(|_| self.is_fresh())
    }

    /// What somebody is in a workspace.
    pub fn role(&self, workspace: WorkspaceId, user: UserId) -> Option<Role> {
        let role = self.roles.get(&(workspace, user)).filter(|_| self.is_fresh());
        self.count("role", role.is_some());
        role
    }

    /// An API token that was not revoked.
    pub fn token(&self, hash: &TokenHash) -> Option<Arc<KnownToken>> {
        let token = self.tokens.get(hash).filter(|_| self.is_fresh());
        self.count("token", token.is_some());
        token
    }

    fn count(&self, cache: &str, was_there: bool) {
        let name = if was_there {
            Name::CacheHits
        } else {
            Name::CacheMisses
        };
        self.recorder.count(name, &[cache]);
    }

    /// Puts what was read; only inside of [`Known::keep`].
    pub fn put_session(&self, id: SessionId, session: KnownSession) {
        self.sessions.put(&id, session);
    }

    /// The same for a role.
    pub fn put_role(&self, workspace: WorkspaceId, user: UserId, role: Role) {
        self.roles.insert((workspace, user), role);
    }

    /// The same for an API token.
    pub fn put_token(&self, hash: TokenHash, token: Arc<KnownToken>) {
        self.tokens.insert(hash, token);
    }

    /// Ask before reading the store.
    pub fn epoch(&self) -> u64 {
        *self.epoch.read()
    }

    /// Keeps what was read, unless something was forgotten since.
    pub fn keep(&self, read_at: u64, put: impl FnOnce(&Self)) {
        let epoch = self.epoch.read();
        if *epoch == read_at {
            put(self);
        }
    }

    /// Forgets sessions that have ended. Call it after the commit.
    pub fn forget_sessions(&self, sessions: &[SessionId]) {
        self.forget(|known| sessions.iter().for_each(|id| known.sessions.remove(id)));
    }

    /// Forgets what somebody is in a workspace. Call it after the commit.
    pub fn forget_role(&self, workspace: WorkspaceId, user: UserId) {
        self.forget(|known| known.roles.invalidate(&(workspace, user)));
    }

    /// Forgets API tokens. Call it after the commit.
    pub fn forget_tokens(&self, hashes: &[Vec<u8>]) {
        self.forget(|known| {
            for hash in hashes {
                if let Ok(hash) = TokenHash::try_from(&hash[..]) {
                    known.tokens.invalidate(&hash);
                }
            }
        });
    }

    fn forget(&self, remove: impl FnOnce(&Self)) {
        let mut epoch = self.epoch.write();
        *epoch += 1;
        remove(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_before_a_sign_out_is_not_kept_after_it() {
        let known = Known::new(Duration::from_mins(15), true, &Recorder::default());
        let (id, session) = (
            SessionId::new(),
            KnownSession {
                user: UserId::new(),
                is_instance_admin: false,
                expires_at: Timestamp(i64::MAX),
            },
        );
        let read_at = known.epoch();
        known.forget_sessions(&[id]);
        known.keep(read_at, |k| k.put_session(id, session));
        assert!(known.session(id).is_none());

        known.keep(known.epoch(), |k| k.put_session(id, session));
        assert!(known.session(id).is_some());
        known.forget_sessions(&[id]);
        assert!(known.session(id).is_none());
    }

    #[test]
    fn with_other_nodes_nothing_is_believed_without_a_look() {
        let known = Known::new(Duration::from_mins(15), false, &Recorder::default());
        let (workspace, user) = (WorkspaceId::new(), UserId::new());
        known.keep(known.epoch(), |k| k.put_role(workspace, user, Role::Admin));
        assert_eq!(known.role(workspace, user), None);
        known.looked(Instant::now());
        assert_eq!(known.role(workspace, user), Some(Role::Admin));
        known.looked(Instant::now() - FRESH);
        assert_eq!(known.role(workspace, user), None);
    }
}
