//! Models and conversations.

use std::path::PathBuf;

use providers::ProviderKind;
use serde::Deserialize;

/// `[ai]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AiSection {
    /// In which order providers are tried when nobody chose.
    pub order: Vec<ProviderKind>,
    /// Seconds until the first byte of an answer.
    pub first_byte_seconds: f64,
    /// The longest silence in the middle of an answer, in seconds.
    pub idle_seconds: f64,
    /// The longest wait for a provider that says when to come back, in seconds.
    pub longest_wait_seconds: f64,
    /// Whether model servers on this machine are looked for.
    pub discover: bool,
    /// Who may give addresses in private networks: `nobody`, `administrators`, `everybody`.
    pub private_networks: PrivateNetworks,
    /// Whether the model in the box is offered, where it is installed.
    pub builtin_model: bool,
    /// The folder of downloaded models; `models` in the data folder when absent.
    pub models: Option<PathBuf>,
}

impl Default for AiSection {
    fn default() -> Self {
        let ai = ai::AiConfig::default();
        Self {
            order: ai.order,
            first_byte_seconds: ai.timeouts.first_byte.as_secs_f64(),
            idle_seconds: ai.timeouts.idle.as_secs_f64(),
            longest_wait_seconds: ai.longest_wait.as_secs_f64(),
            discover: ai.discover,
            private_networks: PrivateNetworks::default(),
            builtin_model: true,
            models: None,
        }
    }
}

/// Who may give addresses in private networks.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivateNetworks {
    /// Nobody.
    Nobody,
    /// Those who administer the installation.
    #[default]
    Administrators,
    /// Everybody with an account.
    Everybody,
}

/// `[chat]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatSection {
    /// How often a running answer is saved, in seconds.
    pub draft_seconds: f64,
    /// How long running answers may go on once the program is told to stop, in seconds.
    pub drain_seconds: f64,
    /// Whether a model names threads; otherwise their first words do.
    pub titles_by_model: bool,
}

impl Default for ChatSection {
    fn default() -> Self {
        let chat = chat::ChatConfig::default();
        Self {
            draft_seconds: chat.draft_every.as_secs_f64(),
            drain_seconds: chat.drain.as_secs_f64(),
            titles_by_model: chat.titles_by_model,
        }
    }
}
