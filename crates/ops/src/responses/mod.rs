//! What the house does about an alert by itself, where that is switched on: it holds somebody or something back. Each
//! response is written down, audited, and can be taken back.

mod act;
mod held;

use db::{SessionId, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use act::{act, acted, undo, undo_with_alert};
pub use held::{Held, obey};

/// A response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertResponseKind)]
pub enum Kind {
    /// A person or a token gets few requests a minute.
    Throttle,
    /// A session ends; whoever has it must sign in again.
    LockSession,
    /// A provider key is not used.
    PauseKey,
    /// A provider is not asked for a workspace.
    OpenBreaker,
}

impl Kind {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::LockSession => "lock_session",
            Self::PauseKey => "pause_key",
            Self::OpenBreaker => "open_breaker",
        }
    }

    /// Reads the word.
    pub fn read(word: &str) -> Option<Self> {
        [
            Self::Throttle,
            Self::LockSession,
            Self::PauseKey,
            Self::OpenBreaker,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

/// Whom or what a response holds back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A person.
    User(UserId),
    /// An API token.
    Token(Uuid),
    /// A session.
    Session(SessionId),
    /// The key of an owner to a provider.
    Key(Uuid, String),
    /// A provider, for one workspace.
    Breaker(WorkspaceId, String),
}

impl Target {
    /// What is done to it.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::User(_) | Self::Token(_) => Kind::Throttle,
            Self::Session(_) => Kind::LockSession,
            Self::Key(..) => Kind::PauseKey,
            Self::Breaker(..) => Kind::OpenBreaker,
        }
    }
}
