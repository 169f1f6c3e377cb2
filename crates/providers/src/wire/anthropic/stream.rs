//! A stream in Anthropic's format: <https://docs.anthropic.com/en/docs/build-with-claude/streaming>.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{WireUsage, finish};
use crate::answer::{Chunk, FinishReason};
use crate::wire::Output;
use crate::wire::decode::{Progress, garbage};
use crate::wire::errors;
use crate::{ErrorKind, ProviderError, ProviderKind};

pub(crate) struct Reader {
    provider: ProviderKind,
    usage: WireUsage,
    has_started: bool,
    /// The numbers of the blocks that are calls, and whether something of their arguments has come.
    calls: Vec<(u64, bool)>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(default)]
    index: u64,
    #[serde(borrow, default)]
    message: Option<Start<'a>>,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    model: Cow<'a, str>,
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    thinking: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    thinking: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    partial_json: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    stop_reason: Option<Cow<'a, str>>,
}

impl Reader {
    pub fn new(provider: ProviderKind) -> Self {
        Self {
            provider,
            usage: WireUsage::default(),
            has_started: false,
            calls: Vec::new(),
        }
    }

    pub fn event(&mut self, data: &[u8], out: &mut Output) -> Result<Progress, ProviderError> {
        let wire: Wire<'_> = match serde_json::from_slice(data) {
            Ok(wire) => wire,
            Err(error) => return Err(self.not_an_event(data, &error)),
        };
        match &*wire.r#type {
            "message_start" => {
                let start = wire.message.unwrap_or(Start {
                    id: "".into(),
                    model: "".into(),
                    usage: None,
                });
                self.usage.update(start.usage.unwrap_or_default());
                self.start(start.id.into_owned(), start.model.into_owned(), out);
            }
            "content_block_start" => {
                self.start(String::new(), String::new(), out);
                if let Some(block) = wire.content_block {
                    self.block(wire.index, block, out);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = wire.delta {
                    self.delta(wire.index, delta, out);
                }
            }
            "content_block_stop" => {
                // A call without arguments sends none at all; the other formats want an object.
                let call = self
                    .calls
                    .iter_mut()
                    .position(|(n, has_some)| *n == wire.index && !*has_some);
                if let Some(index) = call {
                    self.calls[index].1 = true;
                    out.push(arguments(index, "{}".to_owned()));
                }
            }
            "message_delta" => {
                self.usage.update(wire.usage.unwrap_or_default());
                if let Some(reason) = wire.delta.and_then(|delta| delta.stop_reason) {
                    let reason = finish(Some(&reason));
                    let is_call = reason == FinishReason::Stop && !self.calls.is_empty();
                    out.push(Chunk::Finish(if is_call {
                        FinishReason::ToolCalls
                    } else {
                        reason
                    }));
                    out.push(Chunk::Usage(self.usage.into()));
                }
            }
            "message_stop" => return Ok(Progress::Done),
            "error" => return Err(self.not_an_event(data, &serde::de::Error::custom("error"))),
            // ping, and what is added later
            _ => {}
        }
        Ok(Progress::Going)
    }

    fn start(&mut self, id: String, model: String, out: &mut Output) {
        if !self.has_started {
            self.has_started = true;
            out.push(Chunk::Start { id, model });
        }
    }

    fn block(&mut self, number: u64, block: Block<'_>, out: &mut Output) {
        match &*block.r#type {
            "text" => push_words(block.text, Chunk::Text, out),
            "thinking" => push_words(block.thinking, Chunk::Reasoning, out),
            "tool_use" => {
                // The arguments follow in pieces; whole ones here only when there is something in them.
                let input = block
                    .input
                    .map(RawValue::get)
                    .filter(|input| input.len() > 2 && *input != "null");
                self.calls.push((number, input.is_some()));
                out.push(Chunk::ToolCall {
                    index: (self.calls.len() - 1) as u32,
                    id: Some(block.id.unwrap_or_default().into_owned()),
                    name: Some(block.name.unwrap_or_default().into_owned()),
                    arguments: input.unwrap_or_default().to_owned(),
                    signature: None,
                });
            }
            _ => {}
        }
    }

    fn delta(&mut self, number: u64, delta: Delta<'_>, out: &mut Output) {
        push_words(delta.text, Chunk::Text, out);
        push_words(delta.thinking, Chunk::Reasoning, out);
        let Some(json) = delta.partial_json.filter(|json| !json.is_empty()) else {
            return;
        };
        // Tools that the provider runs itself have arguments too, but they are no calls for us.
        if let Some(index) = self.calls.iter().position(|(n, _)| *n == number) {
            self.calls[index].1 = true;
            out.push(arguments(index, json.into_owned()));
        }
    }

    fn not_an_event(&self, data: &[u8], error: &serde_json::Error) -> ProviderError {
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if errors::is_error(&value) => errors::of_value(self.provider, &value),
            Ok(_) => ProviderError::new(self.provider, ErrorKind::Garbage).with_detail("an unknown event"),
            Err(_) => garbage(self.provider, error),
        }
    }
}

fn push_words(words: Option<Cow<'_, str>>, chunk: fn(String) -> Chunk, out: &mut Output) {
    if let Some(words) = words.filter(|words| !words.is_empty()) {
        out.push(chunk(words.into_owned()));
    }
}

fn arguments(index: usize, arguments: String) -> Chunk {
    Chunk::ToolCall {
        index: index as u32,
        id: None,
        name: None,
        arguments,
        signature: None,
    }
}
