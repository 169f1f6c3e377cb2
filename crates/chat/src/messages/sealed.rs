//! What a row holds of a message: the sealed words and errors, and the facts beside them.

use ai::answer::Citation;
use ai::tools::ToolUse;
use db::entity::messages;
use db::{MessageId, Sealed, UserId};
use kit::vault::{OwnerKeys, Place, VaultError};
use serde::{Deserialize, Serialize};

use crate::mentions::Mention;

/// What is sealed of a message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// The words.
    pub text: String,
    /// The thinking before them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// What it cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Citation>,
    /// The tools that were called for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolUse>,
    /// A number of the business that was computed, with everything that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<serde_json::Value>,
}

/// What a message's metadata holds of it beside its words: ids, and the names of models.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The message that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Whom and what it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
}

impl Facts {
    /// The people that are named.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        self.mentions.iter().filter_map(|mention| match mention {
            Mention::Person { id } => Some(*id),
            Mention::Model { .. } => None,
        })
    }

    /// What a row says.
    pub fn of(row: &messages::Model) -> Self {
        serde_json::from_str(&row.metadata).unwrap_or_default()
    }
}

/// The place of a message's body in the store.
pub fn body_place(id: MessageId) -> Place<'static> {
    Place {
        column: "messages.body",
        row: id.0,
    }
}

/// The place of a message's error in the store.
pub fn error_place(id: MessageId) -> Place<'static> {
    Place {
        column: "messages.error",
        row: id.0,
    }
}

/// Seals a body for its message.
pub fn seal_body(keys: &OwnerKeys, id: MessageId, body: &Body) -> Result<Sealed, VaultError> {
    Sealed::seal(keys, body_place(id), body)
}

/// Opens a message's body.
pub fn open_body(keys: &OwnerKeys, row: &messages::Model) -> Result<Body, VaultError> {
    row.body.open(keys, body_place(row.id))
}
