//! Our conversation in Anthropic's format.
//!
//! What differs: instructions stand apart from the messages; tools answer inside a message of the person;
//! neighbours of one role are one message; empty text is refused; a length is required; thinking is asked
//! for in two ways, depending on the model's age
//! (<https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking>).

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::ProviderKind;
use crate::conversation::{Conversation, Effort, Message, Part, ResponseFormat, Role, Source, ToolChoice};

/// The longest answer when neither the caller nor the table says one.
const MAX_TOKENS: u32 = 8_192;

/// The longest answer that is asked for on our own account.
const MAX_TOKENS_UNASKED: u32 = 32_000;

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    system: String,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WireTool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<WireChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
    stream: bool,
}

#[derive(Serialize)]
struct Metadata<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Thinking {
    Enabled {
        budget_tokens: u32,
    },
    Adaptive {
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<&'static str>,
    },
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<OutputFormat<'a>>,
}

#[derive(Serialize)]
struct OutputFormat<'a> {
    r#type: &'static str,
    schema: &'a RawValue,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: &'a str,
    },
    Image {
        source: WireSource<'a>,
    },
    Document {
        source: WireSource<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: &'a str,
        input: Box<RawValue>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        content: Vec<Block<'a>>,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireSource<'a> {
    Base64 { media_type: &'a str, data: &'a str },
    Url { url: &'a str },
    File { file_id: &'a str },
}

#[derive(Serialize)]
struct WireTool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    input_schema: Schema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Schema<'a> {
    Given(&'a RawValue),
    Empty { r#type: &'static str, properties: Empty },
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct WireChoice<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

/// What a model of a given name can do, read from its name: the table is older than the newest model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent differences")]
struct Generation {
    /// Thinks as it sees fit and takes an effort; refuses a budget (from 4.7 on).
    is_adaptive: bool,
    /// Shows its thoughts only when asked (from 4.7 on).
    hides_thoughts: bool,
    /// Refuses `temperature` and the like (from 4.7 on).
    no_sampling: bool,
    /// Follows a schema by itself (from 4.5 on).
    has_schema: bool,
}

impl Generation {
    /// `claude-opus-4-7`, `claude-sonnet-4-5-20250929`, `claude-3-5-sonnet-20241022`, `claude-sonnet-5`.
    fn of(model: &str) -> Self {
        let mut numbers = model
            .split(['-', '.', '@'])
            .filter_map(|word| word.parse::<u32>().ok());
        let major = numbers.next().unwrap_or(0);
        // A date is not a version.
        let minor = numbers.next().filter(|n| *n < 100).unwrap_or(0);
        let version = (major, minor);
        Self {
            is_adaptive: version >= (4, 6),
            hides_thoughts: version >= (4, 7),
            no_sampling: version >= (4, 7),
            has_schema: version >= (4, 5),
        }
    }
}

/// The body of `POST …/messages`.
pub(crate) fn body(model: &str, c: &Conversation, stream: bool) -> Result<Bytes, String> {
    let generation = Generation::of(model);
    let mut system = String::new();
    let mut messages: Vec<WireMessage<'_>> = Vec::with_capacity(c.messages.len());
    for message in &c.messages {
        if message.role == Role::System {
            add_paragraph(&mut system, &message.plain());
        } else {
            add_message(&mut messages, message)?;
        }
    }
    if messages.first().is_none_or(|first| first.role != "user") {
        messages.insert(
            0,
            WireMessage {
                role: "user",
                content: vec![Block::Text { text: "…" }],
            },
        );
    }
    trim_last(&mut messages);
    let mut format = None;
    match &c.response_format {
        ResponseFormat::Text => {}
        ResponseFormat::Json => {
            add_paragraph(
                &mut system,
                "Answer with one JSON object and nothing else: no words around it, no code fence.",
            );
        }
        ResponseFormat::Schema {
            schema,
            strict: Some(true),
            ..
        } if generation.has_schema => {
            format = Some(OutputFormat {
                r#type: "json_schema",
                schema,
            });
        }
        ResponseFormat::Schema { schema, .. } => {
            let words = "Answer with one JSON object and nothing else: no words around it, no code fence. It must follow this JSON schema:";
            add_paragraph(&mut system, &format!("{words}\n{}", schema.get()));
        }
    }
    let is_forced = matches!(c.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_)));
    let longest = crate::catalog::shipped()
        .find(ProviderKind::Anthropic, model)
        .and_then(|info| info.max_output);
    let mut max_tokens = c
        .max_tokens
        .unwrap_or_else(|| longest.unwrap_or(MAX_TOKENS).min(MAX_TOKENS_UNASKED))
        .max(1);
    if let Some(longest) = longest {
        max_tokens = max_tokens.min(longest);
    }
    // A forced call and thinking exclude each other.
    let effort = c.reasoning.filter(|_| !is_forced);
    let thinking = thinking(generation, effort, c, max_tokens);
    let effort = effort.filter(|_| generation.is_adaptive).and_then(effort_word);
    let is_thinking = thinking.is_some();
    let takes_sampling = !generation.no_sampling && !is_thinking;
    let temperature = c
        .temperature
        .filter(|_| takes_sampling)
        .map(|t| t.clamp(0.0, 1.0));
    let has_config = effort.is_some() || format.is_some();
    let tools = if c.tool_choice == Some(ToolChoice::None) && !has_tool_turns(c) {
        &[][..]
    } else {
        &c.tools
    };
    let request = Request {
        model,
        max_tokens,
        system,
        messages,
        tools: tools.iter().map(|tool| wire_tool(tool, generation)).collect(),
        tool_choice: if tools.is_empty() { None } else { choice(c) },
        temperature,
        // Newer models take one of the two.
        top_p: c.top_p.filter(|_| takes_sampling && temperature.is_none()),
        stop_sequences: c
            .stop
            .iter()
            .map(String::as_str)
            .filter(|s| !s.trim().is_empty())
            .collect(),
        thinking,
        output_config: has_config.then_some(OutputConfig { effort, format }),
        metadata: c.user.as_deref().map(|user_id| Metadata { user_id }),
        stream,
    };
    serde_json::to_vec(&request)
        .map(Bytes::from)
        .map_err(|error| error.to_string())
}

fn add_paragraph(to: &mut String, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    if !to.is_empty() {
        to.push_str("\n\n");
    }
    to.push_str(text);
}

fn has_tool_turns(c: &Conversation) -> bool {
    c.messages.iter().any(|message| !message.tool_calls.is_empty())
}

fn thinking(
    generation: Generation,
    effort: Option<Effort>,
    c: &Conversation,
    max_tokens: u32,
) -> Option<Thinking> {
    let effort = effort.filter(|effort| *effort != Effort::None)?;
    if generation.is_adaptive {
        return Some(Thinking::Adaptive {
            display: generation.hides_thoughts.then_some("summarized"),
        });
    }
    // A budget needs the signed thoughts of the turn that called the tool, and those did not travel.
    if c.messages.last().is_some_and(|last| last.role == Role::Tool) {
        return None;
    }
    let budget = match effort {
        Effort::None | Effort::Minimal => 1_024,
        Effort::Low => 2_048,
        Effort::Medium => 8_192,
        Effort::High => 16_384,
        Effort::Max => 24_576,
    };
    let budget_tokens = budget.min(max_tokens.saturating_sub(256));
    (budget_tokens >= 1_024).then_some(Thinking::Enabled { budget_tokens })
}

fn effort_word(effort: Effort) -> Option<&'static str> {
    match effort {
        Effort::None => None,
        Effort::Minimal | Effort::Low => Some("low"),
        Effort::Medium => Some("medium"),
        Effort::High => Some("high"),
        Effort::Max => Some("max"),
    }
}

fn add_message<'a>(messages: &mut Vec<WireMessage<'a>>, message: &'a Message) -> Result<(), String> {
    let role = if message.role == Role::Assistant {
        "assistant"
    } else {
        "user"
    };
    let mut content = Vec::with_capacity(message.parts.len() + message.tool_calls.len());
    for part in &message.parts {
        if let Some(block) = block(part)? {
            content.push(block);
        }
    }
    if message.role == Role::Tool {
        let tool_use_id = safe_id(message.tool_call_id.as_deref().unwrap_or_default());
        content = vec![Block::ToolResult { tool_use_id, content }];
    }
    for call in &message.tool_calls {
        content.push(Block::ToolUse {
            id: safe_id(&call.id),
            name: &call.name,
            input: input(&call.arguments)?,
        });
    }
    if content.is_empty() {
        return Ok(());
    }
    match messages.last_mut() {
        Some(last) if last.role == role => last.content.extend(content),
        _ => messages.push(WireMessage { role, content }),
    }
    Ok(())
}

/// Anthropic takes ids of letters, digits, `_` and `-`; a call may come from a provider that is freer.
fn safe_id(id: &str) -> Cow<'_, str> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !id.is_empty() && id.chars().all(is_fine) {
        return Cow::Borrowed(id);
    }
    let id: String = id.chars().map(|c| if is_fine(c) { c } else { '_' }).collect();
    Cow::Owned(if id.is_empty() { "call".to_owned() } else { id })
}

/// A call's arguments as an object; models do write nonsense now and then.
fn input(arguments: &str) -> Result<Box<RawValue>, String> {
    let text = if arguments.trim_start().starts_with('{') {
        arguments
    } else {
        "{}"
    };
    let fallback = || RawValue::from_string("{}".to_owned());
    RawValue::from_string(text.trim().to_owned())
        .or_else(|_| fallback())
        .map_err(|error| error.to_string())
}

fn block(part: &Part) -> Result<Option<Block<'_>>, String> {
    Ok(match part {
        Part::Text(text) if text.trim().is_empty() => None,
        Part::Text(text) => Some(Block::Text { text }),
        Part::Image { source, .. } => Some(Block::Image {
            source: wire_source(source),
        }),
        Part::File { source, name } => Some(Block::Document {
            source: wire_source(source),
            title: name.as_deref(),
        }),
        Part::Audio { .. } => return Err("this model does not listen to audio".to_owned()),
    })
}

fn wire_source(source: &Source) -> WireSource<'_> {
    match source {
        Source::Url(url) => WireSource::Url { url },
        Source::Data { mime, base64 } => WireSource::Base64 {
            media_type: mime,
            data: base64,
        },
        Source::Id(file_id) => WireSource::File { file_id },
    }
}

/// A conversation may not end with an answer that ends with blanks.
fn trim_last(messages: &mut [WireMessage<'_>]) {
    let Some(last) = messages.last_mut().filter(|last| last.role == "assistant") else {
        return;
    };
    if let Some(Block::Text { text }) = last.content.last_mut() {
        *text = text.trim_end();
    }
}

fn wire_tool(tool: &crate::Tool, generation: Generation) -> WireTool<'_> {
    let input_schema = match &tool.parameters {
        Some(schema) => Schema::Given(schema),
        None => Schema::Empty {
            r#type: "object",
            properties: Empty {},
        },
    };
    WireTool {
        name: &tool.name,
        description: tool.description.as_deref(),
        input_schema,
        strict: tool.strict.filter(|strict| *strict && generation.has_schema),
    }
}

fn choice(c: &Conversation) -> Option<WireChoice<'_>> {
    let disable = (c.parallel_tool_calls == Some(false)).then_some(true);
    let (r#type, name) = match &c.tool_choice {
        None if disable.is_none() => return None,
        None | Some(ToolChoice::Auto) => ("auto", None),
        Some(ToolChoice::None) => {
            return Some(WireChoice {
                r#type: "none",
                name: None,
                disable_parallel_tool_use: None,
            });
        }
        Some(ToolChoice::Required) => ("any", None),
        Some(ToolChoice::Named(name)) => ("tool", Some(name.as_str())),
    };
    Some(WireChoice {
        r#type,
        name,
        disable_parallel_tool_use: disable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_read_from_names() {
        let of = |name| {
            let g = Generation::of(name);
            (g.has_schema, g.is_adaptive, g.no_sampling)
        };
        assert_eq!(of("claude-3-5-sonnet-20241022"), (false, false, false));
        assert_eq!(of("claude-3-haiku-20240307"), (false, false, false));
        assert_eq!(of("claude-opus-4-20250514"), (false, false, false));
        assert_eq!(of("claude-sonnet-4-5-20250929"), (true, false, false));
        assert_eq!(of("claude-haiku-4-5"), (true, false, false));
        assert_eq!(of("claude-opus-4-6"), (true, true, false));
        assert_eq!(of("claude-opus-4-8"), (true, true, true));
        assert_eq!(of("claude-sonnet-5"), (true, true, true));
        assert_eq!(of("claude-fable-5"), (true, true, true));
    }
}
