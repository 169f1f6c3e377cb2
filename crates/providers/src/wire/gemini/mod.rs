//! Google's generateContent: <https://ai.google.dev/api/generate-content>.

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod stream;

use serde::Deserialize;

use crate::answer::{FinishReason, Usage};

/// Tokens as Gemini counts them: the prompt includes what was cached, the candidates do not include what
/// was thought.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the provider's names")]
pub(crate) struct WireUsage {
    prompt_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
    tool_use_prompt_token_count: Option<u64>,
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let input = wire.prompt_token_count.unwrap_or(0) + wire.tool_use_prompt_token_count.unwrap_or(0);
        let thoughts = wire.thoughts_token_count.unwrap_or(0);
        Self {
            input_tokens: input,
            cached_tokens: wire.cached_content_token_count.unwrap_or(0).min(input),
            cache_write_tokens: 0,
            output_tokens: wire.candidates_token_count.unwrap_or(0) + thoughts,
            reasoning_tokens: thoughts,
        }
    }
}

/// One answer, or one event of a stream: the same object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wire {
    #[serde(default)]
    candidates: Option<Vec<Candidate>>,
    usage_metadata: Option<WireUsage>,
    model_version: Option<String>,
    response_id: Option<String>,
    prompt_feedback: Option<Feedback>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    #[serde(default)]
    index: u32,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<FunctionCall>,
    inline_data: Option<Blob>,
    executable_code: Option<Code>,
    code_execution_result: Option<CodeOutput>,
}

#[derive(Deserialize)]
struct FunctionCall {
    id: Option<String>,
    name: String,
    args: Option<Box<serde_json::value::RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    mime_type: String,
    data: String,
}

#[derive(Deserialize)]
struct Code {
    #[serde(default)]
    language: String,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct CodeOutput {
    #[serde(default)]
    output: String,
}

/// <https://ai.google.dev/api/generate-content#FinishReason>. `None` for those that are errors.
fn finish(reason: &str) -> Option<FinishReason> {
    match reason {
        "MAX_TOKENS" => Some(FinishReason::Length),
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "LANGUAGE"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => Some(FinishReason::ContentFilter),
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => None,
        _ => Some(FinishReason::Stop),
    }
}
