//! The body of `POST /v1/chat/completions`.
//!
//! Read twice at most: its head at once, for routing; the whole of it only when the target speaks another
//! format. Whatever a target of the same format needs is passed through byte for byte.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::BadRequest;
use crate::conversation::{
    Conversation, Effort, Message, Part, ResponseFormat, Role, Source, Tool, ToolCall, ToolChoice,
};
use crate::request::OpenAiBody;

/// What routing needs.
pub(crate) struct Head {
    pub model: String,
    pub stream: bool,
    pub include_usage: bool,
    pub body: OpenAiBody,
}

#[derive(Deserialize)]
struct WireHead<'a> {
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    stream: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    stream_options: Option<&'a RawValue>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
    #[serde(borrow)]
    functions: Option<&'a RawValue>,
    #[serde(borrow)]
    response_format: Option<&'a RawValue>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
}

/// `null` is there too, and has a place in the body.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct WireStreamOptions {
    include_usage: Option<bool>,
}

fn bad_json(error: &serde_json::Error) -> BadRequest {
    BadRequest::new(
        format!("We could not parse the JSON body of your request: {error}"),
        None,
    )
}

pub(crate) fn read_head(bytes: Bytes) -> Result<Head, BadRequest> {
    // Serde would take the fields from a list too.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(BadRequest::new("the body must be a JSON object", None));
    }
    let head: WireHead<'_> = serde_json::from_slice(&bytes).map_err(|error| bad_json(&error))?;
    let at = |raw: &RawValue| -> Range<usize> {
        let start = raw.get().as_ptr() as usize - bytes.as_ptr() as usize;
        start..start + raw.get().len()
    };
    let model = head
        .model
        .ok_or_else(|| BadRequest::new("you must provide a model parameter", Some("model")))?;
    let name: Cow<'_, str> = serde_json::from_str(model.get())
        .map_err(|_| BadRequest::new("model must be a string", Some("model")))?;
    if name.trim().is_empty() || name.len() > 200 {
        return Err(BadRequest::new(
            "you must provide a model parameter",
            Some("model"),
        ));
    }
    let messages = head.messages.map_or("", RawValue::get);
    let inside = messages.strip_prefix('[').map(str::trim_start);
    if inside.is_none_or(|inside| inside.starts_with(']')) {
        return Err(BadRequest::new(
            "messages must be an array with at least one message",
            Some("messages"),
        ));
    }
    let stream = match head.stream.map(RawValue::get) {
        None | Some("null" | "false") => false,
        Some("true") => true,
        Some(_) => return Err(BadRequest::new("stream must be true or false", Some("stream"))),
    };
    let include_usage = head
        .stream_options
        .and_then(|raw| {
            serde_json::from_str::<Option<WireStreamOptions>>(raw.get())
                .ok()
                .flatten()
        })
        .and_then(|options| options.include_usage)
        .unwrap_or(false);
    let is_filled = |raw: Option<&RawValue>| {
        let inside = raw.and_then(|raw| raw.get().strip_prefix('['));
        inside.is_some_and(|inside| !inside.trim_start().starts_with(']'))
    };
    let body = OpenAiBody {
        model: at(model),
        stream: head.stream.map(at),
        stream_options: head.stream_options.map(at),
        has_tools: is_filled(head.tools) || is_filled(head.functions),
        has_schema: head
            .response_format
            .is_some_and(|raw| raw.get().contains("json_schema")),
        max_tokens: head.max_completion_tokens.or(head.max_tokens),
        parsed: OnceLock::new(),
        bytes: Bytes::new(),
    };
    let name = name.into_owned();
    Ok(Head {
        model: name,
        stream,
        include_usage,
        body: OpenAiBody { bytes, ..body },
    })
}

#[derive(Deserialize)]
struct WireRequest {
    messages: Vec<WireMessage>,
    tool_choice: Option<Value>,
    parallel_tool_calls: Option<bool>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    stop: Option<OneOrMany>,
    seed: Option<i64>,
    reasoning_effort: Option<String>,
    user: Option<String>,
    frequency_penalty: Option<f64>,
    presence_penalty: Option<f64>,
    n: Option<u32>,
    functions: Option<Value>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct WireMessage {
    role: String,
    #[serde(default)]
    content: Option<WireContent>,
    name: Option<String>,
    tool_call_id: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<WireCall>>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireContent {
    Text(String),
    Parts(Vec<Value>),
}

#[derive(Deserialize)]
struct WireCall {
    id: Option<String>,
    function: Option<WireFunctionCall>,
    extra_content: Option<Value>,
}

#[derive(Deserialize)]
struct WireFunctionCall {
    name: String,
    #[serde(default)]
    arguments: String,
}

#[derive(Deserialize)]
struct WireTool {
    r#type: Option<String>,
    function: Option<WireFunction>,
}

#[derive(Deserialize)]
struct WireFunction {
    name: String,
    description: Option<String>,
    parameters: Option<Box<RawValue>>,
    strict: Option<bool>,
}

#[derive(Deserialize)]
struct WireFormat {
    r#type: String,
    json_schema: Option<WireSchema>,
}

#[derive(Deserialize)]
struct WireSchema {
    name: Option<String>,
    schema: Option<Box<RawValue>>,
    strict: Option<bool>,
}

/// Fields that only say how the answer travels, or that routing has read already.
const NOT_KEPT: [&str; 3] = ["model", "stream", "stream_options"];

pub(crate) fn read_conversation(bytes: &[u8]) -> Result<Conversation, BadRequest> {
    // `flatten` cannot hold raw values, so what must stay as it was written is read on its own.
    #[derive(Deserialize)]
    struct Raws {
        tools: Option<Vec<WireTool>>,
        response_format: Option<WireFormat>,
    }
    let mut value: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| bad_json(&error))?;
    let raws: Raws = serde_json::from_slice(bytes).map_err(|error| bad_json(&error))?;
    for name in NOT_KEPT.iter().chain(&["tools", "response_format"]) {
        value.remove(*name);
    }
    let wire: WireRequest = serde_json::from_value(Value::Object(value)).map_err(|error| bad_json(&error))?;
    if wire.n.is_some_and(|n| n != 1) {
        return Err(BadRequest::new(
            "only n = 1 can be answered by this model",
            Some("n"),
        ));
    }
    if wire.functions.is_some_and(|functions| !functions.is_null()) {
        let message = "functions is no longer supported; use tools";
        return Err(BadRequest::new(message, Some("functions")));
    }
    let messages = wire
        .messages
        .into_iter()
        .enumerate()
        .map(|(at, message)| read_message(at, message));
    let messages = messages.collect::<Result<Vec<_>, _>>()?;
    let tools = raws
        .tools
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(at, tool)| read_tool(at, tool));
    let reasoning = match wire.reasoning_effort.as_deref() {
        None => None,
        Some(word) => Some(
            Effort::from_openai(word)
                .ok_or_else(|| BadRequest::new("unknown reasoning_effort", Some("reasoning_effort")))?,
        ),
    };
    Ok(Conversation {
        messages,
        tools: tools.collect::<Result<Vec<_>, _>>()?,
        tool_choice: wire
            .tool_choice
            .filter(|c| !c.is_null())
            .map(|c| read_choice(&c))
            .transpose()?,
        parallel_tool_calls: wire.parallel_tool_calls,
        response_format: read_format(raws.response_format)?,
        max_tokens: wire.max_completion_tokens.or(wire.max_tokens),
        temperature: wire.temperature,
        top_p: wire.top_p,
        stop: match wire.stop {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) => many,
        },
        seed: wire.seed,
        reasoning,
        user: wire.user,
        frequency_penalty: wire.frequency_penalty,
        presence_penalty: wire.presence_penalty,
        extra: wire.extra,
    })
}

fn read_message(at: usize, wire: WireMessage) -> Result<Message, BadRequest> {
    let field = |name: &str| format!("messages[{at}].{name}");
    let role = match wire.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        other => {
            let message = format!("unknown role {other:?}");
            return Err(BadRequest::new(message, Some(&field("role"))));
        }
    };
    let mut parts = match wire.content {
        None => Vec::new(),
        Some(WireContent::Text(text)) => vec![Part::Text(text)],
        Some(WireContent::Parts(parts)) => parts
            .iter()
            .enumerate()
            .map(|(n, part)| {
                let field = field(&format!("content[{n}]"));
                read_part(part).map_err(|message| BadRequest::new(message, Some(&field)))
            })
            .collect::<Result<_, _>>()?,
    };
    parts.extend(wire.refusal.map(Part::Text));
    let calls = wire
        .tool_calls
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(n, call)| {
            let function = call.function.ok_or_else(|| {
                let message = "only tool calls of type function are supported";
                BadRequest::new(message, Some(&field(&format!("tool_calls[{n}]"))))
            })?;
            let signature = call
                .extra_content
                .as_ref()
                .and_then(|extra| extra["google"]["thought_signature"].as_str());
            Ok(ToolCall {
                id: call.id.unwrap_or_default(),
                name: function.name,
                arguments: function.arguments,
                signature: signature.map(str::to_owned),
            })
        });
    let tool_calls = calls.collect::<Result<Vec<_>, BadRequest>>()?;
    if role == Role::Tool && wire.tool_call_id.is_none() {
        return Err(BadRequest::new(
            "a tool message needs a tool_call_id",
            Some(&field("tool_call_id")),
        ));
    }
    if parts.is_empty() && tool_calls.is_empty() && role != Role::Assistant && role != Role::Tool {
        return Err(BadRequest::new(
            "a message needs content",
            Some(&field("content")),
        ));
    }
    Ok(Message {
        role,
        parts,
        tool_calls,
        tool_call_id: wire.tool_call_id,
        name: wire.name,
        stays: false,
    })
}

fn read_part(part: &Value) -> Result<Part, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match part["type"].as_str() {
        Some("text" | "input_text" | "refusal") => {
            let words = text(&part["text"]).or_else(|| text(&part["refusal"]));
            words
                .map(Part::Text)
                .ok_or_else(|| "a text part needs its text".to_owned())
        }
        Some("image_url") => {
            // Some clients send the address itself instead of an object.
            let url = part["image_url"]["url"]
                .as_str()
                .or_else(|| part["image_url"].as_str());
            let url = url.ok_or("an image part needs image_url.url")?;
            Ok(Part::Image {
                source: read_source(url)?,
                detail: text(&part["image_url"]["detail"]),
            })
        }
        Some("input_audio") => {
            let audio = &part["input_audio"];
            match (text(&audio["data"]), text(&audio["format"])) {
                (Some(data), Some(format)) => Ok(Part::Audio { data, format }),
                _ => Err("an audio part needs data and format".to_owned()),
            }
        }
        Some("file") => {
            let file = &part["file"];
            let source = match (file["file_data"].as_str(), text(&file["file_id"])) {
                (Some(data), _) => read_source(data)?,
                (None, Some(id)) => Source::Id(id),
                _ => return Err("a file part needs file_data or file_id".to_owned()),
            };
            Ok(Part::File {
                source,
                name: text(&file["filename"]),
            })
        }
        Some(other) => Err(format!("unknown type {other:?}")),
        None => Err("a part needs a type".to_owned()),
    }
}

/// `data:image/png;base64,…` or an address.
fn read_source(url: &str) -> Result<Source, String> {
    let Some(rest) = url.strip_prefix("data:") else {
        if url.starts_with("https://") || url.starts_with("http://") {
            return Ok(Source::Url(url.to_owned()));
        }
        return Err("an address must begin with https:// or data:".to_owned());
    };
    let (head, data) = rest.split_once(',').ok_or("the data address has no comma")?;
    let mime = head
        .strip_suffix(";base64")
        .ok_or("only base64 data addresses are supported")?;
    let mime = mime.split(';').next().unwrap_or_default();
    if !mime.contains('/') {
        return Err("the data address needs a type, as in data:image/png;base64,…".to_owned());
    }
    Ok(Source::Data {
        mime: mime.to_owned(),
        base64: data.to_owned(),
    })
}

fn read_tool(at: usize, wire: WireTool) -> Result<Tool, BadRequest> {
    match wire {
        WireTool {
            r#type: None,
            function: Some(f),
        } => Ok(f),
        WireTool {
            r#type: Some(kind),
            function: Some(f),
        } if kind == "function" => Ok(f),
        _ => {
            let message = "only tools of type function are supported by this model";
            Err(BadRequest::new(message, Some(&format!("tools[{at}]"))))
        }
    }
    .map(|f| Tool {
        name: f.name,
        description: f.description,
        parameters: f.parameters,
        strict: f.strict,
    })
}

fn read_choice(choice: &Value) -> Result<ToolChoice, BadRequest> {
    match choice.as_str() {
        Some("auto") => return Ok(ToolChoice::Auto),
        Some("none") => return Ok(ToolChoice::None),
        Some("required") => return Ok(ToolChoice::Required),
        _ => {}
    }
    match choice["function"]["name"].as_str() {
        Some(name) => Ok(ToolChoice::Named(name.to_owned())),
        None => Err(BadRequest::new("unknown tool_choice", Some("tool_choice"))),
    }
}

fn read_format(wire: Option<WireFormat>) -> Result<ResponseFormat, BadRequest> {
    let Some(wire) = wire else {
        return Ok(ResponseFormat::Text);
    };
    match (wire.r#type.as_str(), wire.json_schema) {
        ("text", _) => Ok(ResponseFormat::Text),
        ("json_object", _) => Ok(ResponseFormat::Json),
        (
            "json_schema",
            Some(WireSchema {
                name,
                schema: Some(schema),
                strict,
            }),
        ) => Ok(ResponseFormat::Schema {
            name: name.unwrap_or_else(|| "answer".into()),
            schema,
            strict,
        }),
        _ => Err(BadRequest::new(
            "unknown response_format",
            Some("response_format"),
        )),
    }
}
