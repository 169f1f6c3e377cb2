//! Provider keys, of people and of workspaces: sealed under their owner's data key, checked by a cheap call, shown
//! masked, and never told again. [`usable`] is what the requests see of them, [`kept`] what their owners do with them.

pub mod kept;
mod usable;

use identity::{Caller, Permission, Scope};
use kit::api::ApiError;
use kit::vault::{Place, sha256};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use db::kinds::KeyScope;

pub use usable::{Origin, UsableKey, UsableKeys};

/// Why a key is not known to be good.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeyErrorOut {
    /// A code.
    pub code: String,
    /// A sentence.
    pub error: String,
}

impl KeyErrorOut {
    /// What a failed check or call says of a key.
    pub fn of(error: &providers::ProviderError) -> Self {
        Self {
            code: error.kind.code().to_owned(),
            error: error.message(),
        }
    }

    /// From the column.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// For the column.
    fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The name of a key for breakers and lists of models.
pub fn key_name(owner: Uuid, provider: &str) -> String {
    format!("{owner}:{provider}")
}

/// A key's row has no id of its own: its place is made of owner and provider.
fn key_place(owner: Uuid, provider: &str) -> Place<'static> {
    let hash = sha256(key_name(owner, provider).as_bytes());
    let mut row = [0; 16];
    row.copy_from_slice(&hash[..16]);
    Place {
        column: "provider_keys.key",
        row: Uuid::from_bytes(row),
    }
}

/// Whose key a caller may change. An API token needs the scope `admin` even for its owner's own key: whoever sets a
/// key also says to which server the conversations go.
fn owner_of(caller: &Caller, scope: KeyScope) -> Result<Uuid, ApiError> {
    match scope {
        KeyScope::User if !caller.scopes.allow(Scope::Admin) => Err(ApiError::forbidden(
            "This needs an API token with the scope admin.",
        )),
        KeyScope::User => {
            caller.require(Permission::UseModels)?;
            Ok(caller.user.0)
        }
        KeyScope::Workspace => {
            caller.require(Permission::ManageKeys)?;
            Ok(caller.workspace.0)
        }
    }
}
