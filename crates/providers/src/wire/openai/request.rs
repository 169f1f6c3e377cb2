//! Our own conversation in OpenAI's format.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::ProviderKind;
use crate::conversation::{
    Conversation, Message, Part, ResponseFormat, Role, Source, Tool, ToolCall, ToolChoice,
};

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WireTool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<WireChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<WireFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: WireContent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireContent<'a> {
    Null,
    Text(&'a str),
    Parts(Vec<WirePart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WirePart<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: WireImage<'a> },
    InputAudio { input_audio: WireAudio<'a> },
    File { file: WireFile<'a> },
}

#[derive(Serialize)]
struct WireImage<'a> {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct WireAudio<'a> {
    data: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
struct WireFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: WireCallFunction<'a>,
}

#[derive(Serialize)]
struct WireCallFunction<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Serialize)]
struct WireTool<'a> {
    r#type: &'static str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireChoice<'a> {
    Word(&'static str),
    Named {
        r#type: &'static str,
        function: WireName<'a>,
    },
}

#[derive(Serialize)]
struct WireName<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireFormat<'a> {
    JsonObject,
    JsonSchema { json_schema: WireSchema<'a> },
}

#[derive(Serialize)]
struct WireSchema<'a> {
    name: &'a str,
    schema: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// The body of `POST …/chat/completions`.
pub(crate) fn body(kind: ProviderKind, model: &str, conversation: &Conversation, stream: bool) -> Bytes {
    let c = conversation;
    // OpenAI's reasoning models and Groq know only the newer name, many servers only the older one.
    let is_newer = matches!(kind, ProviderKind::OpenAi | ProviderKind::Groq);
    let info = crate::catalog::shipped().find(kind, model);
    // Reasoning models of OpenAI refuse both; what would be refused is left out rather than the answer.
    let takes_sampling = info.is_none_or(|info| info.takes_temperature);
    let takes_effort = info.is_none_or(|info| info.capabilities.reasoning);
    let request = Request {
        model,
        messages: c.messages.iter().map(message).collect(),
        tools: c.tools.iter().map(tool).collect(),
        tool_choice: c.tool_choice.as_ref().map(choice),
        parallel_tool_calls: c.parallel_tool_calls,
        response_format: format(&c.response_format),
        max_tokens: c.max_tokens.filter(|_| !is_newer),
        max_completion_tokens: c.max_tokens.filter(|_| is_newer),
        temperature: c.temperature.filter(|_| takes_sampling),
        top_p: c.top_p.filter(|_| takes_sampling),
        stop: &c.stop,
        seed: c.seed,
        reasoning_effort: c.reasoning.filter(|_| takes_effort).map(crate::Effort::openai),
        user: c.user.as_deref(),
        frequency_penalty: c.frequency_penalty,
        presence_penalty: c.presence_penalty,
        stream,
        stream_options: stream.then_some(StreamOptions { include_usage: true }),
        extra: &c.extra,
    };
    serde_json::to_vec(&request).map(Bytes::from).unwrap_or_default()
}

fn message(message: &Message) -> WireMessage<'_> {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let content = match &message.parts[..] {
        [] if message.role == Role::Assistant => WireContent::Null,
        [] => WireContent::Text(""),
        [Part::Text(text)] => WireContent::Text(text),
        parts => WireContent::Parts(parts.iter().map(part).collect()),
    };
    WireMessage {
        role,
        content,
        name: message.name.as_deref(),
        tool_call_id: message.tool_call_id.as_deref(),
        tool_calls: message.tool_calls.iter().map(call).collect(),
    }
}

fn part(part: &Part) -> WirePart<'_> {
    match part {
        Part::Text(text) => WirePart::Text { text },
        Part::Image { source, detail } => {
            let url = match source {
                Source::Url(url) | Source::Id(url) => url.clone(),
                Source::Data { mime, base64 } => format!("data:{mime};base64,{base64}"),
            };
            WirePart::ImageUrl {
                image_url: WireImage {
                    url,
                    detail: detail.as_deref(),
                },
            }
        }
        Part::Audio { data, format } => WirePart::InputAudio {
            input_audio: WireAudio { data, format },
        },
        Part::File { source, name } => {
            let (file_data, file_id) = match source {
                Source::Data { mime, base64 } => (Some(format!("data:{mime};base64,{base64}")), None),
                Source::Url(url) => (Some(url.clone()), None),
                Source::Id(id) => (None, Some(id.as_str())),
            };
            WirePart::File {
                file: WireFile {
                    file_data,
                    file_id,
                    filename: name.as_deref(),
                },
            }
        }
    }
}

fn call(call: &ToolCall) -> WireCall<'_> {
    let function = WireCallFunction {
        name: &call.name,
        arguments: &call.arguments,
    };
    WireCall {
        id: &call.id,
        r#type: "function",
        function,
    }
}

fn tool(tool: &Tool) -> WireTool<'_> {
    WireTool {
        r#type: "function",
        function: WireFunction {
            name: &tool.name,
            description: tool.description.as_deref(),
            parameters: tool.parameters.as_deref(),
            strict: tool.strict,
        },
    }
}

fn choice(choice: &ToolChoice) -> WireChoice<'_> {
    match choice {
        ToolChoice::Auto => WireChoice::Word("auto"),
        ToolChoice::None => WireChoice::Word("none"),
        ToolChoice::Required => WireChoice::Word("required"),
        ToolChoice::Named(name) => WireChoice::Named {
            r#type: "function",
            function: WireName { name },
        },
    }
}

fn format(format: &ResponseFormat) -> Option<WireFormat<'_>> {
    match format {
        ResponseFormat::Text => None,
        ResponseFormat::Json => Some(WireFormat::JsonObject),
        ResponseFormat::Schema { name, schema, strict } => Some(WireFormat::JsonSchema {
            json_schema: WireSchema {
                name,
                schema,
                strict: *strict,
            },
        }),
    }
}
