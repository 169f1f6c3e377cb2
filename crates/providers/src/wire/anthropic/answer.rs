//! A whole answer in Anthropic's format.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{WireUsage, finish};
use crate::answer::Answer;
use crate::wire::decode::garbage;
use crate::wire::errors;
use crate::{ErrorKind, ProviderError, ProviderKind, ToolCall};

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
    content: Option<Vec<Block>>,
    stop_reason: Option<String>,
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Block {
    r#type: String,
    text: Option<String>,
    thinking: Option<String>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Box<RawValue>>,
}

pub(crate) fn read(provider: ProviderKind, bytes: &[u8]) -> Result<Answer, ProviderError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| garbage(provider, &error))?;
    if errors::is_error(&value) {
        return Err(errors::of_value(provider, &value));
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(|error| garbage(provider, &error))?;
    let Some(content) = wire.content else {
        let error = ProviderError::new(provider, ErrorKind::Garbage);
        return Err(error.with_detail("the answer has no content"));
    };
    let mut answer = Answer {
        id: wire.id,
        model: wire.model,
        finish: finish(wire.stop_reason.as_deref()),
        usage: wire.usage.map(Into::into),
        ..Answer::default()
    };
    for block in content {
        match block.r#type.as_str() {
            "text" => answer
                .text
                .get_or_insert_default()
                .push_str(&block.text.unwrap_or_default()),
            "thinking" => {
                answer
                    .reasoning
                    .get_or_insert_default()
                    .push_str(&block.thinking.unwrap_or_default());
            }
            "tool_use" => answer.tool_calls.push(ToolCall {
                id: block.id.unwrap_or_default(),
                name: block.name.unwrap_or_default(),
                arguments: block
                    .input
                    .map_or_else(|| "{}".to_owned(), |input| input.get().to_owned()),
                signature: None,
            }),
            // Hidden thoughts and what the provider's own tools did.
            _ => {}
        }
    }
    Ok(answer)
}
