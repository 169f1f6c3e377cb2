//! Models for whoever asks: keys, the choice among them, attempts and fallback, the log of calls and what they cost.
//!
//! A question names a model or leaves the choice to the house. `plan` turns that into an ordered list of targets;
//! `open` tries them until one has said its first word, and never changes after that. Each call is written down with
//! every attempt, its tokens and its price. The OpenAI-compatible surface at `/v1` is the same path with another mouth.
//!
//! Where to find what: `keys` (who may use which), `plan` and `order` (who is asked, in which order), `trying` (one
//! after the other, with waits and `breaker`s), `open` (an answer that comes), `calls` and `usage` (what it cost),
//! `answer` (what was written so far, and how it is sent), `listing` and `discovery` (what servers offer), `surface` and `embeddings` (OpenAI's format).

pub mod answer;
mod breaker;
mod budgets;
mod calls;
mod context;
mod discovery;
pub mod embeddings;
mod keys;
mod listing;
mod models;
mod naming;
mod open;
mod order;
mod plan;
mod routes;
mod surface;
pub mod tools;
mod trying;
mod usage;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use db::{Db, UserId, WorkspaceId};
use kit::lifecycle::Lifecycle;
use providers::{LocalModel, ProviderKind};

pub use calls::{Outcome, Purpose};
pub use context::estimate;
pub use models::{ModelOut, list as list_models};
pub use open::{Ask, Opened, Question};
pub use plan::{Plan, Target};
pub use routes::routes;
pub use trying::{Attempt, Failure};

/// Who may give an address in a private network (the machine itself included) to the house's outgoing requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrivateNetworks {
    /// Nobody.
    Nobody,
    /// Those who administer the installation.
    #[default]
    Administrators,
    /// Everybody with an account.
    Everybody,
}

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct AiConfig {
    /// In which order providers are tried when nobody chose.
    pub order: Vec<ProviderKind>,
    /// How long until the first byte, and how long a silence may last.
    pub timeouts: kit::http::Timeouts,
    /// The longest wait for a provider that says when to come back.
    pub longest_wait: Duration,
    /// Whether servers on this machine are looked for.
    pub discover: bool,
    /// Our own port, where no other server can be.
    pub own_port: u16,
    /// Whose addresses may lie in private networks.
    pub private_networks: PrivateNetworks,
}

impl Default for AiConfig {
    fn default() -> Self {
        Self {
            order: ProviderKind::ALL.to_vec(),
            timeouts: kit::http::Timeouts {
                first_byte: Duration::from_secs(30),
                idle: Duration::from_mins(1),
            },
            longest_wait: Duration::from_secs(10),
            discover: true,
            own_port: 8080,
            private_networks: PrivateNetworks::default(),
        }
    }
}

/// On whose account a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asker {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The person.
    pub user: UserId,
}

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Ai(Arc<Inner>);

struct Inner {
    db: Db,
    http: kit::http::Client,
    config: AiConfig,
    lifecycle: Lifecycle,
    /// What each asker can use now.
    usable: keys::UsableKeys,
    /// Health by key, kept while the keys are read anew.
    breakers: breaker::Breakers,
    listings: listing::Listings,
    local: discovery::Found,
    log: calls::Log,
    budgets: budgets::Budgets,
    builtin: Option<Arc<keys::UsableKey>>,
    tools: OnceLock<Vec<Arc<dyn tools::HouseTool>>>,
    held: OnceLock<ops::Held>,
}

impl std::fmt::Debug for Ai {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ai")
    }
}

impl Ai {
    /// The room over the floors below it. `builtin` is the model inside the binary, where it is installed.
    pub fn new(
        db: Db,
        http: kit::http::Client,
        lifecycle: Lifecycle,
        config: AiConfig,
        builtin: Option<Arc<dyn LocalModel>>,
    ) -> Self {
        let breakers = breaker::Breakers::default();
        let inner = Inner {
            db,
            http,
            config,
            lifecycle,
            usable: keys::UsableKeys::default(),
            builtin: builtin.map(|model| Arc::new(keys::UsableKey::builtin(model, &breakers))),
            breakers,
            listings: listing::Listings::default(),
            local: discovery::Found::default(),
            log: calls::Log::default(),
            budgets: budgets::Budgets::default(),
            tools: OnceLock::new(),
            held: OnceLock::new(),
        };
        Self(Arc::new(inner))
    }

    /// Begins what runs beside the requests: the writer of the call log and the look for local servers.
    pub fn start(&self) {
        calls::start_writer(self);
        if self.0.config.discover {
            discovery::start(self);
        }
    }

    /// Obeys what was paused or taken out of use because something looked wrong.
    pub fn obey(&self, held: ops::Held) {
        let _ = self.0.held.set(held);
    }

    fn db(&self) -> &Db {
        &self.0.db
    }
}
