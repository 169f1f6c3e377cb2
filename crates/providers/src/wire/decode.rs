//! The events of a stream become frames.

use bytes::{Bytes, BytesMut};

use super::{anthropic, gemini, openai};
use crate::answer::{Chunk, Frame};
use crate::sse::Event;
use crate::{ErrorKind, ProviderError, ProviderKind};

/// What the events of one piece amount to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    chunks: Vec<Chunk>,
    raw: Raw,
    has_content: bool,
}

#[derive(Debug, Default)]
enum Raw {
    #[default]
    None,
    One(Bytes),
    Many(BytesMut),
}

impl Output {
    pub fn push(&mut self, chunk: Chunk) {
        self.has_content |= chunk.is_content();
        self.chunks.push(chunk);
    }

    /// Passes an event on: as it came if possible, else written anew.
    pub fn pass(&mut self, event: Event) {
        let bytes = event.raw.unwrap_or_else(|| rewrite(&event.data));
        self.raw = match std::mem::take(&mut self.raw) {
            Raw::None => Raw::One(bytes),
            Raw::One(first) => {
                let mut many = BytesMut::with_capacity((first.len() + bytes.len()) * 4);
                many.extend_from_slice(&first);
                many.extend_from_slice(&bytes);
                Raw::Many(many)
            }
            Raw::Many(mut many) => {
                many.extend_from_slice(&bytes);
                Raw::Many(many)
            }
        };
    }

    pub fn has_content(&mut self) {
        self.has_content = true;
    }

    pub fn into_chunks(self) -> Vec<Chunk> {
        self.chunks
    }

    fn take(&mut self) -> Option<Frame> {
        let raw = match std::mem::take(&mut self.raw) {
            Raw::None => None,
            Raw::One(bytes) => Some(bytes),
            Raw::Many(bytes) => Some(bytes.freeze()),
        };
        if raw.is_none() && self.chunks.is_empty() {
            return None;
        }
        let chunks = std::mem::take(&mut self.chunks);
        let has_content = std::mem::take(&mut self.has_content);
        Some(Frame {
            chunks,
            raw,
            has_content,
        })
    }
}

/// `data: …` for an event that came in another form.
fn rewrite(data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len() + 8);
    for line in data.split(|b| *b == b'\n') {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line);
        out.extend_from_slice(b"\n");
    }
    out.extend_from_slice(b"\n");
    out.freeze()
}

/// The reader of one stream.
pub(crate) struct Decoder {
    provider: ProviderKind,
    out: Output,
    format: Format,
    is_done: bool,
    is_passing: bool,
}

enum Format {
    OpenAi(openai::stream::Reader),
    Anthropic(anthropic::stream::Reader),
    Gemini(gemini::stream::Reader),
}

/// How far a stream is after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// More is to come.
    Going,
    /// That was the last one.
    Done,
}

impl Decoder {
    /// `pass`: the caller's own body is passed through, and whether its usage event is wanted.
    pub fn openai(provider: ProviderKind, pass: Option<bool>) -> Self {
        let reader = openai::stream::Reader::new(provider, pass);
        Self {
            is_passing: pass.is_some(),
            ..Self::with(provider, Format::OpenAi(reader))
        }
    }

    pub fn anthropic(provider: ProviderKind) -> Self {
        Self::with(
            provider,
            Format::Anthropic(anthropic::stream::Reader::new(provider)),
        )
    }

    pub fn gemini(provider: ProviderKind) -> Self {
        Self::with(provider, Format::Gemini(gemini::stream::Reader::new(provider)))
    }

    fn with(provider: ProviderKind, format: Format) -> Self {
        Self {
            provider,
            out: Output::default(),
            format,
            is_done: false,
            is_passing: false,
        }
    }

    pub fn event(&mut self, event: Event) -> Result<(), ProviderError> {
        if event.data.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let progress = match &mut self.format {
            Format::OpenAi(reader) => reader.event(event, &mut self.out),
            Format::Anthropic(reader) => reader.event(&event.data, &mut self.out),
            Format::Gemini(reader) => reader.event(&event.data, &mut self.out),
        }?;
        self.is_done = progress == Progress::Done;
        Ok(())
    }

    /// The stream's own mark of its end was seen.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// The connection's answer ended. Whether the stream was whole.
    pub fn end(&mut self) -> bool {
        let is_whole = self.is_done
            || match &mut self.format {
                Format::OpenAi(reader) => reader.end(),
                Format::Anthropic(_) => false,
                Format::Gemini(reader) => reader.end(&mut self.out),
            };
        self.is_done = is_whole;
        is_whole
    }

    pub fn take_frame(&mut self) -> Option<Frame> {
        let mut frame = self.out.take()?;
        if self.is_passing && frame.raw.is_none() {
            frame.raw = Some(Bytes::new());
        }
        Some(frame)
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// An event that is not what it should be.
pub(crate) fn garbage(provider: ProviderKind, error: &serde_json::Error) -> ProviderError {
    ProviderError::new(provider, ErrorKind::Garbage).with_detail(&error.to_string())
}
