//! What comes back, free of any provider's format.

use bytes::Bytes;

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// The answer begins. Always the first chunk, exactly once.
    Start {
        /// The provider's id of the answer.
        id: String,
        /// The model that answers, as the provider names it; empty when it does not say.
        model: String,
    },
    /// Words of the answer.
    Text(String),
    /// Words of the thinking before it.
    Reasoning(String),
    /// Words of a refusal (OpenAI says them in a field of their own).
    Refusal(String),
    /// A call of a tool, in pieces: the first has `id` and `name`, each adds to `arguments`.
    ToolCall {
        /// Which call of this answer, from 0.
        index: u32,
        /// With the first piece.
        id: Option<String>,
        /// With the first piece.
        name: Option<String>,
        /// The next piece of the JSON text.
        arguments: String,
        /// See [`ToolCall::signature`](crate::ToolCall).
        signature: Option<String>,
    },
    /// What it cost so far. A later one replaces an earlier one.
    Usage(Usage),
    /// Why it ended. After it only [`Chunk::Usage`] follows.
    Finish(FinishReason),
}

impl Chunk {
    /// Whether a person or a program can see something of the answer in it. After such a chunk nobody may
    /// change to another provider any more.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Text(text) | Self::Reasoning(text) | Self::Refusal(text) => !text.is_empty(),
            Self::ToolCall { .. } => true,
            Self::Start { .. } | Self::Usage(_) | Self::Finish(_) => false,
        }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// It was complete.
    Stop,
    /// It became too long.
    Length,
    /// The model waits for its tools.
    ToolCalls,
    /// The provider's filter ended it.
    ContentFilter,
}

impl FinishReason {
    /// OpenAI's word for it.
    pub const fn openai(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
        }
    }

    /// From OpenAI's word; what is unknown ended somehow.
    pub fn from_openai(text: &str) -> Self {
        match text {
            "length" => Self::Length,
            "tool_calls" | "function_call" => Self::ToolCalls,
            "content_filter" => Self::ContentFilter,
            _ => Self::Stop,
        }
    }
}

/// Tokens, counted one way for every provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Everything that was read, cached or not.
    pub input_tokens: u64,
    /// Of these, read from the provider's cache.
    pub cached_tokens: u64,
    /// Of `input_tokens`, written to the provider's cache (Anthropic charges more for them).
    pub cache_write_tokens: u64,
    /// Everything that was written, thinking included.
    pub output_tokens: u64,
    /// Of these, thinking.
    pub reasoning_tokens: u64,
}

/// One step of a stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// What it means. When `raw` is set, text and tool calls are left out, because nobody reads them.
    pub chunks: Vec<Chunk>,
    /// Only when the caller's own OpenAI body is passed through: the provider's event (or several), each
    /// complete with `data: ` and its empty line, without `[DONE]`, without a usage event that the caller
    /// did not ask for. Write it as it is. Empty events of pure bookkeeping are `Some(empty)`.
    pub raw: Option<Bytes>,
    /// Whether something of the answer is in it.
    pub has_content: bool,
}

impl Frame {
    /// A frame of chunks.
    pub fn of(chunks: Vec<Chunk>) -> Self {
        let has_content = chunks.iter().any(Chunk::is_content);
        Self {
            chunks,
            raw: None,
            has_content,
        }
    }

    /// The latest count of tokens in it.
    pub fn usage(&self) -> Option<&Usage> {
        self.chunks.iter().rev().find_map(|chunk| match chunk {
            Chunk::Usage(usage) => Some(usage),
            _ => None,
        })
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The provider's id of it.
    pub id: String,
    /// The model that answered, as the provider names it.
    pub model: String,
    /// The words. `None` when there are only calls.
    pub text: Option<String>,
    /// The thinking, where the provider shows it.
    pub reasoning: Option<String>,
    /// A refusal in words.
    pub refusal: Option<String>,
    /// What the model calls.
    pub tool_calls: Vec<crate::ToolCall>,
    /// Why it ended.
    pub finish: FinishReason,
    /// Tokens; `None` when the provider does not say.
    pub usage: Option<Usage>,
    /// Only when the caller's own OpenAI body was passed through: the provider's answer as it came. `text`
    /// and the like are then left empty.
    pub raw: Option<Bytes>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            id: String::new(),
            model: String::new(),
            text: None,
            reasoning: None,
            refusal: None,
            tool_calls: Vec::new(),
            finish: FinishReason::Stop,
            usage: None,
            raw: None,
        }
    }
}

impl Answer {
    /// The same answer as a stream would have brought it.
    pub fn into_chunks(self) -> Vec<Chunk> {
        let mut chunks = vec![Chunk::Start {
            id: self.id,
            model: self.model,
        }];
        chunks.extend(self.reasoning.map(Chunk::Reasoning));
        chunks.extend(self.text.map(Chunk::Text));
        chunks.extend(self.refusal.map(Chunk::Refusal));
        for (index, call) in self.tool_calls.into_iter().enumerate() {
            chunks.push(Chunk::ToolCall {
                index: index as u32,
                id: Some(call.id),
                name: Some(call.name),
                arguments: call.arguments,
                signature: call.signature,
            });
        }
        chunks.push(Chunk::Finish(self.finish));
        chunks.extend(self.usage.map(Chunk::Usage));
        chunks
    }
}

/// Puts the chunks of a stream together again.
#[derive(Debug, Default)]
pub struct Collector {
    answer: Answer,
}

impl Collector {
    /// Adds one chunk.
    pub fn push(&mut self, chunk: Chunk) {
        let add = |to: &mut Option<String>, text: String| match to {
            Some(all) => all.push_str(&text),
            None => *to = Some(text),
        };
        match chunk {
            Chunk::Start { id, model } => {
                self.answer.id = id;
                self.answer.model = model;
            }
            Chunk::Text(text) => add(&mut self.answer.text, text),
            Chunk::Reasoning(text) => add(&mut self.answer.reasoning, text),
            Chunk::Refusal(text) => add(&mut self.answer.refusal, text),
            Chunk::ToolCall {
                index,
                id,
                name,
                arguments,
                signature,
            } => {
                let calls = &mut self.answer.tool_calls;
                // A provider cannot make us allocate by naming call number four billion.
                let index = (index as usize).min(calls.len());
                if index == calls.len() {
                    calls.push(crate::ToolCall {
                        id: String::new(),
                        name: String::new(),
                        arguments: String::new(),
                        signature: None,
                    });
                }
                let call = &mut calls[index];
                if let Some(id) = id {
                    call.id = id;
                }
                if let Some(name) = name {
                    call.name = name;
                }
                call.arguments.push_str(&arguments);
                call.signature = signature.or(call.signature.take());
            }
            Chunk::Usage(usage) => self.answer.usage = Some(usage),
            Chunk::Finish(finish) => self.answer.finish = finish,
        }
    }

    /// The answer so far.
    pub fn finish(self) -> Answer {
        self.answer
    }
}
