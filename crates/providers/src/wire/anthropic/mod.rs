//! Anthropic's Messages: <https://docs.anthropic.com/en/api/messages>.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

use serde::Deserialize;

use crate::answer::{FinishReason, Usage};

/// Tokens as Anthropic counts them: `input_tokens` is only what was neither read from the cache nor written
/// to it. Thinking is part of the output and not counted on its own.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the provider's names")]
pub(crate) struct WireUsage {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

impl WireUsage {
    /// A later count replaces an earlier one, field by field.
    pub(crate) fn update(&mut self, later: Self) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens = later
            .cache_creation_input_tokens
            .or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let cached_tokens = wire.cache_read_input_tokens.unwrap_or(0);
        let cache_write_tokens = wire.cache_creation_input_tokens.unwrap_or(0);
        Self {
            input_tokens: wire.input_tokens.unwrap_or(0) + cached_tokens + cache_write_tokens,
            cached_tokens,
            cache_write_tokens,
            output_tokens: wire.output_tokens.unwrap_or(0),
            reasoning_tokens: 0,
        }
    }
}

/// <https://docs.anthropic.com/en/api/handling-stop-reasons>
fn finish(stop_reason: Option<&str>) -> FinishReason {
    match stop_reason {
        Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("refusal") => FinishReason::ContentFilter,
        // end_turn, stop_sequence, pause_turn
        _ => FinishReason::Stop,
    }
}
