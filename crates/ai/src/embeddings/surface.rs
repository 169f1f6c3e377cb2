//! Vectors for texts, at `/v1/embeddings`: OpenAI's shape whatever provider makes them.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kit::api::ApiError;
use providers::surface::BadRequest;
use serde::{Deserialize, Serialize};

use super::builtin::builtin;
use crate::calls::{Outcome, Purpose};
use crate::plan::Plan;
use crate::trying::{Errand, Failure, Source};
use crate::{Ai, Asker, context};

/// The most texts in one request, as OpenAI has it.
const MOST: usize = 2_048;

/// One text or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input {
    One(String),
    Many(Vec<String>),
}

/// How the numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Float,
    Base64,
}

#[derive(Debug, Deserialize)]
struct Body {
    model: String,
    input: Input,
    dimensions: Option<u32>,
    #[serde(default)]
    encoding_format: Encoding,
}

/// What a program asks for.
#[derive(Debug)]
pub struct EmbeddingRequest {
    /// The model.
    pub model: String,
    /// What is to become vectors.
    pub texts: Vec<String>,
    /// How long each vector is to be.
    pub dimensions: Option<u32>,
    encoding: Encoding,
}

impl EmbeddingRequest {
    /// Texts of the house.
    pub fn of_texts(model: String, texts: Vec<String>) -> Self {
        Self {
            model,
            texts,
            dimensions: None,
            encoding: Encoding::Float,
        }
    }

    /// Reads OpenAI's body.
    pub fn from_openai(body: &Bytes) -> Result<Self, BadRequest> {
        let bad = |message: &str, param: &str| BadRequest {
            message: message.to_owned(),
            param: Some(param.to_owned()),
        };
        let body: Body = serde_json::from_slice(body).map_err(|_| {
            bad(
                "The body must be a JSON object with a model and an input of texts.",
                "input",
            )
        })?;
        let texts = match body.input {
            Input::One(text) => vec![text],
            Input::Many(texts) => texts,
        };
        if texts.is_empty() || texts.len() > MOST || texts.iter().any(String::is_empty) {
            return Err(bad(
                "The input must be between 1 and 2048 texts, none of them empty.",
                "input",
            ));
        }
        Ok(Self {
            model: body.model,
            texts,
            dimensions: body.dimensions,
            encoding: body.encoding_format,
        })
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector {
    Floats(Vec<f32>),
    Base64(String),
}

#[derive(Serialize)]
struct Row {
    object: &'static str,
    index: usize,
    embedding: Vector,
}

#[derive(Serialize)]
struct Counted {
    prompt_tokens: u64,
    total_tokens: u64,
}

#[derive(Serialize)]
struct Answer {
    object: &'static str,
    data: Vec<Row>,
    model: String,
    usage: Counted,
}

impl Encoding {
    fn write(self, vector: Vec<f32>) -> Vector {
        match self {
            Self::Float => Vector::Floats(vector),
            // Little-endian, as OpenAI's clients read it.
            Self::Base64 => {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                Vector::Base64(STANDARD.encode(bytes))
            }
        }
    }
}

impl EmbeddingRequest {
    /// About how many tokens the texts are.
    pub fn estimate(&self) -> u64 {
        self.texts.iter().map(|text| context::estimate(text)).sum()
    }

    /// The answer's body.
    fn answer(&self, embeddings: providers::Embeddings, tokens: u64) -> Bytes {
        let rows = embeddings.vectors.into_iter().enumerate();
        let data = rows.map(|(index, vector)| Row {
            object: "embedding",
            index,
            embedding: self.encoding.write(vector),
        });
        let answer = Answer {
            object: "list",
            data: data.collect(),
            model: embeddings.model,
            usage: Counted {
                prompt_tokens: tokens,
                total_tokens: tokens,
            },
        };
        serde_json::to_vec(&answer).map(Bytes::from).unwrap_or_default()
    }
}

impl Ai {
    /// Vectors of the built-in model, written down as a call that cost nothing.
    pub(crate) async fn embed_locally(
        &self,
        asker: Asker,
        request: &EmbeddingRequest,
    ) -> Result<Bytes, ApiError> {
        let (began, model) = (Instant::now(), builtin());
        if request
            .dimensions
            .is_some_and(|dims| dims as usize != model.dims())
        {
            let message = format!("The built-in model's vectors have {} numbers.", model.dims());
            return Err(ApiError::invalid("dimensions", message));
        }
        let texts = request.texts.clone();
        let work = move || -> (Vec<Vec<f32>>, Vec<usize>) {
            texts.iter().map(|text| model.embed_counted(text)).unzip()
        };
        let made = tokio::task::spawn_blocking(work).await;
        let (vectors, pieces) = made.map_err(ApiError::internal)?;
        let tokens = pieces.iter().sum::<usize>() as u64;
        let mut outcome = Outcome::blank(asker, Purpose::Embedding, None, self.db().clock().now());
        outcome.provider = model.provider();
        model.name().clone_into(&mut outcome.model);
        outcome.usage.input_tokens = tokens;
        outcome.cost_micros = Some(0);
        outcome.total_ms = began.elapsed().as_millis() as i64;
        self.record_soon(outcome);
        let embeddings = providers::Embeddings {
            model: model.id().to_owned(),
            vectors,
            usage: None,
        };
        Ok(request.answer(embeddings, tokens))
    }

    /// Asks for vectors and writes the call down.
    pub(crate) async fn embed(
        &self,
        plan: &Plan,
        asker: Asker,
        request: &EmbeddingRequest,
    ) -> Result<Bytes, Failure> {
        let errand = Errand {
            asker,
            purpose: Purpose::Embedding,
            message: None,
            began: Instant::now(),
        };
        let mut opened = self
            .open_source(plan, errand, Source::Texts(request), |_| {})
            .await?;
        let (embeddings, tokens) = opened.take_vectors().unwrap_or_default();
        self.record_soon(opened.finish(None));
        Ok(request.answer(embeddings, tokens))
    }
}
