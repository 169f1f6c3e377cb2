//! A stream in OpenAI's format.
//!
//! Two ways to read it. A caller of the same format gets the provider's events byte for byte, and we read
//! only what we must know: whether there is content, the usage, the end, an error. Everybody else gets
//! chunks.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireUsage;
use crate::answer::{Chunk, FinishReason, Usage};
use crate::sse::Event;
use crate::wire::Output;
use crate::wire::decode::{Progress, garbage};
use crate::wire::errors;
use crate::{ProviderError, ProviderKind};

pub(crate) struct Reader {
    provider: ProviderKind,
    /// `Some(usage event wanted)`: events are passed on.
    pass: Option<bool>,
    has_started: bool,
    has_finished: bool,
    /// The provider's numbers and ids of its calls, in the order in which they came.
    calls: Vec<(u64, Option<String>)>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    x_groq: Option<Groq<'a>>,
}

/// Groq says some things in a field of its own.
#[derive(Deserialize)]
struct Groq<'a> {
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Option<u64>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reasoning: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    refusal: Option<Cow<'a, str>>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<Function>,
    #[serde(default)]
    extra_content: Option<Value>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

/// Only whether there is something.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
}

impl Peek<'_> {
    fn has_content(&self) -> bool {
        let has = |field: Option<&RawValue>| {
            !matches!(field.map(RawValue::get), None | Some("null" | "\"\"" | "[]"))
        };
        has(self.content)
            || has(self.tool_calls)
            || has(self.reasoning_content)
            || has(self.reasoning)
            || has(self.refusal)
    }
}

impl Reader {
    pub fn new(provider: ProviderKind, pass: Option<bool>) -> Self {
        Self {
            provider,
            pass,
            has_started: false,
            has_finished: false,
            calls: Vec::new(),
        }
    }

    /// The answer of the connection ended without `[DONE]`. The four services always send it; of the many
    /// compatible servers some stop after their finish reason.
    pub fn end(&self) -> bool {
        self.has_finished && !self.provider.is_cloud()
    }

    pub fn event(&mut self, event: Event, out: &mut Output) -> Result<Progress, ProviderError> {
        if event.data.trim_ascii() == b"[DONE]" {
            return Ok(Progress::Done);
        }
        let data = event.data.clone();
        let wire: Wire<'_> = match serde_json::from_slice(&data) {
            Ok(wire) => wire,
            Err(error) => return Err(self.not_an_event(&data, &error)),
        };
        let groq_error = wire.x_groq.as_ref().and_then(|groq| groq.error);
        if wire
            .error
            .or(groq_error)
            .is_some_and(|error| error.get() != "null")
        {
            let value: Value = serde_json::from_slice(&data).map_err(|e| garbage(self.provider, &e))?;
            let value = if wire.error.is_some() {
                value
            } else {
                value["x_groq"].clone()
            };
            return Err(errors::of_value(self.provider, &value));
        }
        if !self.has_started {
            if wire.choices.is_none() {
                return Err(self.not_an_event(&data, &serde::de::Error::missing_field("choices")));
            }
            self.has_started = true;
            let text = |field: &Option<Cow<'_, str>>| field.as_deref().unwrap_or_default().to_owned();
            out.push(Chunk::Start {
                id: text(&wire.id),
                model: text(&wire.model),
            });
        }
        let usage = wire
            .usage
            .or(wire.x_groq.and_then(|groq| groq.usage))
            .map(Usage::from);
        let choices = wire.choices.unwrap_or_default();
        let is_usage_only = choices.is_empty() && usage.is_some();
        for choice in &choices {
            if self.pass.is_some() {
                self.peek(choice, out)?;
            } else if choice.index.unwrap_or(0) == 0 {
                self.chunks(choice, out)?;
            }
            if let Some(reason) = choice
                .finish_reason
                .as_deref()
                .filter(|reason| !reason.is_empty())
            {
                if !self.has_finished {
                    let reason = FinishReason::from_openai(reason);
                    let is_call = reason == FinishReason::Stop && !self.calls.is_empty();
                    out.push(Chunk::Finish(if is_call {
                        FinishReason::ToolCalls
                    } else {
                        reason
                    }));
                }
                self.has_finished = true;
            }
        }
        if let Some(usage) = usage {
            out.push(Chunk::Usage(usage));
        }
        match self.pass {
            // The caller did not ask for this event; we did.
            Some(false) if is_usage_only => {}
            Some(_) => out.pass(event),
            None => {}
        }
        Ok(Progress::Going)
    }

    fn peek(&self, choice: &Choice<'_>, out: &mut Output) -> Result<(), ProviderError> {
        let Some(delta) = choice.delta else { return Ok(()) };
        let peek: Peek<'_> =
            serde_json::from_str(delta.get()).map_err(|error| garbage(self.provider, &error))?;
        if peek.has_content() {
            out.has_content();
        }
        Ok(())
    }

    fn chunks(&mut self, choice: &Choice<'_>, out: &mut Output) -> Result<(), ProviderError> {
        let Some(delta) = choice.delta.filter(|delta| delta.get() != "null") else {
            return Ok(());
        };
        let delta: Delta<'_> =
            serde_json::from_str(delta.get()).map_err(|error| garbage(self.provider, &error))?;
        let filled = |field: Option<Cow<'_, str>>| field.filter(|text| !text.is_empty()).map(Cow::into_owned);
        if let Some(text) = filled(delta.reasoning_content).or_else(|| filled(delta.reasoning)) {
            out.push(Chunk::Reasoning(text));
        }
        if let Some(text) = filled(delta.content) {
            out.push(Chunk::Text(text));
        }
        if let Some(text) = filled(delta.refusal) {
            out.push(Chunk::Refusal(text));
        }
        for call in delta.tool_calls.unwrap_or_default() {
            out.push(self.call(call));
        }
        Ok(())
    }

    fn call(&mut self, call: Call) -> Chunk {
        let function = call.function.unwrap_or(Function {
            name: None,
            arguments: None,
        });
        let id = call.id.filter(|id| !id.is_empty());
        // Without a number, a new id is a new call (Gemini's and some local servers' streams).
        let number = call.index.unwrap_or_else(|| {
            let known = self.calls.len() as u64;
            if id.is_some() || known == 0 {
                known
            } else {
                known - 1
            }
        });
        // Older servers give every call the number 0, but each its own id.
        let is_same = |known: &Option<String>| id.is_none() || known.is_none() || *known == id;
        let known = self
            .calls
            .iter()
            .rposition(|(n, known)| *n == number && is_same(known));
        let is_new = known.is_none();
        let index = known.unwrap_or_else(|| {
            self.calls.push((number, id.clone()));
            self.calls.len() - 1
        });
        let signature = call
            .extra_content
            .as_ref()
            .and_then(|extra| extra["google"]["thought_signature"].as_str());
        Chunk::ToolCall {
            index: index as u32,
            id: if is_new {
                id.or_else(|| Some(format!("call_{index}")))
            } else {
                None
            },
            name: if is_new {
                function.name.or_else(|| Some(String::new()))
            } else {
                None
            },
            arguments: function.arguments.unwrap_or_default(),
            signature: signature.map(str::to_owned),
        }
    }

    /// Not one of OpenAI's events: an error in another shape, or nonsense.
    fn not_an_event(&self, data: &[u8], error: &serde_json::Error) -> ProviderError {
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if errors::is_error(&value) => errors::of_value(self.provider, &value),
            _ => garbage(self.provider, error),
        }
    }
}
