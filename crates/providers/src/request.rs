//! One request for an answer: either our own conversation, or the body of an OpenAI client as it came.

use std::ops::Range;
use std::sync::OnceLock;

use bytes::{BufMut, Bytes, BytesMut};
use memchr::memmem;

use crate::conversation::Conversation;
use crate::surface::{self, BadRequest};

/// A request for an answer.
#[derive(Debug)]
pub struct ChatRequest {
    /// What the caller asked for; the model that is really called is given per call.
    pub model: String,
    /// Whether the caller wants the answer piece by piece.
    pub stream: bool,
    /// Whether the caller wants a usage event at the end of the stream.
    pub include_usage: bool,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Own(Box<Conversation>),
    OpenAi(Box<OpenAiBody>),
}

/// A caller's own body and where in it the few things are that we may have to change.
#[derive(Debug)]
pub(crate) struct OpenAiBody {
    pub(crate) bytes: Bytes,
    pub(crate) model: Range<usize>,
    pub(crate) stream: Option<Range<usize>>,
    pub(crate) stream_options: Option<Range<usize>>,
    pub(crate) has_tools: bool,
    pub(crate) has_schema: bool,
    pub(crate) max_tokens: Option<u32>,
    /// Read in full only when a target speaks another format.
    pub(crate) parsed: OnceLock<Result<Conversation, BadRequest>>,
}

/// What a model must be able to do for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Call tools.
    pub tools: bool,
    /// See pictures.
    pub vision: bool,
    /// Follow a JSON schema.
    pub schema: bool,
    /// Read about this many tokens (a quarter of the bytes).
    pub input_tokens: u64,
    /// Write at most this many, when the caller says so.
    pub max_tokens: Option<u32>,
}

impl ChatRequest {
    /// A request of our own.
    pub fn new(model: impl Into<String>, conversation: Conversation, stream: bool) -> Self {
        Self {
            model: model.into(),
            stream,
            include_usage: true,
            source: Source::Own(Box::new(conversation)),
        }
    }

    /// The body of `POST /v1/chat/completions`, kept as it is. Only what routing needs is read now.
    pub fn from_openai(body: Bytes) -> Result<Self, BadRequest> {
        let head = surface::read_head(body)?;
        Ok(Self {
            model: head.model,
            stream: head.stream,
            include_usage: head.include_usage,
            source: Source::OpenAi(Box::new(head.body)),
        })
    }

    /// The conversation, read from the caller's body at the first call.
    pub fn conversation(&self) -> Result<&Conversation, BadRequest> {
        match &self.source {
            Source::Own(conversation) => Ok(conversation),
            Source::OpenAi(body) => body
                .parsed
                .get_or_init(|| surface::read_conversation(&body.bytes))
                .as_ref()
                .map_err(Clone::clone),
        }
    }

    /// The caller's own body, when there is one.
    pub fn openai_body(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Own(_) => None,
            Source::OpenAi(body) => Some(&body.bytes),
        }
    }

    /// The caller's body for another server that speaks the same format: the model replaced, the usage
    /// event asked for, every other byte as it was.
    pub(crate) fn spliced(&self, model: &str, stream: bool) -> Option<Bytes> {
        match &self.source {
            Source::Own(_) => None,
            Source::OpenAi(body) => Some(body.spliced(model, stream)),
        }
    }

    /// What a model must be able to do for it.
    pub fn needs(&self) -> Needs {
        match &self.source {
            Source::Own(c) => Needs {
                tools: !c.tools.is_empty(),
                vision: c.has_images(),
                schema: matches!(c.response_format, crate::ResponseFormat::Schema { .. }),
                input_tokens: own_size(c) / 4,
                max_tokens: c.max_tokens,
            },
            Source::OpenAi(body) => Needs {
                tools: body.has_tools,
                vision: memmem::find(&body.bytes, b"\"image_url\"").is_some(),
                schema: body.has_schema,
                input_tokens: without_data(&body.bytes) as u64 / 4,
                max_tokens: body.max_tokens,
            },
        }
    }
}

fn own_size(conversation: &Conversation) -> u64 {
    let parts = conversation.messages.iter().flat_map(|message| &message.parts);
    let words: usize = parts
        .map(|part| match part {
            crate::Part::Text(text) => text.len(),
            // A picture costs about as much as a page, whatever its bytes.
            _ => 4_000,
        })
        .sum();
    let calls = conversation
        .messages
        .iter()
        .flat_map(|message| &message.tool_calls);
    let calls: usize = calls.map(|call| call.arguments.len() + call.name.len()).sum();
    let tools: usize = conversation
        .tools
        .iter()
        .map(|t| t.parameters.as_ref().map_or(40, |p| p.get().len() + 40))
        .sum();
    (words + calls + tools) as u64
}

/// The length of a body without the pictures and documents in it, each of which costs about a page.
fn without_data(body: &[u8]) -> usize {
    const MARK: &[u8] = b";base64,";
    const PAGE: usize = 4_000;
    let mut length = body.len();
    let mut rest = body;
    while let Some(at) = memmem::find(rest, MARK) {
        rest = &rest[at + MARK.len()..];
        let data = memchr::memchr(b'"', rest).unwrap_or(rest.len());
        length = length - data + data.min(PAGE);
        rest = &rest[data..];
    }
    length
}

impl OpenAiBody {
    fn spliced(&self, model: &str, stream: bool) -> Bytes {
        const USAGE: &[u8] = b"\"stream_options\":{\"include_usage\":true},";
        // (where, what), in the order of the body
        let mut edits: Vec<(Range<usize>, Bytes)> = Vec::with_capacity(3);
        let mut front: &[u8] = b"";
        let quoted = serde_json::to_vec(model).unwrap_or_default();
        if self.bytes[self.model.clone()] != quoted[..] {
            edits.push((self.model.clone(), quoted.into()));
        }
        let wanted: &'static [u8] = if stream { b"true" } else { b"false" };
        let stream_front: &[u8] = match &self.stream {
            Some(at) if self.bytes[at.clone()] != *wanted => {
                edits.push((at.clone(), Bytes::from_static(wanted)));
                b""
            }
            None if stream => b"\"stream\":true,",
            _ => b"",
        };
        if stream {
            match &self.stream_options {
                None => front = USAGE,
                Some(at) => edits.extend(with_usage(&self.bytes[at.clone()]).map(|new| (at.clone(), new))),
            }
        }
        if edits.is_empty() && front.is_empty() && stream_front.is_empty() {
            return self.bytes.clone();
        }
        edits.sort_unstable_by_key(|(at, _)| at.start);
        let extra: usize = edits.iter().map(|(_, new)| new.len()).sum();
        let mut out = BytesMut::with_capacity(self.bytes.len() + extra + front.len() + stream_front.len());
        // The body is an object with at least a model in it, so a comma after our fields is right.
        let brace = memchr::memchr(b'{', &self.bytes).map_or(0, |at| at + 1);
        out.put_slice(&self.bytes[..brace]);
        out.put_slice(front);
        out.put_slice(stream_front);
        let mut at = brace;
        for (range, new) in edits {
            out.put_slice(&self.bytes[at..range.start]);
            out.put_slice(&new);
            at = range.end;
        }
        out.put_slice(&self.bytes[at..]);
        out.freeze()
    }
}

/// The caller's `stream_options` with the usage event asked for; `None` when it already is.
fn with_usage(options: &[u8]) -> Option<Bytes> {
    let mut options: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(options).unwrap_or_default();
    if options.get("include_usage") == Some(&serde_json::Value::Bool(true)) {
        return None;
    }
    options.insert("include_usage".into(), true.into());
    serde_json::to_vec(&options).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spliced(body: &str, model: &str, stream: bool) -> String {
        let request = ChatRequest::from_openai(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        String::from_utf8(request.spliced(model, stream).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn only_the_model_changes() {
        let body = r#"{ "messages":[{"role":"user","content":"model \"x\" é"}],
            "model" : "auto", "x_unknown": [1, 2.50] }"#;
        let expected = body.replace("\"auto\"", "\"gpt-4o\"");
        assert_eq!(spliced(body, "gpt-4o", false), expected);
        assert_eq!(spliced(body, "auto", false), body);
    }

    #[test]
    fn usage_is_asked_for() {
        let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
        for (body, expected) in [
            (
                format!(r#"{{"model":"m",{messages},"stream":true}}"#),
                format!(
                    r#"{{"stream_options":{{"include_usage":true}},"model":"n",{messages},"stream":true}}"#
                ),
            ),
            (
                format!(
                    r#"{{"stream_options":{{"include_usage":true}},"model":"m",{messages},"stream":true}}"#
                ),
                format!(
                    r#"{{"stream_options":{{"include_usage":true}},"model":"n",{messages},"stream":true}}"#
                ),
            ),
            (
                format!(
                    r#"{{"model":"m",{messages},"stream":true,"stream_options":{{"include_usage":false}}}}"#
                ),
                format!(
                    r#"{{"model":"n",{messages},"stream":true,"stream_options":{{"include_usage":true}}}}"#
                ),
            ),
            (
                format!(r#"{{"model":"m",{messages},"stream":true,"stream_options":null}}"#),
                format!(
                    r#"{{"model":"n",{messages},"stream":true,"stream_options":{{"include_usage":true}}}}"#
                ),
            ),
            (
                format!(r#"{{"model":"m",{messages}}}"#),
                format!(
                    r#"{{"stream_options":{{"include_usage":true}},"stream":true,"model":"n",{messages}}}"#
                ),
            ),
        ] {
            assert_eq!(spliced(&body, "n", true), expected);
        }
        let body = format!(r#"{{"model":"m",{messages},"stream":true}}"#);
        let expected = format!(r#"{{"model":"n",{messages},"stream":false}}"#);
        assert_eq!(spliced(&body, "n", false), expected);
    }

    #[test]
    fn needs_are_read_from_either_form() {
        let body = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":
            {"url":"data:image/png;base64,AA=="}}]}],"tools":[{"type":"function","function":{"name":"f"}}],
            "max_tokens":7}"#;
        let request = ChatRequest::from_openai(Bytes::from_static(body.as_bytes())).unwrap();
        let needs = request.needs();
        assert!(needs.tools && needs.vision && !needs.schema);
        assert_eq!(needs.max_tokens, Some(7));
        let picture = body.replace("AA==", &"A".repeat(1_000_000));
        let large = ChatRequest::from_openai(Bytes::from(picture)).unwrap();
        assert!(large.needs().input_tokens < 1_200, "a picture is a page");
        let own = ChatRequest::new("m", request.conversation().unwrap().clone(), false);
        let own = own.needs();
        assert_eq!(
            (own.tools, own.vision, own.schema, own.max_tokens),
            (true, true, false, Some(7))
        );
    }
}
