//! Which models a provider has for this key, and whether the key is right.

use bytes::Bytes;
use http::Method;
use kit::http::{Client, Timeouts};
use serde::Deserialize;
use serde_json::Value;

use crate::wire::{ask, errors};
use crate::{Endpoint, ErrorKind, ProviderError, Wire};

/// A model that a key may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name at the provider's.
    pub id: String,
    /// Its name for a person, where the provider gives one.
    pub name: Option<String>,
    /// How many tokens it can hold, where the server says so.
    pub context: Option<u32>,
    /// How many tokens it can write, where the server says so.
    pub max_output: Option<u32>,
    /// Whether it turns text into numbers instead of writing.
    pub is_embedding: bool,
}

/// Asks for nothing but the list of models: the cheapest proof that a key is right.
pub async fn check_key(
    client: &Client,
    endpoint: &Endpoint,
    timeouts: &Timeouts,
) -> Result<(), ProviderError> {
    if endpoint.kind().needs_key() && !endpoint.has_key() {
        return Err(
            ProviderError::new(endpoint.kind(), ErrorKind::InvalidKey).with_detail("no key was given")
        );
    }
    list_models(client, endpoint, timeouts).await.map(|_| ())
}

/// Every model that can write or embed.
pub async fn list_models(
    client: &Client,
    endpoint: &Endpoint,
    timeouts: &Timeouts,
) -> Result<Vec<ModelInfo>, ProviderError> {
    if let Some(local) = endpoint.local() {
        return Ok(local.models());
    }
    let uri = endpoint.models_uri().clone();
    let bytes = ask(client, endpoint, Method::GET, uri, Bytes::new(), timeouts).await?;
    read(endpoint, &bytes)
}

#[derive(Deserialize)]
struct OpenAiModel {
    id: String,
    #[serde(alias = "display_name")]
    name: Option<String>,
    /// Groq.
    context_window: Option<u32>,
    max_completion_tokens: Option<u32>,
    active: Option<bool>,
    /// vLLM.
    max_model_len: Option<u32>,
    /// OpenRouter.
    context_length: Option<u32>,
    /// llama.cpp.
    meta: Option<LlamaMeta>,
}

#[derive(Deserialize)]
struct LlamaMeta {
    n_ctx: Option<u32>,
    n_ctx_train: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiModel {
    name: String,
    display_name: Option<String>,
    input_token_limit: Option<u32>,
    output_token_limit: Option<u32>,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
}

fn read(endpoint: &Endpoint, bytes: &[u8]) -> Result<Vec<ModelInfo>, ProviderError> {
    let kind = endpoint.kind();
    let garbage = || {
        let error = ProviderError::new(kind, ErrorKind::Garbage);
        error.with_detail("the answer is not a list of models")
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|_| garbage())?;
    if errors::is_error(&value) {
        return Err(errors::of_value(kind, &value));
    }
    let field = if endpoint.wire() == Wire::Gemini {
        "models"
    } else {
        "data"
    };
    let Some(rows) = value.get(field).and_then(Value::as_array) else {
        return Err(garbage());
    };
    let models = rows.iter().filter_map(|row| match endpoint.wire() {
        Wire::Gemini => gemini(row),
        _ => openai(row),
    });
    Ok(models.collect())
}

fn openai(row: &Value) -> Option<ModelInfo> {
    let model = OpenAiModel::deserialize(row).ok()?;
    if model.active == Some(false) || !is_for_text(&model.id) {
        return None;
    }
    let meta = model.meta.and_then(|meta| meta.n_ctx.or(meta.n_ctx_train));
    Some(ModelInfo {
        is_embedding: is_embedding(&model.id),
        id: model.id,
        name: model.name,
        context: model
            .context_window
            .or(model.max_model_len)
            .or(model.context_length)
            .or(meta),
        max_output: model.max_completion_tokens,
    })
}

fn gemini(row: &Value) -> Option<ModelInfo> {
    let model = GeminiModel::deserialize(row).ok()?;
    let can = |method: &str| model.supported_generation_methods.iter().any(|m| m == method);
    let is_embedding = can("embedContent");
    if !(is_embedding || can("generateContent")) || !is_for_text(&model.name) {
        return None;
    }
    Some(ModelInfo {
        id: model
            .name
            .strip_prefix("models/")
            .unwrap_or(&model.name)
            .to_owned(),
        name: model.display_name,
        context: model.input_token_limit,
        max_output: model.output_token_limit,
        is_embedding,
    })
}

fn is_embedding(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    ["embed", "bge-", "minilm", "e5-"]
        .iter()
        .any(|mark| id.contains(mark))
}

/// Not speech, pictures, moderation and the like, which share the list.
fn is_for_text(id: &str) -> bool {
    const OTHERS: [&str; 17] = [
        "whisper",
        "tts",
        "dall-e",
        "gpt-image",
        "chatgpt-image",
        "sora",
        "moderation",
        "transcribe",
        "realtime",
        "audio",
        "orpheus",
        "guard",
        "imagen",
        "veo",
        "-image",
        "babbage",
        "davinci",
    ];
    let id = id.to_ascii_lowercase();
    !OTHERS.iter().any(|mark| id.contains(mark))
}

#[cfg(test)]
mod tests {
    use kit::http::Reach;

    use super::*;
    use crate::{ProviderKind, Secret};

    fn models(kind: ProviderKind, json: &str) -> Result<Vec<ModelInfo>, ProviderError> {
        let key = Secret::new("k".into());
        let endpoint = Endpoint::new(kind, Some("https://x.test/v1"), Some(&key), Reach::PublicOnly).unwrap();
        read(&endpoint, json.as_bytes())
    }

    #[test]
    fn every_list_is_read() {
        let groq = r#"{"object":"list","data":[
            {"id":"llama-3.3-70b-versatile","object":"model","active":true,"context_window":131072,"max_completion_tokens":32768},
            {"id":"old","active":false},{"id":"whisper-large-v3","active":true}]}"#;
        let groq = models(ProviderKind::Groq, groq).unwrap();
        assert_eq!(
            (groq.len(), groq[0].context, groq[0].max_output),
            (1, Some(131_072), Some(32_768))
        );
        let anthropic = r#"{"data":[{"type":"model","id":"claude-haiku-4-5","display_name":"Claude Haiku 4.5"}],"has_more":false}"#;
        assert_eq!(
            models(ProviderKind::Anthropic, anthropic).unwrap()[0]
                .name
                .as_deref(),
            Some("Claude Haiku 4.5")
        );
        let gemini = r#"{"models":[
            {"name":"models/gemini-2.5-flash","displayName":"Gemini 2.5 Flash","inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent"]},
            {"name":"models/gemini-embedding-001","supportedGenerationMethods":["embedContent"]},
            {"name":"models/imagen-4","supportedGenerationMethods":["predict"]}]}"#;
        let gemini = models(ProviderKind::Gemini, gemini).unwrap();
        let ids: Vec<_> = gemini.iter().map(|m| (m.id.as_str(), m.is_embedding)).collect();
        assert_eq!(ids, [("gemini-2.5-flash", false), ("gemini-embedding-001", true)]);
        let llama = r#"{"object":"list","data":[{"id":"qwen.gguf","meta":{"n_ctx_train":32768}}]}"#;
        assert_eq!(
            models(ProviderKind::LlamaCpp, llama).unwrap()[0].context,
            Some(32_768)
        );
        let error = models(ProviderKind::Custom, r#"{"error":"unauthorized"}"#).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Server);
        assert_eq!(
            models(ProviderKind::Custom, "[]").unwrap_err().kind,
            ErrorKind::Garbage
        );
    }
}
