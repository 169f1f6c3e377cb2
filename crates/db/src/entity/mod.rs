//! Every table, one a file. Times are microseconds UTC, JSON is text and opaque to the store.

pub mod ai_calls;
pub mod api_tokens;
pub mod assistants;
pub mod audit;
pub mod data_keys;
pub mod drafts;
pub mod event_log;
pub mod generations;
pub mod idempotency;
pub mod instance;
pub mod invitations;
pub mod jobs;
pub mod members;
pub mod messages;
pub mod provider_keys;
pub mod revocations;
pub mod scopes;
pub mod sessions;
pub mod settings;
pub mod threads;
pub mod users;
pub mod workspaces;
