//! OpenAI's Chat Completions: <https://platform.openai.com/docs/api-reference/chat>. Groq and every
//! compatible server speak it too.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

use serde::Deserialize;

use crate::answer::Usage;

/// Tokens as OpenAI counts them: the prompt includes what was cached, the completion what was thought.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<InDetails>,
    #[serde(default)]
    completion_tokens_details: Option<OutDetails>,
    /// DeepSeek's word for cached tokens.
    #[serde(default)]
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
struct InDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
struct OutDetails {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let input_tokens = wire.prompt_tokens.unwrap_or(0);
        let cached = wire
            .prompt_tokens_details
            .and_then(|d| d.cached_tokens)
            .or(wire.prompt_cache_hit_tokens);
        let output_tokens = wire.completion_tokens.unwrap_or(0);
        let reasoning = wire.completion_tokens_details.and_then(|d| d.reasoning_tokens);
        Self {
            input_tokens,
            cached_tokens: cached.unwrap_or(0).min(input_tokens),
            cache_write_tokens: 0,
            output_tokens,
            reasoning_tokens: reasoning.unwrap_or(0).min(output_tokens),
        }
    }
}
