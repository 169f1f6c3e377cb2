//! The addresses of the stand-in.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::body::{Out, Stream};
use super::formats::{Voice, failure};
use super::{Script, Seen, State};
use crate::Wire;

/// Which question it is.
#[derive(Debug, Clone, PartialEq)]
enum Question {
    Chat {
        wire: Wire,
        gemini: Option<(String, bool)>,
    },
    Embed {
        wire: Wire,
    },
    Models {
        wire: Wire,
    },
    Unknown,
}

fn question(path: &str, headers: &HeaderMap) -> Question {
    if path.ends_with("/chat/completions") {
        return Question::Chat {
            wire: Wire::OpenAi,
            gemini: None,
        };
    }
    if path.ends_with("/messages") {
        return Question::Chat {
            wire: Wire::Anthropic,
            gemini: None,
        };
    }
    if path.ends_with("/embeddings") {
        return Question::Embed { wire: Wire::OpenAi };
    }
    if let Some((_, call)) = path.split_once("/models/") {
        let Some((model, action)) = call.split_once(':') else {
            return Question::Unknown;
        };
        return match action {
            "generateContent" => Question::Chat {
                wire: Wire::Gemini,
                gemini: Some((model.to_owned(), false)),
            },
            "streamGenerateContent" => Question::Chat {
                wire: Wire::Gemini,
                gemini: Some((model.to_owned(), true)),
            },
            "batchEmbedContents" => Question::Embed { wire: Wire::Gemini },
            _ => Question::Unknown,
        };
    }
    if path.ends_with("/models") {
        let wire = if path.starts_with("/v1beta") {
            Wire::Gemini
        } else if headers.contains_key("anthropic-version") {
            Wire::Anthropic
        } else {
            Wire::OpenAi
        };
        return Question::Models { wire };
    }
    Question::Unknown
}

fn key_of(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    bearer
        .or(text("x-api-key"))
        .or(text("x-goog-api-key"))
        .unwrap_or_default()
        .to_owned()
}

fn json_answer(status: u16, value: &Value) -> Response<Out> {
    respond(
        status,
        "application/json",
        Out::Full(Some(Bytes::from(value.to_string()))),
    )
}

fn respond(status: u16, mime: &'static str, body: Out) -> Response<Out> {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert("content-type", http::HeaderValue::from_static(mime));
    response
}

pub(super) async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<Out>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    match head.uri.path() {
        "/stats" => return Ok(json_answer(200, &json!(state.stats()))),
        "/requests" => {
            let seen: Vec<Seen> = state.seen.lock().iter().cloned().collect();
            return Ok(json_answer(200, &json!(seen)));
        }
        "/script" if head.method == Method::POST => {
            let script = String::from_utf8_lossy(&body).trim().to_owned();
            *state.script.lock() = Some(script).filter(|script| !script.is_empty());
            return Ok(json_answer(200, &json!({})));
        }
        _ => {}
    }
    let number = state.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let key = key_of(&head.headers);
    state.remember(Seen {
        path: head
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        key: key.clone(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let question = question(head.uri.path(), &head.headers);
    let wire = match &question {
        Question::Chat { wire, .. } | Question::Embed { wire } | Question::Models { wire } => *wire,
        Question::Unknown => Wire::OpenAi,
    };
    if state.is_strict.load(Ordering::Relaxed) && !key.starts_with("sk-test-good") {
        state.errors.fetch_add(1, Ordering::Relaxed);
        return Ok(wrong_key(wire));
    }
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let response = match question {
        Question::Chat { wire, gemini } => chat(wire, gemini, &value, number, &state).await,
        Question::Embed { wire } => embed(wire, &value, number, &state),
        Question::Models { wire } => json_answer(200, &models(wire)),
        Question::Unknown => json_answer(404, &failure(Wire::OpenAi, 404, None, "not found")),
    };
    if !response.status().is_success() {
        state.errors.fetch_add(1, Ordering::Relaxed);
    }
    Ok(response)
}

/// As the providers do it: Gemini says 400.
fn wrong_key(wire: Wire) -> Response<Out> {
    let (status, code, message) = match wire {
        Wire::Gemini => (
            400,
            "API_KEY_INVALID",
            "API key not valid. Please pass a valid API key.",
        ),
        Wire::Anthropic => (401, "", "invalid x-api-key"),
        _ => (401, "invalid_api_key", "Incorrect API key provided."),
    };
    json_answer(status, &failure(wire, status, Some(code), message))
}

async fn chat(
    wire: Wire,
    gemini: Option<(String, bool)>,
    value: &Value,
    number: u64,
    state: &Arc<State>,
) -> Response<Out> {
    let (model, is_stream) = match gemini {
        Some((model, is_stream)) => (model, is_stream),
        None => (
            value["model"].as_str().unwrap_or("mock").to_owned(),
            value["stream"].as_bool().unwrap_or(false),
        ),
    };
    let overruled = state.script.lock().clone();
    let script = Script::of(overruled.as_deref().unwrap_or(&model));
    if script.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
    }
    if let Some(failure) = misfortune(wire, &script, number) {
        return failure;
    }
    let told = told(value);
    let voice = Voice {
        wire,
        id: number,
        model,
        with_usage: value["stream_options"]["include_usage"]
            .as_bool()
            .unwrap_or(false),
        tool: (script.tool_call && told.is_none()).then(|| tool(value)),
        reasoning: script.reasoning,
        refuse: script.refuse,
    };
    let pieces = match &told {
        Some(told) if script.tool_call => Script::repeated(told),
        _ => script.pieces(&last_user(value)),
    };
    if is_stream && !script.no_stream {
        state.streams.fetch_add(1, Ordering::Relaxed);
        let stream = Stream::new(voice, script, pieces, Arc::clone(state));
        return respond(
            200,
            "text/event-stream; charset=utf-8",
            Out::Stream(Box::new(stream)),
        );
    }
    if script.hang_after.is_some() {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let text = match (script.bytes, script.markdown || script.echo) {
        (_, true) => pieces.concat(),
        (0, _) => "Hello! This is a canned answer from the stand-in.".to_owned(),
        (bytes, _) => "lorem ip ".repeat(bytes / 9 + 1),
    };
    let whole = voice.whole(&text, 16);
    if script.cut_after.is_some() || script.cut_in_character {
        let text = whole.to_string();
        let half = Bytes::from(text.into_bytes()).slice(..20);
        return respond(200, "application/json", Out::Torn(Some(half), None));
    }
    json_answer(200, &whole)
}

fn misfortune(wire: Wire, script: &Script, number: u64) -> Option<Response<Out>> {
    if script.garbage {
        let page = "<!doctype html><html><body><h1>Welcome to nginx!</h1></body></html>";
        return Some(respond(
            200,
            "text/html",
            Out::Full(Some(Bytes::from_static(page.as_bytes()))),
        ));
    }
    if script.too_long {
        let message = match wire {
            Wire::Anthropic => "prompt is too long: 210000 tokens > 200000 maximum",
            Wire::Gemini => {
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
            }
            _ => {
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
            }
        };
        let code = (wire == Wire::OpenAi).then_some("context_length_exceeded");
        return Some(json_answer(400, &failure(wire, 400, code, message)));
    }
    // Spread over the requests, the same in every run.
    let draw = (number.wrapping_mul(2_654_435_761) >> 7) % 100;
    let status = match script.status {
        0 if draw < script.fail_percent => 500,
        status => status,
    };
    if status == 0 {
        return None;
    }
    let message = format!("standin: status {status}");
    let mut response = json_answer(status, &failure(wire, status, None, &message));
    if let Some(seconds) = script.retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    Some(response)
}

/// The tool to call: the first one that was offered.
fn tool(value: &Value) -> (String, Value) {
    let first = &value["tools"][0];
    let name = first["function"]["name"]
        .as_str()
        .or_else(|| first["name"].as_str())
        .or_else(|| first["functionDeclarations"][0]["name"].as_str());
    (
        name.unwrap_or("get_weather").to_owned(),
        arguments(&first["function"]["parameters"], value),
    )
}

/// What the tool is called with: the person's words, where it asks for a question; else a city.
fn arguments(schema: &Value, value: &Value) -> Value {
    let asks = ["question", "query"]
        .into_iter()
        .find(|name| schema["properties"][name].is_object());
    match asks {
        Some(name) => json!({ name: last_user(value) }),
        None => json!({"city": "Zürich", "days": 3}),
    }
}

/// What a tool has just answered (OpenAI's format).
fn told(value: &Value) -> Option<String> {
    let last = value["messages"].as_array()?.last()?;
    let told = last["content"].as_str().filter(|_| last["role"] == "tool")?;
    Some(told.to_owned())
}

/// What the person said last, in any format.
fn last_user(value: &Value) -> String {
    let list = value["messages"]
        .as_array()
        .or_else(|| value["contents"].as_array());
    let found = list
        .into_iter()
        .flatten()
        .rev()
        .find(|message| message["role"] == "user");
    let Some(message) = found else {
        return String::new();
    };
    let parts = |parts: &Value| -> String {
        parts
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|part| part["text"].as_str())
            .collect()
    };
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(_) => parts(&message["content"]),
        _ => parts(&message["parts"]),
    }
}

fn models(wire: Wire) -> Value {
    let mut names = vec!["mock", "mock-m", "mock-y"];
    match wire {
        Wire::Anthropic => {
            names.extend(["claude-haiku-4-5", "claude-sonnet-5"]);
            let rows = names
                .iter()
                .map(|id| json!({"type": "model", "id": id, "display_name": id}));
            json!({"data": rows.collect::<Vec<_>>(), "has_more": false})
        }
        Wire::Gemini => {
            names.extend(["gemini-3.1-flash-lite", "gemini-3.5-flash"]);
            let rows = names.iter().map(|id| {
                json!({"name": format!("models/{id}"), "displayName": id, "inputTokenLimit": 1_048_576,
                    "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"]})
            });
            json!({"models": rows.collect::<Vec<_>>()})
        }
        _ => {
            names.extend([
                "gpt-5.4-mini",
                "openai/gpt-oss-120b",
                "llama-3.3-70b-versatile",
                "text-embedding-3-small",
            ]);
            let rows = names.iter().map(
                |id| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "standin"}),
            );
            json!({"object": "list", "data": rows.collect::<Vec<_>>()})
        }
    }
}

/// Vectors, or what was asked to go wrong.
fn embed(wire: Wire, value: &Value, number: u64, state: &State) -> Response<Out> {
    let overruled = state.script.lock().clone();
    let model = value["model"].as_str().unwrap_or_default();
    let script = Script::of(overruled.as_deref().unwrap_or(model));
    misfortune(wire, &script, number).unwrap_or_else(|| json_answer(200, &embeddings(wire, value)))
}

/// The same text gets the same vector.
fn embeddings(wire: Wire, value: &Value) -> Value {
    let vector = |text: &str, dimensions: u64| -> Vec<f32> {
        let mut state = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 40) as f32 / (1_u32 << 23) as f32) - 1.0
        };
        (0..dimensions).map(next).collect()
    };
    if wire == Wire::Gemini {
        let rows = value["requests"].as_array().into_iter().flatten().map(|request| {
            let text = request["content"]["parts"][0]["text"]
                .as_str()
                .unwrap_or_default();
            json!({"values": vector(text, request["outputDimensionality"].as_u64().unwrap_or(16))})
        });
        return json!({"embeddings": rows.collect::<Vec<_>>()});
    }
    let texts: Vec<&str> = match &value["input"] {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let dimensions = value["dimensions"].as_u64().unwrap_or(16);
    let rows = texts.iter().enumerate().map(
        |(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text, dimensions)}),
    );
    json!({"object": "list", "data": rows.collect::<Vec<_>>(), "model": value["model"],
        "usage": {"prompt_tokens": 5 * texts.len(), "total_tokens": 5 * texts.len()}})
}
