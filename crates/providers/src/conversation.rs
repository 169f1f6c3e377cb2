//! What is asked, free of any provider's format.

use serde_json::value::RawValue;

/// A conversation and how it should be answered.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// What was said so far, oldest first.
    pub messages: Vec<Message>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must, may or must not call.
    pub tool_choice: Option<ToolChoice>,
    /// `false` forbids several calls in one answer.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the answer.
    pub response_format: ResponseFormat,
    /// How long the answer may be, in tokens.
    pub max_tokens: Option<u32>,
    /// How free the choice of words is.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Where the answer ends.
    pub stop: Vec<String>,
    /// For repeatable answers, where the provider can.
    pub seed: Option<i64>,
    /// How much the model should think first.
    pub reasoning: Option<Effort>,
    /// Who asks, for the provider's abuse detection.
    pub user: Option<String>,
    /// Punishes what was said already.
    pub frequency_penalty: Option<f64>,
    /// Rewards new subjects.
    pub presence_penalty: Option<f64>,
    /// Fields of OpenAI's format that have no counterpart here, kept for targets that speak it.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Conversation {
    /// A conversation of these messages.
    pub fn new(messages: Vec<Message>) -> Self {
        Self {
            messages,
            ..Self::default()
        }
    }

    /// Whether a picture is among the messages.
    pub fn has_images(&self) -> bool {
        self.messages
            .iter()
            .flat_map(|m| &m.parts)
            .any(|part| matches!(part, Part::Image { .. }))
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The house: instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// What a tool answered.
    Tool,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// What the model called ([`Role::Assistant`] only).
    pub tool_calls: Vec<ToolCall>,
    /// Which call this answers ([`Role::Tool`] only).
    pub tool_call_id: Option<String>,
    /// The speaker's name among several.
    pub name: Option<String>,
    /// Whether it stays when a conversation is cut to a window: what it brings is still spoken of.
    pub stays: bool,
}

impl Message {
    /// A message of text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            parts: vec![Part::Text(text.into())],
            tool_calls: vec![],
            tool_call_id: None,
            name: None,
            stays: false,
        }
    }

    /// Instructions.
    pub fn system(text: impl Into<String>) -> Self {
        Self::text(Role::System, text)
    }

    /// What the person says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::text(Role::User, text)
    }

    /// What the model said.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::text(Role::Assistant, text)
    }

    /// The answer of a tool.
    pub fn tool(call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            tool_call_id: Some(call_id.into()),
            ..Self::text(Role::Tool, text)
        }
    }

    /// All text of the message, joined.
    pub fn plain(&self) -> String {
        let mut all = String::new();
        for part in &self.parts {
            if let Part::Text(text) = part {
                all.push_str(text);
            }
        }
        all
    }
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Words.
    Text(String),
    /// A picture.
    Image {
        /// Where it is.
        source: Source,
        /// `low`, `high` or `auto`: how closely to look (OpenAI's formats only).
        detail: Option<String>,
    },
    /// Sound.
    Audio {
        /// Base64.
        data: String,
        /// `wav`, `mp3`.
        format: String,
    },
    /// A document.
    File {
        /// Where it is.
        source: Source,
        /// Its name.
        name: Option<String>,
    },
}

/// Where a picture or a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// At an address that the provider fetches.
    Url(String),
    /// Here.
    Data {
        /// `image/png`.
        mime: String,
        /// Base64 with padding.
        base64: String,
    },
    /// Already uploaded to the provider.
    Id(String),
}

/// A call that the model made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Joins call and answer.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// A JSON object, as text.
    pub arguments: String,
    /// Gemini's thought signature: handed back as it came, or Gemini 3 refuses to go on.
    pub signature: Option<String>,
}

/// Something that the model may call.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON schema of its arguments, as it was written: the order of keys is part of the cached prompt.
    pub parameters: Option<Box<RawValue>>,
    /// Whether the arguments must follow the schema exactly.
    pub strict: Option<bool>,
}

/// Whether the model calls tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// Not at all.
    None,
    /// At least one.
    Required,
    /// This one.
    Named(String),
}

/// The form of the answer.
#[derive(Debug, Clone, Default)]
pub enum ResponseFormat {
    /// Words.
    #[default]
    Text,
    /// Some JSON object.
    Json,
    /// JSON after a schema.
    Schema {
        /// A name for it.
        name: String,
        /// The schema, as it was written.
        schema: Box<RawValue>,
        /// Whether it must be followed exactly.
        strict: Option<bool>,
    },
}

/// How much to think before answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Not at all, where the model can.
    None,
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// The usual.
    Medium,
    /// Long.
    High,
    /// As long as it takes.
    Max,
}

impl Effort {
    /// OpenAI's word for it.
    pub const fn openai(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Max => "xhigh",
        }
    }

    /// From OpenAI's word.
    pub fn from_openai(text: &str) -> Option<Self> {
        Some(match text {
            "none" => Self::None,
            "minimal" => Self::Minimal,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "xhigh" | "max" => Self::Max,
            _ => return None,
        })
    }
}
