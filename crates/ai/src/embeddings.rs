//! Vectors for texts, at `/v1/embeddings`: OpenAI's shape whatever provider makes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kit::api::{ApiError, Code};
use providers::surface::BadRequest;
use serde::{Deserialize, Serialize};

use crate::calls::{Outcome, Purpose};
use crate::open::{Failure, attempt, blank, told};
use crate::plan::Plan;
use crate::{Ai, Asker};

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
    texts: Vec<String>,
    dimensions: Option<u32>,
    encoding: Encoding,
}

impl EmbeddingRequest {
    /// Reads OpenAI's body.
    pub fn from_openai(body: &Bytes) -> Result<Self, BadRequest> {
        let bad = |message: &str, param: &str| BadRequest { message: message.to_owned(), param: Some(param.to_owned()) };
        let body: Body = serde_json::from_slice(body)
            .map_err(|_| bad("The body must be a JSON object with a model and an input of texts.", "input"))?;
        let texts = match body.input {
            Input::One(text) => vec![text],
            Input::Many(texts) => texts,
        };
        if texts.is_empty() || texts.len() > MOST || texts.iter().any(String::is_empty) {
            return Err(bad("The input must be between 1 and 2048 texts, none of them empty.", "input"));
        }
        Ok(Self { model: body.model, texts, dimensions: body.dimensions, encoding: body.encoding_format })
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

impl Ai {
    /// Asks the targets of a plan one after the other.
    pub(crate) async fn embed(&self, plan: &Plan, asker: Asker, request: &EmbeddingRequest) -> Result<Bytes, Failure> {
        let began = std::time::Instant::now();
        let mut outcome: Outcome = blank(asker, Purpose::Embedding, None, self.db().clock().now());
        let mut last = None;
        for target in &plan.targets {
            outcome.provider = target.key.kind.id().to_owned();
            outcome.model.clone_from(&target.model);
            let (http, endpoint, limits) = (&self.0.http, &target.key.endpoint, &self.0.config.timeouts);
            let asked = providers::embed(http, endpoint, &target.model, &request.texts, request.dimensions, limits).await;
            let number = outcome.attempts.len() + 1;
            outcome.attempts.push(attempt(target, number, asked.as_ref().err()));
            outcome.total_ms = began.elapsed().as_millis() as i64;
            match asked {
                Ok(answer) => {
                    outcome.usage = answer.usage.unwrap_or_default();
                    let catalog = providers::catalog::shipped();
                    outcome.cost_micros =
                        catalog.cost_micros(target.key.kind, &target.model, &answer.model, &outcome.usage);
                    let tokens = outcome.usage.input_tokens;
                    self.record_soon(outcome);
                    let rows = answer.vectors.into_iter().enumerate().map(|(index, vector)| Row {
                        object: "embedding",
                        index,
                        embedding: request.encoding.write(vector),
                    });
                    let usage = Counted { prompt_tokens: tokens, total_tokens: tokens };
                    let answer = Answer { object: "list", data: rows.collect(), model: answer.model, usage };
                    return Ok(serde_json::to_vec(&answer).map(Bytes::from).unwrap_or_default());
                }
                Err(error) => {
                    let stop = !error.is_try_elsewhere();
                    last = Some(error);
                    if stop {
                        break;
                    }
                }
            }
        }
        outcome.status = last.as_ref().map_or("no_target", |e| e.kind.code());
        let error = match &last {
            Some(_) => told(plan, &outcome.attempts, last.as_ref()),
            None => ApiError::new(Code::NoProviderKey, "No model can be asked."),
        };
        Err(Failure { error, cause: last, outcome })
    }
}
