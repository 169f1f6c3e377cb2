//! Every table, one a file. Times are microseconds UTC, JSON is text and opaque to the store.

pub mod ai_calls;
pub mod api_tokens;
pub mod assistants;
pub mod audit;
pub mod data_keys;
pub mod drafts;
pub mod event_log;
pub mod idempotency;
pub mod instance;
pub mod invitations;
pub mod jobs;
pub mod members;
pub mod messages;
pub mod notifications;
pub mod provider_keys;
pub mod reactions;
pub mod scopes;
pub mod sessions;
pub mod settings;
pub mod thread_members;
pub mod thread_states;
pub mod threads;
pub mod tickets;
pub mod users;
pub mod workspaces;
