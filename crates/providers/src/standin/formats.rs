//! What the stand-in says, in each format's own words. Written from the providers' documentation, not with
//! our own types, so that a mistake is not made twice.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Wire;

/// How one answer looks.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    pub wire: Wire,
    pub id: u64,
    pub model: String,
    /// OpenAI's clients ask for it.
    pub with_usage: bool,
    pub tool: Option<(String, Value)>,
    pub reasoning: bool,
    pub refuse: bool,
}

pub(super) const THOUGHTS: [&str; 2] = ["Let me think. ", "I know."];

const INPUT: u64 = 12;
const CACHED: u64 = 4;

fn sse(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn named(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

impl Voice {
    fn openai(&self, delta: &Value, finish: Option<&str>) -> String {
        sse(&json!({
            "id": format!("chatcmpl-{}", self.id), "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": self.model, "system_fingerprint": "fp_standin",
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}],
        }))
    }

    fn gemini(&self, parts: &Value, finish: Option<&str>, output: u64) -> Value {
        let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
        if let Some(finish) = finish {
            candidate["finishReason"] = finish.into();
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": {"promptTokenCount": INPUT, "candidatesTokenCount": output,
                "totalTokenCount": INPUT + output, "cachedContentTokenCount": CACHED},
            "modelVersion": self.model, "responseId": format!("resp{}", self.id),
        })
    }

    /// Before the first word.
    pub fn start(&self) -> Bytes {
        match self.wire {
            Wire::Anthropic => {
                let mut out = named(
                    "message_start",
                    &json!({"type": "message_start", "message": {"id": format!("msg_{}", self.id), "type": "message",
                        "role": "assistant", "model": self.model, "content": [], "stop_reason": null,
                        "stop_sequence": null, "usage": {"input_tokens": INPUT - CACHED,
                        "cache_creation_input_tokens": 0, "cache_read_input_tokens": CACHED, "output_tokens": 1}}}),
                );
                out.push_str(&named("ping", &json!({"type": "ping"})));
                if self.reasoning {
                    out.push_str(&block_start(
                        0,
                        &json!({"type": "thinking", "thinking": "", "signature": ""}),
                    ));
                    for thought in THOUGHTS {
                        out.push_str(&block_delta(
                            0,
                            &json!({"type": "thinking_delta", "thinking": thought}),
                        ));
                    }
                    out.push_str(&block_delta(
                        0,
                        &json!({"type": "signature_delta", "signature": "c2ln"}),
                    ));
                    out.push_str(&block_stop(0));
                }
                if self.tool.is_none() {
                    out.push_str(&block_start(self.block(), &json!({"type": "text", "text": ""})));
                }
                out.into()
            }
            Wire::Gemini => {
                let thoughts = THOUGHTS.map(|text| json!({"text": text, "thought": true}));
                let out = if self.reasoning {
                    sse(&self.gemini(&json!(thoughts), None, 1))
                } else {
                    String::new()
                };
                out.into()
            }
            _ => {
                let mut out = self.openai(
                    &json!({"role": "assistant", "content": "", "refusal": null}),
                    None,
                );
                if self.reasoning {
                    for thought in THOUGHTS {
                        out.push_str(&self.openai(&json!({"reasoning_content": thought}), None));
                    }
                }
                out.into()
            }
        }
    }

    fn block(&self) -> u64 {
        u64::from(self.reasoning)
    }

    /// One piece of the answer.
    pub fn text(&self, text: &str, sent: u64) -> Bytes {
        match self.wire {
            Wire::Anthropic => block_delta(self.block(), &json!({"type": "text_delta", "text": text})).into(),
            Wire::Gemini => sse(&self.gemini(&json!([{"text": text}]), None, sent)).into(),
            _ => self.openai(&json!({"content": text}), None).into(),
        }
    }

    /// The call of the tool, its arguments in three pieces where the format knows pieces.
    pub fn call(&self) -> Bytes {
        let Some((name, arguments)) = &self.tool else {
            return Bytes::new();
        };
        let text = arguments.to_string();
        let third = text.len() / 3;
        let pieces = [&text[..third], &text[third..2 * third], &text[2 * third..]];
        let id = format!("call_{}", self.id);
        match self.wire {
            Wire::Anthropic => {
                let at = self.block();
                let block = json!({"type": "tool_use", "id": format!("toolu_{}", self.id), "name": name, "input": {}});
                let mut out = block_start(at, &block);
                for piece in pieces {
                    out.push_str(&block_delta(
                        at,
                        &json!({"type": "input_json_delta", "partial_json": piece}),
                    ));
                }
                out.into()
            }
            Wire::Gemini => {
                let call = json!([{"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2lnbmF0dXJl"}]);
                sse(&self.gemini(&call, None, 8)).into()
            }
            _ => {
                let call = json!({"index": 0, "id": id, "type": "function", "function": {"name": name, "arguments": ""}});
                let mut out = self.openai(&json!({"tool_calls": [call]}), None);
                for piece in pieces {
                    let call = json!({"index": 0, "function": {"arguments": piece}});
                    out.push_str(&self.openai(&json!({"tool_calls": [call]}), None));
                }
                out.into()
            }
        }
    }

    fn stop_reason(&self) -> &'static str {
        match (self.wire, self.tool.is_some(), self.refuse) {
            (Wire::Anthropic, _, true) => "refusal",
            (Wire::Anthropic, true, _) => "tool_use",
            (Wire::Anthropic, ..) => "end_turn",
            (Wire::Gemini, _, true) => "SAFETY",
            (Wire::Gemini, ..) => "STOP",
            (_, _, true) => "content_filter",
            (_, true, _) => "tool_calls",
            _ => "stop",
        }
    }

    /// After the last word.
    pub fn end(&self, sent: u64) -> Bytes {
        let reason = self.stop_reason();
        match self.wire {
            Wire::Anthropic => {
                let mut out = block_stop(self.block());
                let delta = json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
                    "usage": {"output_tokens": sent}});
                out.push_str(&named("message_delta", &delta));
                out.push_str(&named("message_stop", &json!({"type": "message_stop"})));
                out.into()
            }
            Wire::Gemini => sse(&self.gemini(&json!([{"text": ""}]), Some(reason), sent)).into(),
            _ => {
                let mut out = self.openai(&json!({}), Some(reason));
                if self.with_usage {
                    out.push_str(&sse(&json!({
                        "id": format!("chatcmpl-{}", self.id), "object": "chat.completion.chunk",
                        "created": 1_700_000_000, "model": self.model, "choices": [], "usage": usage(sent),
                    })));
                }
                out.push_str("data: [DONE]\n\n");
                out.into()
            }
        }
    }

    /// An error in the middle.
    pub fn error(&self) -> Bytes {
        let message = "standin: the server had an error mid-stream";
        match self.wire {
            Wire::Anthropic => named(
                "error",
                &json!({"type": "error", "error": {"type": "overloaded_error", "message": message}}),
            )
            .into(),
            Wire::Gemini => {
                sse(&json!({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}})).into()
            }
            _ => {
                let error = json!({"message": message, "type": "server_error", "param": null, "code": null});
                sse(&json!({ "error": error })).into()
            }
        }
    }

    /// The whole answer at once.
    pub fn whole(&self, text: &str, tokens: u64) -> Value {
        let reason = self.stop_reason();
        match self.wire {
            Wire::Anthropic => {
                let mut content = Vec::new();
                if self.reasoning {
                    content.push(
                        json!({"type": "thinking", "thinking": THOUGHTS.concat(), "signature": "c2ln"}),
                    );
                }
                match &self.tool {
                    Some((name, input)) => content.push(
                        json!({"type": "tool_use", "id": format!("toolu_{}", self.id), "name": name, "input": input}),
                    ),
                    None => content.push(json!({"type": "text", "text": text})),
                }
                json!({"id": format!("msg_{}", self.id), "type": "message", "role": "assistant", "model": self.model,
                    "content": content, "stop_reason": reason, "stop_sequence": null,
                    "usage": {"input_tokens": INPUT - CACHED, "cache_creation_input_tokens": 0,
                        "cache_read_input_tokens": CACHED, "output_tokens": tokens}})
            }
            Wire::Gemini => {
                let mut parts = Vec::new();
                if self.reasoning {
                    parts.push(json!({"text": THOUGHTS.concat(), "thought": true}));
                }
                parts.push(match &self.tool {
                    Some((name, args)) => {
                        json!({"functionCall": {"name": name, "args": args}, "thoughtSignature": "c2lnbmF0dXJl"})
                    }
                    None => json!({ "text": text }),
                });
                self.gemini(&json!(parts), Some(reason), tokens)
            }
            _ => {
                let mut message = json!({"role": "assistant", "content": text, "refusal": null});
                if self.reasoning {
                    message["reasoning_content"] = THOUGHTS.concat().into();
                }
                if let Some((name, arguments)) = &self.tool {
                    message["content"] = Value::Null;
                    let function = json!({"name": name, "arguments": arguments.to_string()});
                    message["tool_calls"] = json!([{"id": format!("call_{}", self.id), "type": "function", "function": function}]);
                }
                json!({"id": format!("chatcmpl-{}", self.id), "object": "chat.completion", "created": 1_700_000_000,
                    "model": self.model, "system_fingerprint": "fp_standin",
                    "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": reason}],
                    "usage": usage(tokens)})
            }
        }
    }
}

fn usage(output: u64) -> Value {
    json!({"prompt_tokens": INPUT, "completion_tokens": output, "total_tokens": INPUT + output,
        "prompt_tokens_details": {"cached_tokens": CACHED, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}})
}

fn block_start(index: u64, block: &Value) -> String {
    named(
        "content_block_start",
        &json!({"type": "content_block_start", "index": index, "content_block": block}),
    )
}

fn block_delta(index: u64, delta: &Value) -> String {
    named(
        "content_block_delta",
        &json!({"type": "content_block_delta", "index": index, "delta": delta}),
    )
}

fn block_stop(index: u64) -> String {
    named(
        "content_block_stop",
        &json!({"type": "content_block_stop", "index": index}),
    )
}

/// An error with a status, in the format's shape.
pub(super) fn failure(wire: Wire, status: u16, code: Option<&str>, message: &str) -> Value {
    match wire {
        Wire::Anthropic => {
            let kind = match status {
                400 | 413 => "invalid_request_error",
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                429 => "rate_limit_error",
                503 | 529 => "overloaded_error",
                _ => "api_error",
            };
            json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_standin"})
        }
        Wire::Gemini => {
            let kind = match status {
                400 => "INVALID_ARGUMENT",
                401 => "UNAUTHENTICATED",
                403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                429 => "RESOURCE_EXHAUSTED",
                503 => "UNAVAILABLE",
                504 => "DEADLINE_EXCEEDED",
                _ => "INTERNAL",
            };
            let mut error = json!({"code": status, "message": message, "status": kind});
            if let Some(code) = code {
                error["details"] =
                    json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}]);
            }
            json!({ "error": error })
        }
        _ => {
            let kind = match status {
                429 => "rate_limit_error",
                400..=499 => "invalid_request_error",
                _ => "server_error",
            };
            json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
        }
    }
}
