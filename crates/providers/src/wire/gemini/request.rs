//! Our conversation in Gemini's format.
//!
//! What differs: the model is called "model" and instructions stand apart; a tool's answer names the tool,
//! not the call; pictures are bytes or a file; a schema is one field and its type another; thinking is
//! asked for by budget (2.5) or by level (3 and later); Gemini 3 wants its thought signatures back
//! (<https://ai.google.dev/gemini-api/docs/thought-signatures>).

use std::collections::HashMap;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::conversation::{Conversation, Effort, Message, Part, ResponseFormat, Role, Source, ToolChoice};

/// What Google accepts in place of a signature that is not there, because the call was made by another
/// model or the client lost it.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

const JSON_IN_WORDS: &str = "When you answer (not when you call a function), answer with one JSON object and \
                             nothing else: no words around it, no code fence.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<WireContent<'a>>,
    contents: Vec<WireContent<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WireTools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
    generation_config: Config<'a>,
}

#[derive(Serialize)]
struct WireContent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<WirePart<'a>>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct WirePart<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_data: Option<Blob<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<File<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<FunctionCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<FunctionResponse<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob<'a> {
    mime_type: String,
    data: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'static str>,
    file_uri: &'a str,
}

#[derive(Serialize)]
struct FunctionCall<'a> {
    name: &'a str,
    args: Box<RawValue>,
}

#[derive(Serialize)]
struct FunctionResponse<'a> {
    name: &'a str,
    response: Response,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Response {
    /// An object, as the tool wrote it.
    Object(Box<RawValue>),
    /// Anything else.
    Words { output: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireTools<'a> {
    function_declarations: Vec<Function<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Function<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters_json_schema: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig<'a> {
    function_calling_config: CallingConfig<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallingConfig<'a> {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_function_names: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the provider's names")]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<ThinkingConfig>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThinkingConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
    include_thoughts: bool,
}

/// The body of `POST …/models/{model}:generateContent`.
pub(crate) fn body(model: &str, c: &Conversation) -> Result<Bytes, String> {
    let version = version(model);
    // A tool's answer names its tool; the call knows which.
    let calls = c.messages.iter().flat_map(|message| &message.tool_calls);
    let names: HashMap<&str, &str> = calls.map(|call| (call.id.as_str(), call.name.as_str())).collect();
    let mut system = Vec::new();
    let mut contents: Vec<WireContent<'_>> = Vec::with_capacity(c.messages.len());
    for message in &c.messages {
        if message.role == Role::System {
            let words = message.parts.iter().filter_map(|part| match part {
                Part::Text(text) if !text.is_empty() => Some(WirePart {
                    text: Some(text),
                    ..WirePart::default()
                }),
                _ => None,
            });
            system.extend(words);
        } else {
            add_message(&mut contents, message, &names, version >= 3)?;
        }
    }
    if contents.is_empty() {
        // Instructions alone are no question.
        let parts = vec![WirePart {
            text: Some("…"),
            ..WirePart::default()
        }];
        contents.push(WireContent {
            role: Some("user"),
            parts,
        });
    }
    // Before Gemini 3, a form of the answer and tools exclude each other: then it is asked for in words.
    let in_words = version < 3 && !c.tools.is_empty();
    let words = match &c.response_format {
        ResponseFormat::Json if in_words => JSON_IN_WORDS.to_owned(),
        ResponseFormat::Schema { schema, .. } if in_words => {
            format!(
                "{JSON_IN_WORDS} It must follow this JSON schema:\n{}",
                schema.get()
            )
        }
        _ => String::new(),
    };
    if !words.is_empty() {
        system.push(WirePart {
            text: Some(&words),
            ..WirePart::default()
        });
    }
    let (mime, schema) = match &c.response_format {
        ResponseFormat::Text => (None, None),
        _ if in_words => (None, None),
        ResponseFormat::Json => (Some("application/json"), None),
        ResponseFormat::Schema { schema, .. } => (Some("application/json"), Some(&**schema)),
    };
    let tools = if c.tools.is_empty() {
        Vec::new()
    } else {
        let functions = c.tools.iter().map(|tool| Function {
            name: &tool.name,
            description: tool.description.as_deref(),
            parameters_json_schema: tool.parameters.as_deref(),
        });
        vec![WireTools {
            function_declarations: functions.collect(),
        }]
    };
    let request = Request {
        system_instruction: (!system.is_empty()).then_some(WireContent {
            role: None,
            parts: system,
        }),
        contents,
        tool_config: c
            .tool_choice
            .as_ref()
            .filter(|_| !c.tools.is_empty())
            .map(tool_config),
        tools,
        generation_config: Config {
            temperature: c.temperature,
            top_p: c.top_p,
            max_output_tokens: c.max_tokens,
            stop_sequences: &c.stop,
            // Their seed has 32 bits.
            seed: c.seed.map(|seed| seed & 0x7fff_ffff),
            frequency_penalty: c.frequency_penalty,
            presence_penalty: c.presence_penalty,
            response_mime_type: mime,
            response_json_schema: schema,
            thinking_config: c.reasoning.and_then(|effort| thinking(model, version, effort)),
        },
    };
    serde_json::to_vec(&request)
        .map(Bytes::from)
        .map_err(|error| error.to_string())
}

/// `gemini-2.5-flash` → 2, `gemini-3-pro-preview` → 3; an alias such as `gemini-flash-latest` → 3.
fn version(model: &str) -> u32 {
    let name = model.strip_prefix("models/").unwrap_or(model);
    let Some(rest) = name.strip_prefix("gemini-") else {
        return 0;
    };
    let digits = rest
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    digits.parse().unwrap_or(3)
}

fn thinking(model: &str, version: u32, effort: Effort) -> Option<ThinkingConfig> {
    let include_thoughts = effort != Effort::None;
    if version >= 3 {
        let is_pro = model.contains("pro");
        let level = match effort {
            // The large ones cannot do without.
            Effort::None | Effort::Minimal if is_pro => "low",
            Effort::None | Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High | Effort::Max => "high",
        };
        return Some(ThinkingConfig {
            thinking_budget: None,
            thinking_level: Some(level),
            include_thoughts,
        });
    }
    if version < 2 || model.contains("2.0") {
        return None;
    }
    let budget = match effort {
        Effort::None if model.contains("pro") => 128,
        Effort::None => 0,
        Effort::Minimal => 512,
        Effort::Low => 1_024,
        Effort::Medium => 8_192,
        Effort::High | Effort::Max => 24_576,
    };
    Some(ThinkingConfig {
        thinking_budget: Some(budget),
        thinking_level: None,
        include_thoughts,
    })
}

fn tool_config(choice: &ToolChoice) -> ToolConfig<'_> {
    let (mode, name) = match choice {
        ToolChoice::Auto => ("AUTO", None),
        ToolChoice::None => ("NONE", None),
        ToolChoice::Required => ("ANY", None),
        ToolChoice::Named(name) => ("ANY", Some([name.as_str()])),
    };
    ToolConfig {
        function_calling_config: CallingConfig {
            mode,
            allowed_function_names: name,
        },
    }
}

fn add_message<'a>(
    contents: &mut Vec<WireContent<'a>>,
    message: &'a Message,
    names: &HashMap<&str, &'a str>,
    wants_signature: bool,
) -> Result<(), String> {
    let role = if message.role == Role::Assistant {
        "model"
    } else {
        "user"
    };
    let mut parts = Vec::with_capacity(message.parts.len() + message.tool_calls.len());
    if message.role == Role::Tool {
        let id = message.tool_call_id.as_deref().unwrap_or_default();
        let name = names.get(id).copied().or(message.name.as_deref()).unwrap_or(id);
        let function_response = Some(FunctionResponse {
            name,
            response: response(&message.plain()),
        });
        parts.push(WirePart {
            function_response,
            ..WirePart::default()
        });
        // A picture that a tool made follows its words.
        for part in message.parts.iter().filter(|part| !matches!(part, Part::Text(_))) {
            parts.extend(wire_part(part)?);
        }
    } else {
        for part in &message.parts {
            parts.extend(wire_part(part)?);
        }
    }
    for (at, call) in message.tool_calls.iter().enumerate() {
        // Of several calls at once only the first one has a signature.
        let substitute = (wants_signature && at == 0).then_some(NO_SIGNATURE);
        parts.push(WirePart {
            function_call: Some(FunctionCall {
                name: &call.name,
                args: arguments(&call.arguments)?,
            }),
            thought_signature: call.signature.as_deref().or(substitute),
            ..WirePart::default()
        });
    }
    if parts.is_empty() {
        return Ok(());
    }
    match contents.last_mut() {
        Some(last) if last.role == Some(role) => last.parts.extend(parts),
        _ => contents.push(WireContent {
            role: Some(role),
            parts,
        }),
    }
    Ok(())
}

fn response(words: &str) -> Response {
    let is_object = words.trim_start().starts_with('{');
    match RawValue::from_string(words.trim().to_owned()) {
        Ok(object) if is_object => Response::Object(object),
        _ => Response::Words {
            output: words.to_owned(),
        },
    }
}

fn arguments(text: &str) -> Result<Box<RawValue>, String> {
    let object = if text.trim_start().starts_with('{') {
        text.trim()
    } else {
        "{}"
    };
    let fallback = || RawValue::from_string("{}".to_owned());
    RawValue::from_string(object.to_owned())
        .or_else(|_| fallback())
        .map_err(|error| error.to_string())
}

fn wire_part(part: &Part) -> Result<Option<WirePart<'_>>, String> {
    Ok(match part {
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(WirePart {
            text: Some(text),
            ..WirePart::default()
        }),
        Part::Image { source, .. } => Some(media(source, "image/")?),
        Part::File { source, .. } => Some(media(source, "application/pdf")?),
        Part::Audio { data, format } => {
            let blob = Blob {
                mime_type: format!("audio/{format}"),
                data,
            };
            Some(WirePart {
                inline_data: Some(blob),
                ..WirePart::default()
            })
        }
    })
}

fn media<'a>(source: &'a Source, kind: &str) -> Result<WirePart<'a>, String> {
    match source {
        Source::Data { mime, base64 } => {
            let blob = Blob {
                mime_type: mime.clone(),
                data: base64,
            };
            Ok(WirePart {
                inline_data: Some(blob),
                ..WirePart::default()
            })
        }
        Source::Url(url) => {
            let mime_type = mime_of(url).or((kind == "application/pdf").then_some("application/pdf"));
            Ok(WirePart {
                file_data: Some(File {
                    mime_type,
                    file_uri: url,
                }),
                ..WirePart::default()
            })
        }
        Source::Id(id) if id.starts_with("https://") => Ok(WirePart {
            file_data: Some(File {
                mime_type: None,
                file_uri: id,
            }),
            ..WirePart::default()
        }),
        Source::Id(_) => Err("a file of another provider cannot be read by this one".to_owned()),
    }
}

/// The type of a file at an address, by its ending.
fn mime_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "pdf" => "application/pdf",
        _ => return None,
    })
}
