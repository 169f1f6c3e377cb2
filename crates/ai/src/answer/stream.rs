//! How an answer is sent: as the AI SDK's UI message stream (version 1, <https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol>),
//! or as bare text. Every event carries as its `id` how many UTF-16 units of text were sent with it, so that a reader
//! who was cut off goes on from there.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use db::kinds::MessageStatus;
use futures::Stream;
use http::{HeaderName, HeaderValue};
use kit::api::{event_stream, streaming};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::watch;
use uuid::Uuid;

use super::progress::{AnswerError, AnswerUsage, Buffer, Citation, Progress};

/// What is told at the beginning of a stream.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The answer.
    pub id: Uuid,
    /// What it is about: the metadata of `start`, beside who answers.
    pub about: Map<String, Value>,
    /// What was just stored with it, told as `data-message`.
    pub message: Option<Value>,
}

/// An answer that is being written here, kept for as long as somebody reads it.
pub type Running = Arc<dyn AsRef<Buffer> + Send + Sync>;

/// Where an answer is read from.
pub enum Source {
    /// It is being written here.
    Running(Running),
    /// It has ended and was read from the store.
    Stored(Box<Progress>),
}

/// Counts the UTF-16 units of a text, as JavaScript's `length` does.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The byte at which `units` UTF-16 units have passed: never inside a character, at most the end.
fn byte_at(text: &str, units: usize) -> usize {
    let mut passed = 0;
    for (at, c) in text.char_indices() {
        if passed >= units {
            return at;
        }
        passed += c.len_utf16();
    }
    text.len()
}

/// Writes events.
struct Writer {
    out: String,
    units: usize,
}

impl Writer {
    fn event(&mut self, event: &impl Serialize) {
        // Writing into a String does not fail, and our own types are JSON.
        let json = serde_json::to_string(event).unwrap_or_default();
        let _ = write!(self.out, "id: {}\ndata: {json}\n\n", self.units);
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Part<'a> {
    #[serde(rename_all = "camelCase")]
    Start {
        message_id: Uuid,
        message_metadata: Metadata<'a>,
    },
    DataMessage {
        data: &'a Value,
    },
    DataAttempt {
        data: &'a crate::Attempt,
    },
    #[serde(rename_all = "camelCase")]
    ToolInputAvailable {
        tool_call_id: &'a str,
        tool_name: &'a str,
        input: &'a Value,
    },
    #[serde(rename_all = "camelCase")]
    ToolOutputAvailable {
        tool_call_id: &'a str,
        output: &'a Value,
    },
    #[serde(rename_all = "camelCase")]
    ToolOutputError {
        tool_call_id: &'a str,
        error_text: &'a str,
    },
    DataBusiness {
        data: &'a Value,
    },
    ReasoningStart {
        id: &'a str,
    },
    ReasoningDelta {
        id: &'a str,
        delta: &'a str,
    },
    ReasoningEnd {
        id: &'a str,
    },
    TextStart {
        id: &'a str,
    },
    TextDelta {
        id: &'a str,
        delta: &'a str,
    },
    TextEnd {
        id: &'a str,
    },
    #[serde(rename_all = "camelCase")]
    MessageMetadata {
        message_metadata: Sources<'a>,
    },
    DataUsage {
        data: &'a AnswerUsage,
    },
    DataStatus {
        data: StatusData,
    },
    DataError {
        data: &'a AnswerError,
    },
    #[serde(rename_all = "camelCase")]
    Error {
        error_text: &'a str,
    },
    Finish,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(flatten)]
    about: &'a Map<String, Value>,
    model: Option<&'a str>,
    provider: Option<&'a str>,
}

#[derive(Serialize)]
struct Sources<'a> {
    sources: &'a [Citation],
}

#[derive(Serialize)]
struct StatusData {
    status: MessageStatus,
}

const TEXT: &str = "text";
const REASONING: &str = "reasoning";

/// How far one reader has come.
struct Reader {
    opening: Opening,
    started: bool,
    attempts: usize,
    /// How many calls of tools were told, and how many of their ends.
    tools: (usize, usize),
    reasoning: Option<usize>,
    reasoning_ended: bool,
    text: Option<usize>,
    from: usize,
    units: usize,
    ended: bool,
}

impl Reader {
    fn new(opening: Opening, from: usize) -> Self {
        Self {
            opening,
            started: false,
            attempts: 0,
            tools: (0, 0),
            reasoning: None,
            reasoning_ended: false,
            text: None,
            from,
            units: from,
            ended: false,
        }
    }

    /// Everything that the reader has not seen yet.
    fn news(&mut self, progress: &Progress) -> String {
        let mut writer = Writer {
            out: String::new(),
            units: self.units,
        };
        self.begin(&mut writer, progress);
        for attempt in progress.attempts.iter().skip(self.attempts) {
            writer.event(&Part::DataAttempt { data: attempt });
        }
        self.attempts = progress.attempts.len();
        self.reasoning(&mut writer, progress);
        self.tools(&mut writer, progress);
        self.text(&mut writer, progress);
        if progress.ended.is_some() {
            self.end(&mut writer, progress);
        }
        self.units = writer.units;
        writer.out
    }

    fn begin(&mut self, writer: &mut Writer, progress: &Progress) {
        if self.started || (progress.model.is_none() && progress.ended.is_none()) {
            return;
        }
        self.started = true;
        let metadata = Metadata {
            about: &self.opening.about,
            model: progress.model.as_deref(),
            provider: progress.provider.as_deref(),
        };
        writer.event(&Part::Start {
            message_id: self.opening.id,
            message_metadata: metadata,
        });
        if let Some(message) = self.opening.message.take() {
            writer.event(&Part::DataMessage { data: &message });
        }
    }

    /// Calls of tools follow each other, and so do their ends.
    fn tools(&mut self, writer: &mut Writer, progress: &Progress) {
        for used in progress.tools.iter().skip(self.tools.0) {
            writer.event(&Part::ToolInputAvailable {
                tool_call_id: &used.id,
                tool_name: &used.name,
                input: &used.input,
            });
            self.tools.0 += 1;
        }
        for used in progress.tools.iter().skip(self.tools.1) {
            let tool_call_id = &used.id;
            match (&used.output, &used.error) {
                (Some(output), _) => writer.event(&Part::ToolOutputAvailable { tool_call_id, output }),
                (None, Some(error_text)) => writer.event(&Part::ToolOutputError {
                    tool_call_id,
                    error_text,
                }),
                (None, None) => break,
            }
            self.tools.1 += 1;
        }
    }

    fn reasoning(&mut self, writer: &mut Writer, progress: &Progress) {
        let seen = self.reasoning.unwrap_or(0);
        if progress.reasoning.len() > seen {
            if self.reasoning.is_none() {
                writer.event(&Part::ReasoningStart { id: REASONING });
            }
            writer.event(&Part::ReasoningDelta {
                id: REASONING,
                delta: &progress.reasoning[seen..],
            });
            self.reasoning = Some(progress.reasoning.len());
        }
        let over = progress.ended.is_some() || !progress.text.is_empty();
        if self.reasoning.is_some() && !self.reasoning_ended && over {
            self.reasoning_ended = true;
            writer.event(&Part::ReasoningEnd { id: REASONING });
        }
    }

    fn text(&mut self, writer: &mut Writer, progress: &Progress) {
        if progress.text.is_empty() || !self.started {
            return;
        }
        let at = *self.text.get_or_insert_with(|| {
            let at = byte_at(&progress.text, self.from);
            writer.units = utf16_len(&progress.text[..at]);
            writer.event(&Part::TextStart { id: TEXT });
            at
        });
        if progress.text.len() > at {
            let delta = &progress.text[at..];
            writer.units += utf16_len(delta);
            writer.event(&Part::TextDelta { id: TEXT, delta });
            self.text = Some(progress.text.len());
        }
    }

    fn end(&mut self, writer: &mut Writer, progress: &Progress) {
        self.ended = true;
        if self.text.is_some() {
            writer.event(&Part::TextEnd { id: TEXT });
        }
        if let Some(data) = &progress.business {
            writer.event(&Part::DataBusiness { data });
        }
        if !progress.sources.is_empty() {
            let message_metadata = Sources {
                sources: &progress.sources,
            };
            writer.event(&Part::MessageMetadata { message_metadata });
        }
        if let Some(usage) = &progress.usage {
            writer.event(&Part::DataUsage { data: usage });
        }
        let status = progress.ended.unwrap_or(MessageStatus::Complete);
        writer.event(&Part::DataStatus {
            data: StatusData { status },
        });
        match &progress.error {
            Some(error) => {
                writer.event(&Part::DataError { data: error });
                writer.event(&Part::Error {
                    error_text: &error.error,
                });
            }
            None => writer.event(&Part::Finish),
        }
        writer.out.push_str("data: [DONE]\n\n");
    }
}

/// The answer as a UI message stream from an offset.
pub fn ui_message_stream(source: Source, opening: Opening, from: usize) -> Response {
    let mut reader = Reader::new(opening, from);
    let body = match source {
        Source::Stored(progress) => Body::from(reader.news(&progress)),
        Source::Running(running) => Body::from_stream(follow(running, KEEP_ALIVE, move |progress| {
            let news = reader.news(progress);
            Ok((news, reader.ended))
        })),
    };
    let mut response = event_stream(body);
    response.headers_mut().insert(
        HeaderName::from_static("x-vercel-ai-ui-message-stream"),
        HeaderValue::from_static("v1"),
    );
    response
}

/// The bare text of an answer as it comes. One that breaks off ends in an error of the connection: its reader must
/// not take it for whole, and an error's sentence has no place in the text.
pub fn plain_text(source: Source) -> Response {
    let body = match source {
        Source::Stored(progress) => Body::from(progress.text),
        Source::Running(running) => {
            let mut at = (*running).as_ref().began_at;
            Body::from_stream(follow(running, "", move |progress| {
                let news = progress.text[at..].to_owned();
                at = progress.text.len();
                match progress.ended {
                    Some(MessageStatus::Failed | MessageStatus::Interrupted) if news.is_empty() => {
                        Err(std::io::Error::other("the answer broke off"))
                    }
                    Some(MessageStatus::Failed | MessageStatus::Interrupted) | None => Ok((news, false)),
                    Some(_) => Ok((news, true)),
                }
            }))
        }
    };
    streaming("text/plain; charset=utf-8", body)
}

/// A comment, which readers of event streams pass over.
const KEEP_ALIVE: &str = ": still here\n\n";
/// How long a stream may be silent.
const QUIET: Duration = Duration::from_secs(15);

/// Turns each change of a running answer into bytes, until `news` says that it was the last.
///
/// `idle` is sent when nothing happened for a while, so that proxies do not take the silence for the end.
fn follow<F>(running: Running, idle: &'static str, news: F) -> impl Stream<Item = std::io::Result<Bytes>>
where
    F: FnMut(&Progress) -> std::io::Result<(String, bool)>,
{
    struct State<F> {
        running: Running,
        watch: watch::Receiver<u64>,
        news: F,
        over: bool,
    }
    let watch = (*running).as_ref().watch();
    let state = State {
        running,
        watch,
        news,
        over: false,
    };
    futures::stream::unfold(state, move |mut state| async move {
        loop {
            if state.over {
                return None;
            }
            state.watch.borrow_and_update();
            match (*state.running).as_ref().look(&mut state.news) {
                Ok((bytes, last)) => {
                    state.over = last;
                    if !bytes.is_empty() {
                        return Some((Ok(Bytes::from(bytes)), state));
                    }
                }
                Err(error) => {
                    state.over = true;
                    return Some((Err(error), state));
                }
            }
            // A change can only fail to come when the buffer is gone, and the state holds it.
            if !state.over
                && tokio::time::timeout(QUIET, state.watch.changed()).await.is_err()
                && !idle.is_empty()
            {
                return Some((Ok(Bytes::from_static(idle.as_bytes())), state));
            }
        }
    })
}

#[cfg(test)]
mod tests;
