//! Which providers there are, and what distinguishes them.

use std::fmt;
use std::str::FromStr;

/// A provider of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProviderKind {
    /// <https://console.groq.com/docs/api-reference>
    Groq,
    /// <https://platform.openai.com/docs/api-reference>
    OpenAi,
    /// <https://ai.google.dev/api/generate-content>
    Gemini,
    /// <https://docs.anthropic.com/en/api/messages>
    Anthropic,
    /// <https://docs.ollama.com/api/openai-compatibility>
    Ollama,
    /// <https://lmstudio.ai/docs/developer/openai-compat>
    LmStudio,
    /// <https://github.com/ggml-org/llama.cpp/tree/master/tools/server>
    LlamaCpp,
    /// <https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html>
    Vllm,
    /// Any other server that speaks OpenAI's format.
    Custom,
    /// The small model inside the binary.
    Builtin,
}

/// The three formats that providers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Chat Completions, spoken by OpenAI, Groq and every compatible server.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's generateContent.
    Gemini,
    /// No wire at all: a function call.
    Local,
}

impl ProviderKind {
    /// Every provider, in the order in which they are tried when nobody chose.
    pub const ALL: [Self; 10] = [
        Self::Groq,
        Self::OpenAi,
        Self::Gemini,
        Self::Anthropic,
        Self::Ollama,
        Self::LmStudio,
        Self::LlamaCpp,
        Self::Vllm,
        Self::Custom,
        Self::Builtin,
    ];

    /// The name in addresses, settings and model ids (`groq/llama-3.3-70b-versatile`).
    pub const fn id(self) -> &'static str {
        match self {
            Self::Groq => "groq",
            Self::OpenAi => "openai",
            Self::Gemini => "gemini",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
            Self::LmStudio => "lmstudio",
            Self::LlamaCpp => "llamacpp",
            Self::Vllm => "vllm",
            Self::Custom => "custom",
            Self::Builtin => "builtin",
        }
    }

    /// The name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Groq => "Groq",
            Self::OpenAi => "OpenAI",
            Self::Gemini => "Google Gemini",
            Self::Anthropic => "Anthropic Claude",
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::LlamaCpp => "llama.cpp",
            Self::Vllm => "vLLM",
            Self::Custom => "OpenAI-compatible server",
            Self::Builtin => "Built-in model",
        }
    }

    /// The format it speaks.
    pub const fn wire(self) -> Wire {
        match self {
            Self::Anthropic => Wire::Anthropic,
            Self::Gemini => Wire::Gemini,
            Self::Builtin => Wire::Local,
            _ => Wire::OpenAi,
        }
    }

    /// Where it answers when nothing else is set. `None` where there is no usual place.
    pub const fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::Groq => Some("https://api.groq.com/openai/v1"),
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Ollama => Some("http://127.0.0.1:11434/v1"),
            Self::LmStudio => Some("http://127.0.0.1:1234/v1"),
            // We listen on 8080 ourselves; whoever looks for servers on this machine must leave out its own
            // address (see `local_ports`).
            Self::LlamaCpp => Some("http://127.0.0.1:8080/v1"),
            Self::Vllm => Some("http://127.0.0.1:8000/v1"),
            Self::Custom | Self::Builtin => None,
        }
    }

    /// Ports of this machine where such a server usually listens. A caller that listens on one of them
    /// itself leaves it out.
    pub const fn local_ports(self) -> &'static [u16] {
        match self {
            Self::Ollama => &[11434],
            Self::LmStudio => &[1234],
            Self::LlamaCpp => &[8080, 8081],
            Self::Vllm => &[8000],
            _ => &[],
        }
    }

    /// Where a person gets a key.
    pub const fn keys_url(self) -> Option<&'static str> {
        match self {
            Self::Groq => Some("https://console.groq.com/keys"),
            Self::OpenAi => Some("https://platform.openai.com/api-keys"),
            Self::Gemini => Some("https://aistudio.google.com/apikey"),
            Self::Anthropic => Some("https://console.anthropic.com/settings/keys"),
            _ => None,
        }
    }

    /// Whether it answers nobody without a key. A key can be given to the others too.
    pub const fn needs_key(self) -> bool {
        self.is_cloud()
    }

    /// Whether it is one of the four services on the internet.
    pub const fn is_cloud(self) -> bool {
        matches!(self, Self::Groq | Self::OpenAi | Self::Gemini | Self::Anthropic)
    }

    /// Whether it usually runs on this machine, as a server of its own.
    pub const fn is_local_server(self) -> bool {
        matches!(self, Self::Ollama | Self::LmStudio | Self::LlamaCpp | Self::Vllm)
    }

    /// The kind of provider, as the API names it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Groq | Self::OpenAi | Self::Gemini | Self::Anthropic => "cloud",
            Self::Ollama | Self::LmStudio | Self::LlamaCpp | Self::Vllm => "local",
            Self::Custom => "custom",
            Self::Builtin => "builtin",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// There is no provider of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no provider of that name")]
pub struct UnknownProvider;

impl FromStr for ProviderKind {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.id() == text)
            .ok_or(UnknownProvider)
    }
}

impl serde::Serialize for ProviderKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> serde::Deserialize<'de> for ProviderKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for kind in ProviderKind::ALL {
            assert_eq!(kind.id().parse(), Ok(kind));
        }
        assert_eq!("nobody".parse::<ProviderKind>(), Err(UnknownProvider));
    }
}
