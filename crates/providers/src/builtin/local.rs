//! The model as a provider like the others: a request in, chunks out.

use std::path::PathBuf;

use futures::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::engine::Smol;
use super::sampler::Sampling;
use super::worker::{Ask, Engine, Said, Why, Worker};
use super::{BuiltinError, MODEL, NAME, Settings, is_installed, prompt, verify};
use crate::{
    ChatRequest, Chunk, ChunkStream, Conversation, ErrorKind, FinishReason, Frame, LocalModel, ModelInfo,
    ProviderError, ProviderKind, ResponseFormat, ToolChoice, Usage,
};

/// The model behind its queue.
pub(super) struct BuiltinModel {
    worker: Worker,
    dir: PathBuf,
    context: u32,
}

impl BuiltinModel {
    pub(super) fn new(settings: Settings) -> Self {
        let Settings {
            dir,
            context,
            idle,
            max_waiting,
        } = settings;
        let folder = dir.clone();
        let load = move || -> Result<Box<dyn Engine>, BuiltinError> {
            let path = verify(&folder)?;
            let engine = Smol::load(&path, context)?;
            tracing::info!(model = MODEL, "the demonstration model was loaded");
            Ok(Box::new(engine))
        };
        Self {
            worker: Worker::new(Box::new(load), idle, max_waiting),
            dir,
            context: context as u32,
        }
    }
}

impl LocalModel for BuiltinModel {
    fn chat(&self, model: &str, request: &ChatRequest) -> Result<ChunkStream, ProviderError> {
        if model != MODEL {
            return Err(of_kind(ErrorKind::NotFound).with_detail(&format!("there is only {MODEL}")));
        }
        let conversation = request
            .conversation()
            .map_err(|bad| of_kind(ErrorKind::BadRequest).with_detail(&bad.message))?;
        refuse_the_impossible(conversation)?;
        if !is_installed(&self.dir) {
            return Err(BuiltinError::NotInstalled.into());
        }
        let (to, from) = unbounded_channel();
        self.worker.submit(Ask {
            turns: prompt::turns(conversation),
            sampling: sampling(conversation),
            max_tokens: conversation.max_tokens,
            stop: conversation.stop.clone(),
            to,
            closing: self.worker.closing(),
        })?;
        Ok(ChunkStream::local(ProviderKind::Builtin, frames(from)))
    }

    fn models(&self) -> Vec<ModelInfo> {
        let model = ModelInfo {
            id: MODEL.to_owned(),
            name: Some(NAME.to_owned()),
            context: Some(self.context),
            max_output: Some(self.context / 2),
            is_embedding: false,
        };
        is_installed(&self.dir).then_some(model).into_iter().collect()
    }
}

/// Tools that it may use it simply does not use; what it would have to obey it cannot.
fn refuse_the_impossible(conversation: &Conversation) -> Result<(), ProviderError> {
    let what = match (&conversation.tool_choice, &conversation.response_format) {
        (Some(ToolChoice::Required | ToolChoice::Named(_)), _) => "call tools",
        (_, ResponseFormat::Json | ResponseFormat::Schema { .. }) => "answer in JSON",
        _ => return Ok(()),
    };
    Err(of_kind(ErrorKind::BadRequest).with_detail(&format!("the demonstration model cannot {what}")))
}

fn sampling(conversation: &Conversation) -> Sampling {
    let usual = Sampling::default();
    let within = |value: Option<f64>, usual: f32, low: f64, high: f64| {
        value
            .filter(|value| value.is_finite())
            .map_or(usual, |value| value.clamp(low, high) as f32)
    };
    Sampling {
        temperature: within(conversation.temperature, usual.temperature, 0.0, 2.0),
        top_p: within(conversation.top_p, usual.top_p, 0.0, 1.0),
        repetition: usual.repetition,
        frequency: within(conversation.frequency_penalty, usual.frequency, -2.0, 2.0),
        presence: within(conversation.presence_penalty, usual.presence, -2.0, 2.0),
        seed: conversation.seed.map_or_else(
            || u64::from_le_bytes(kit::ids::random_bytes()),
            i64::cast_unsigned,
        ),
    }
}

/// What is still to come.
enum Rest {
    All(UnboundedReceiver<Said>),
    Words(UnboundedReceiver<Said>),
    Nothing,
}

/// Dropping it closes the channel, and the model sees that at the next word.
fn frames(from: UnboundedReceiver<Said>) -> impl Stream<Item = Result<Frame, ProviderError>> + Send {
    futures::stream::unfold(Rest::All(from), |rest| async {
        let mut from = match rest {
            Rest::Nothing => return None,
            Rest::All(from) => {
                let start = Chunk::Start {
                    id: format!("builtin-{}", kit::ids::new_id()),
                    model: MODEL.to_owned(),
                };
                return Some((Ok(Frame::of(vec![start])), Rest::Words(from)));
            }
            Rest::Words(from) => from,
        };
        Some(match from.recv().await {
            Some(Said::Text(text)) => (Ok(Frame::of(vec![Chunk::Text(text)])), Rest::Words(from)),
            Some(Said::End {
                why,
                read,
                cached,
                written,
            }) => {
                let finish = match why {
                    Why::Done => FinishReason::Stop,
                    Why::Length => FinishReason::Length,
                };
                let usage = Usage {
                    input_tokens: read as u64,
                    cached_tokens: cached as u64,
                    output_tokens: written as u64,
                    ..Usage::default()
                };
                (
                    Ok(Frame::of(vec![Chunk::Finish(finish), Chunk::Usage(usage)])),
                    Rest::Nothing,
                )
            }
            Some(Said::Failed(error)) => (Err(error.into()), Rest::Nothing),
            // The house closes, or the thread died.
            None => (Err(of_kind(ErrorKind::BrokenStream)), Rest::Nothing),
        })
    })
}

fn of_kind(kind: ErrorKind) -> ProviderError {
    ProviderError::new(ProviderKind::Builtin, kind)
}

impl From<BuiltinError> for ProviderError {
    fn from(error: BuiltinError) -> Self {
        let kind = match &error {
            BuiltinError::NotInstalled => ErrorKind::NotFound,
            BuiltinError::Busy => ErrorKind::Overloaded,
            BuiltinError::TooLong => ErrorKind::ContextTooLong,
            BuiltinError::WrongFile | BuiltinError::Broken(_) | BuiltinError::Io(_) => ErrorKind::Server,
        };
        of_kind(kind).with_detail(&error.to_string())
    }
}
