//! Text into numbers: OpenAI's format and Gemini's.
//!
//! Sources: <https://platform.openai.com/docs/api-reference/embeddings>,
//! <https://ai.google.dev/api/embeddings>.

use bytes::Bytes;
use http::Method;
use kit::http::{Client, Timeouts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::{ask, errors};
use crate::{Endpoint, ErrorKind, ProviderError, Usage, Wire};

/// Vectors, in the order of the texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embeddings {
    /// The model that answered.
    pub model: String,
    /// One a text.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens, where the provider counts them.
    pub usage: Option<Usage>,
}

/// Embeds `texts` with `model`; `dimensions` where the model can be shortened.
pub async fn embed(
    client: &Client,
    endpoint: &Endpoint,
    model: &str,
    texts: &[String],
    dimensions: Option<u32>,
    timeouts: &Timeouts,
) -> Result<Embeddings, ProviderError> {
    let kind = endpoint.kind();
    let fail = |kind_of: ErrorKind, words: &str| ProviderError::new(kind, kind_of).with_detail(words);
    if texts.is_empty() {
        return Ok(Embeddings {
            model: model.to_owned(),
            vectors: Vec::new(),
            usage: None,
        });
    }
    let (uri, body) = match endpoint.wire() {
        Wire::OpenAi => {
            let body = OpenAiRequest {
                model,
                input: texts,
                dimensions,
                encoding_format: "float",
            };
            (endpoint.embeddings_uri().clone(), serde_json::to_vec(&body))
        }
        Wire::Gemini => {
            let uri = endpoint.gemini_uri(model, "batchEmbedContents");
            let uri = uri.ok_or_else(|| fail(ErrorKind::NotFound, "no such model"))?;
            let full = format!("models/{}", model.strip_prefix("models/").unwrap_or(model));
            let requests = texts.iter().map(|text| GeminiRequest {
                model: &full,
                content: GeminiContent {
                    parts: [GeminiPart { text }],
                },
                output_dimensionality: dimensions,
            });
            let body = serde_json::to_vec(&GeminiBatch {
                requests: requests.collect(),
            });
            (uri, body)
        }
        Wire::Anthropic | Wire::Local => {
            return Err(fail(ErrorKind::NotFound, "this provider has no embeddings"));
        }
    };
    let body = body.map_err(|error| fail(ErrorKind::BadRequest, &error.to_string()))?;
    let bytes = ask(client, endpoint, Method::POST, uri, Bytes::from(body), timeouts).await?;
    let mut embeddings = read(endpoint, &bytes)?;
    if embeddings.vectors.len() != texts.len() || embeddings.vectors.iter().any(Vec::is_empty) {
        return Err(fail(
            ErrorKind::Garbage,
            "the number of vectors differs from the number of texts",
        ));
    }
    if embeddings.model.is_empty() {
        model.clone_into(&mut embeddings.model);
    }
    Ok(embeddings)
}

#[derive(Serialize)]
struct OpenAiRequest<'a> {
    model: &'a str,
    input: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
    encoding_format: &'static str,
}

#[derive(Serialize)]
struct GeminiBatch<'a> {
    requests: Vec<GeminiRequest<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeminiRequest<'a> {
    model: &'a str,
    content: GeminiContent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimensionality: Option<u32>,
}

#[derive(Serialize)]
struct GeminiContent<'a> {
    parts: [GeminiPart<'a>; 1],
}

#[derive(Serialize)]
struct GeminiPart<'a> {
    text: &'a str,
}

#[derive(Deserialize)]
struct OpenAiAnswer {
    #[serde(default)]
    model: String,
    data: Vec<OpenAiRow>,
    usage: Option<OpenAiUsage>,
}

#[derive(Deserialize)]
struct OpenAiRow {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct OpenAiUsage {
    #[serde(default)]
    prompt_tokens: u64,
}

#[derive(Deserialize)]
struct GeminiAnswer {
    embeddings: Vec<GeminiRow>,
}

#[derive(Deserialize)]
struct GeminiRow {
    values: Vec<f32>,
}

fn read(endpoint: &Endpoint, bytes: &[u8]) -> Result<Embeddings, ProviderError> {
    let kind = endpoint.kind();
    let garbage = |error: serde_json::Error| {
        // An error with status 200 is an error all the same.
        match serde_json::from_slice::<Value>(bytes) {
            Ok(value) if errors::is_error(&value) => errors::of_value(kind, &value),
            _ => ProviderError::new(kind, ErrorKind::Garbage).with_detail(&error.to_string()),
        }
    };
    if endpoint.wire() == Wire::Gemini {
        let answer: GeminiAnswer = serde_json::from_slice(bytes).map_err(garbage)?;
        let vectors = answer.embeddings.into_iter().map(|row| row.values).collect();
        return Ok(Embeddings {
            model: String::new(),
            vectors,
            usage: None,
        });
    }
    let mut answer: OpenAiAnswer = serde_json::from_slice(bytes).map_err(garbage)?;
    answer.data.sort_by_key(|row| row.index);
    let usage = answer.usage.map(|usage| Usage {
        input_tokens: usage.prompt_tokens,
        ..Usage::default()
    });
    let vectors = answer.data.into_iter().map(|row| row.embedding).collect();
    Ok(Embeddings {
        model: answer.model,
        vectors,
        usage,
    })
}
