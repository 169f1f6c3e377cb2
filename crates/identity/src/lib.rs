//! People, workspaces, sign-in, tokens, roles, settings, the audit trail, and the doors of the HTTP API: who
//! calls, how often they may, and what happens when they repeat themselves.
//!
//! The face for the rest of the house: [`Identity`] (the state), [`Caller`] (who asks; an extractor), the three
//! layers [`authenticate`], [`limit_requests`] and [`replay_repeats`] (in this order from the outside in),
//! [`routes`], and [`audit()`].

mod access;
mod access_tokens;
mod administration;
pub mod api_tokens;
pub mod audit;
mod authenticate;
mod caller;
mod challenges;
mod client;
mod config;
mod cookies;
mod email;
pub mod embedding;
mod error;
mod idempotency;
mod identity;
pub mod invitations;
mod known;
mod leaving;
mod limits;
pub mod members;
pub mod oidc;
mod open;
pub mod own;
mod passkeys;
mod passwords;
pub mod people;
mod permissions;
mod refresh_tokens;
pub mod restraint;
mod revocations;
mod routes;
mod scopes;
mod second_factor;
mod security;
mod served;
mod sessions;
pub mod settings;
pub mod tickets;
pub mod workspaces;

pub use administration::{ErasePerson, EraseWorkspace};
pub use audit::{Actor, audit};
pub use authenticate::{authenticate, openai_error};
pub use caller::{Caller, Via};
pub use config::{CookieSecurity, IdentityConfig, Limits, Registration};
pub use embedding::EmbeddingChoice;
pub use error::IdentityError;
pub use idempotency::{forget_expired, replay_repeats};
pub use identity::Identity;
pub use limits::limit_requests;
pub use passwords::Password;
pub use permissions::Permission;
pub use routes::{CommonErrors, routes};
pub use scopes::{Scope, Scopes};
pub use second_factor::drop_second_factor;
pub use served::ServedTo;

/// What the functions of this room answer.
pub type Result<T, E = IdentityError> = std::result::Result<T, E>;
