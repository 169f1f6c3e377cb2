//! A whole answer in OpenAI's format.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireUsage;
use crate::answer::{Answer, FinishReason};
use crate::wire::decode::garbage;
use crate::wire::errors;
use crate::{ErrorKind, ProviderError, ProviderKind, ToolCall};

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<Value>,
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: Function,
    #[serde(default)]
    extra_content: Option<Value>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

/// The answer as it came, read no further than needed to count and to judge it.
pub(crate) fn pass(provider: ProviderKind, bytes: Bytes) -> Result<Answer, ProviderError> {
    let mut answer = head(provider, &bytes)?.0;
    answer.raw = Some(bytes);
    Ok(answer)
}

/// The answer in our own form.
pub(crate) fn read(provider: ProviderKind, bytes: &[u8]) -> Result<Answer, ProviderError> {
    let (mut answer, message) = head(provider, bytes)?;
    let message = message.map_or("{}", RawValue::get);
    let message: Message = serde_json::from_str(message).map_err(|error| garbage(provider, &error))?;
    answer.text = message
        .content
        .as_ref()
        .and_then(text)
        .filter(|text| !text.is_empty());
    answer.reasoning = message
        .reasoning_content
        .or(message.reasoning)
        .filter(|text| !text.is_empty());
    answer.refusal = message.refusal.filter(|text| !text.is_empty());
    let calls = message.tool_calls.unwrap_or_default().into_iter().enumerate();
    answer.tool_calls = calls.map(|(at, call)| tool_call(at, call)).collect();
    if !answer.tool_calls.is_empty() && answer.finish == FinishReason::Stop {
        // Some servers say "stop" although they call.
        answer.finish = FinishReason::ToolCalls;
    }
    Ok(answer)
}

fn head(provider: ProviderKind, bytes: &[u8]) -> Result<(Answer, Option<&RawValue>), ProviderError> {
    let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(|error| {
        // A shape of error that has none of our fields, or no JSON at all.
        match serde_json::from_slice::<Value>(bytes) {
            Ok(value) if errors::is_error(&value) => errors::of_value(provider, &value),
            _ => garbage(provider, &error),
        }
    })?;
    if wire.error.is_some_and(|error| error.get() != "null") || wire.choices.is_none() {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| garbage(provider, &error))?;
        return Err(if errors::is_error(&value) {
            errors::of_value(provider, &value)
        } else {
            ProviderError::new(provider, ErrorKind::Garbage).with_detail("the answer has no choices")
        });
    }
    let choice = wire.choices.and_then(|choices| choices.into_iter().next());
    let Some(choice) = choice else {
        return Err(ProviderError::new(provider, ErrorKind::Garbage).with_detail("the answer has no choices"));
    };
    let answer = Answer {
        id: wire.id.unwrap_or_default().into_owned(),
        model: wire.model.unwrap_or_default().into_owned(),
        finish: FinishReason::from_openai(choice.finish_reason.as_deref().unwrap_or("stop")),
        usage: wire.usage.map(Into::into),
        ..Answer::default()
    };
    Ok((answer, choice.message))
}

/// A string, or (Mistral) a list of parts.
fn text(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part["text"].as_str()).collect()),
        _ => None,
    }
}

fn tool_call(at: usize, call: Call) -> ToolCall {
    let arguments = match call.function.arguments {
        Some(Value::String(text)) => text,
        // Some servers send the object itself.
        Some(Value::Null) | None => "{}".to_owned(),
        Some(other) => other.to_string(),
    };
    let signature = call
        .extra_content
        .as_ref()
        .and_then(|extra| extra["google"]["thought_signature"].as_str());
    ToolCall {
        id: call
            .id
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| format!("call_{at}")),
        name: call.function.name.unwrap_or_default(),
        arguments,
        signature: signature.map(str::to_owned),
    }
}
