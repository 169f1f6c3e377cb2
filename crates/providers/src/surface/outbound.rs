//! Answers in OpenAI's format.

use bytes::{Bytes, BytesMut};
use serde::Serialize;

use crate::answer::{Answer, Chunk, FinishReason, Frame, Usage};

/// The end of a stream that was whole.
pub const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

/// Writes a stream as OpenAI's events.
///
/// One writer a stream: [`write`](Self::write) every frame; at the end of the stream [`finish`](Self::finish),
/// or after an error [`error_event`](super::error_event) and nothing more.
#[derive(Debug)]
pub struct Writer {
    id: String,
    model: String,
    created: u64,
    include_usage: bool,
    usage: Option<Usage>,
    has_role: bool,
}

#[derive(Serialize)]
struct WireChunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: &'a [WireChoice<'a>],
    #[serde(skip_serializing_if = "UsageField::is_absent")]
    usage: UsageField,
}

#[derive(Serialize)]
struct WireChoice<'a> {
    index: u32,
    delta: WireDelta<'a>,
    logprobs: Option<()>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize, Default)]
struct WireDelta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[WireCall<'a>; 1]>,
}

#[derive(Serialize)]
struct WireCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    function: WireFunction<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<WireExtra<'a>>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

/// Where Google's own OpenAI surface puts thought signatures.
#[derive(Serialize)]
struct WireExtra<'a> {
    google: WireGoogle<'a>,
}

#[derive(Serialize)]
struct WireGoogle<'a> {
    thought_signature: &'a str,
}

fn extra(signature: Option<&String>) -> Option<WireExtra<'_>> {
    signature.map(|signature| WireExtra {
        google: WireGoogle {
            thought_signature: signature,
        },
    })
}

#[derive(Serialize)]
struct WireUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: WireInDetails,
    completion_tokens_details: WireOutDetails,
}

/// A stream whose usage is wanted has `"usage": null` in every event but the last.
#[derive(Serialize)]
#[serde(untagged)]
enum UsageField {
    Absent,
    Null,
    Counted(WireUsage),
}

impl UsageField {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

#[derive(Serialize)]
struct WireInDetails {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct WireOutDetails {
    reasoning_tokens: u64,
}

impl From<Usage> for WireUsage {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.input_tokens,
            completion_tokens: usage.output_tokens,
            total_tokens: usage.input_tokens + usage.output_tokens,
            prompt_tokens_details: WireInDetails {
                cached_tokens: usage.cached_tokens,
            },
            completion_tokens_details: WireOutDetails {
                reasoning_tokens: usage.reasoning_tokens,
            },
        }
    }
}

impl Writer {
    /// A writer. `id` and `model` stand in until the provider says its own; `created` is the time in seconds
    /// since 1970.
    pub fn new(id: impl Into<String>, model: impl Into<String>, created: u64, include_usage: bool) -> Self {
        Self {
            id: id.into(),
            model: model.into(),
            created,
            include_usage,
            usage: None,
            has_role: false,
        }
    }

    /// The events of one frame. Empty when there is nothing to say.
    pub fn write(&mut self, frame: &Frame) -> Bytes {
        if let Some(raw) = &frame.raw {
            return raw.clone();
        }
        let mut out = BytesMut::new();
        for chunk in &frame.chunks {
            self.write_chunk(chunk, &mut out);
        }
        out.freeze()
    }

    fn write_chunk(&mut self, chunk: &Chunk, out: &mut BytesMut) {
        let (delta, finish) = match chunk {
            Chunk::Start { id, model } => {
                if !id.is_empty() {
                    self.id.clone_from(id);
                }
                if !model.is_empty() {
                    self.model.clone_from(model);
                }
                self.has_role = true;
                (
                    WireDelta {
                        role: Some("assistant"),
                        content: Some(""),
                        ..WireDelta::default()
                    },
                    None,
                )
            }
            Chunk::Text(text) => (
                WireDelta {
                    content: Some(text),
                    ..self.delta()
                },
                None,
            ),
            Chunk::Reasoning(text) => (
                WireDelta {
                    reasoning_content: Some(text),
                    ..self.delta()
                },
                None,
            ),
            Chunk::Refusal(text) => (
                WireDelta {
                    refusal: Some(text),
                    ..self.delta()
                },
                None,
            ),
            Chunk::ToolCall {
                index,
                id,
                name,
                arguments,
                signature,
            } => {
                let call = WireCall {
                    index: Some(*index),
                    id: id.as_deref(),
                    r#type: id.as_ref().map(|_| "function"),
                    function: WireFunction {
                        name: name.as_deref(),
                        arguments,
                    },
                    extra_content: extra(signature.as_ref()),
                };
                (
                    WireDelta {
                        tool_calls: Some([call]),
                        ..self.delta()
                    },
                    None,
                )
            }
            Chunk::Usage(usage) => {
                self.usage = Some(*usage);
                return;
            }
            Chunk::Finish(reason) => (self.delta(), Some(*reason)),
        };
        let choice = WireChoice {
            index: 0,
            delta,
            logprobs: None,
            finish_reason: finish.map(FinishReason::openai),
        };
        let usage = if self.include_usage {
            UsageField::Null
        } else {
            UsageField::Absent
        };
        self.event(&[choice], usage, out);
    }

    fn delta<'a>(&mut self) -> WireDelta<'a> {
        let role = (!self.has_role).then_some("assistant");
        self.has_role = true;
        WireDelta {
            role,
            ..WireDelta::default()
        }
    }

    fn event(&self, choices: &[WireChoice<'_>], usage: UsageField, out: &mut BytesMut) {
        let chunk = WireChunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.created,
            model: &self.model,
            choices,
            usage,
        };
        out.extend_from_slice(b"data: ");
        // Writing into memory does not fail, and none of these types refuses to be written.
        let _ = serde_json::to_writer(bytes::BufMut::writer(&mut *out), &chunk);
        out.extend_from_slice(b"\n\n");
    }

    /// The end of a stream that was whole: the usage, when the caller wants it, and `[DONE]`. Passed-through
    /// streams have had their usage already.
    pub fn finish(&mut self) -> Bytes {
        match self.usage.take().filter(|_| self.include_usage) {
            None => DONE,
            Some(usage) => {
                let mut out = BytesMut::new();
                self.event(&[], UsageField::Counted(usage.into()), &mut out);
                out.extend_from_slice(&DONE);
                out.freeze()
            }
        }
    }
}

#[derive(Serialize)]
struct WireAnswer<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [WireFullChoice<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<WireUsage>,
}

#[derive(Serialize)]
struct WireFullChoice<'a> {
    index: u32,
    message: WireMessage<'a>,
    logprobs: Option<()>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
}

/// A whole answer as the body of `POST /v1/chat/completions`. One that was passed through stays as it came.
pub fn answer_body(answer: &Answer, fallback_id: &str, created: u64) -> Bytes {
    if let Some(raw) = &answer.raw {
        return raw.clone();
    }
    let calls = answer.tool_calls.iter().map(|call| WireCall {
        index: None,
        id: Some(&call.id),
        r#type: Some("function"),
        function: WireFunction {
            name: Some(&call.name),
            arguments: &call.arguments,
        },
        extra_content: extra(call.signature.as_ref()),
    });
    let message = WireMessage {
        role: "assistant",
        content: answer.text.as_deref(),
        refusal: answer.refusal.as_deref(),
        reasoning_content: answer.reasoning.as_deref(),
        tool_calls: calls.collect(),
    };
    let wire = WireAnswer {
        id: if answer.id.is_empty() {
            fallback_id
        } else {
            &answer.id
        },
        object: "chat.completion",
        created,
        model: &answer.model,
        choices: [WireFullChoice {
            index: 0,
            message,
            logprobs: None,
            finish_reason: answer.finish.openai(),
        }],
        usage: answer.usage.map(WireUsage::from),
    };
    serde_json::to_vec(&wire).map(Bytes::from).unwrap_or_default()
}
