//! What has been written of an answer, in memory. The writer appends; each reader has an offset of its own and is woken
//! when there is more. A reader that goes away changes nothing.

use std::time::Duration;

use db::FileId;
use db::kinds::MessageStatus;
use kit::api::{ApiError, Code, Detail};
use parking_lot::Mutex;
use providers::Chunk;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::tools::ToolUse;
use crate::{Attempt, Outcome};

/// Why an answer is not whole, as the person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageError)]
pub struct AnswerError {
    /// A code of the API.
    pub code: String,
    /// One sentence.
    pub error: String,
    /// One row for each attempt.
    #[serde(default)]
    #[schema(value_type = Vec<Detail>)]
    pub details: Vec<AttemptDetail>,
}

/// One attempt in an error.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttemptDetail {
    /// `provider/model`.
    pub field: String,
    /// What happened.
    pub message: String,
    /// The error's kind.
    pub code: Option<String>,
}

/// Tokens, cost and times of one answer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageUsage)]
pub struct AnswerUsage {
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache.
    pub cached_tokens: u64,
    /// Tokens thought.
    pub reasoning_tokens: u64,
    /// Millionths of a US dollar; null when the price is unknown.
    pub cost_micros: Option<i64>,
    /// Milliseconds until the first word.
    pub first_word_ms: Option<i64>,
    /// Milliseconds until the end.
    pub total_ms: i64,
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CitationKind {
    /// A page of a file.
    File,
}

/// A source that an answer cites as `[n]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// The number in the text.
    pub n: u32,
    /// What it is.
    pub kind: CitationKind,
    /// The file.
    pub file_id: FileId,
    /// Its name when it was cited.
    pub name: String,
    /// The page, from 1; null for a file without text, such as a picture.
    pub page: Option<i32>,
    /// How the page, or what was shown of it, begins.
    pub snippet: String,
}

/// What has been written so far.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The words.
    pub text: String,
    /// The thinking before them.
    pub reasoning: String,
    /// Who was tried.
    pub attempts: Vec<Attempt>,
    /// Who answers.
    pub provider: Option<String>,
    /// With what.
    pub model: Option<String>,
    /// The tools that were called for it.
    pub tools: Vec<ToolUse>,
    /// A number of the business that was computed, with everything that it came from.
    pub business: Option<Value>,
    /// What it cites, at the end.
    pub sources: Vec<Citation>,
    /// Tokens, cost and times, at the end.
    pub usage: Option<AnswerUsage>,
    /// Why it is not whole.
    pub error: Option<AnswerError>,
    /// Set at the end, when the store has it.
    pub ended: Option<MessageStatus>,
}

/// What has been written, shared by the writer and the readers.
#[derive(Debug)]
pub struct Buffer {
    /// Bytes of text that were there before it began (when an answer is continued).
    pub began_at: usize,
    progress: Mutex<Progress>,
    changed: watch::Sender<u64>,
}

impl Buffer {
    /// One that goes on after what was written before.
    pub fn after(written: Progress) -> Self {
        Self {
            began_at: written.text.len(),
            ..Self::copy_of(written)
        }
    }

    /// The copy of one that is written elsewhere.
    pub fn copy_of(progress: Progress) -> Self {
        Self {
            began_at: 0,
            progress: Mutex::new(progress),
            changed: watch::Sender::new(0),
        }
    }

    /// Changes what has been written and wakes the readers.
    pub fn update<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let result = change(&mut self.progress.lock());
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
        result
    }

    /// Adds what a provider said.
    pub fn append(&self, chunks: &[Chunk]) {
        if !chunks.iter().any(Chunk::is_content) {
            return;
        }
        self.update(|p| {
            for chunk in chunks {
                match chunk {
                    Chunk::Text(text) | Chunk::Refusal(text) => p.text.push_str(text),
                    Chunk::Reasoning(text) => p.reasoning.push_str(text),
                    Chunk::Start { .. } | Chunk::ToolCall { .. } | Chunk::Usage(_) | Chunk::Finish(_) => {}
                }
            }
        });
    }

    /// Looks at what has been written.
    pub fn look<T>(&self, look: impl FnOnce(&Progress) -> T) -> T {
        look(&self.progress.lock())
    }

    /// Is woken by every change from now on.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Waits until `look` answers something.
    pub async fn wait_for<T>(&self, mut look: impl FnMut(&Progress) -> Option<T>) -> T {
        let mut watch = self.watch();
        loop {
            watch.borrow_and_update();
            if let Some(found) = self.look(&mut look) {
                return found;
            }
            // The sender lives as long as `self`, so this cannot end with an error.
            let _ = watch.changed().await;
        }
    }

    /// Waits until a person can see something of it, or it has ended without.
    pub async fn first_content(&self) {
        let began = self.began_at;
        self.wait_for(|p| {
            (p.text.len() > began || !p.reasoning.is_empty() || p.ended.is_some()).then_some(())
        })
        .await;
    }

    /// Waits until it has ended and the store has it.
    pub async fn ended(&self) -> MessageStatus {
        self.wait_for(|p| p.ended).await
    }

    /// The error of an answer that ended before its first word.
    pub fn refusal(&self) -> Option<ApiError> {
        self.look(|p| refusal(p, self.began_at))
    }
}

fn refusal(progress: &Progress, began_at: usize) -> Option<ApiError> {
    if progress.ended != Some(MessageStatus::Failed)
        || progress.text.len() > began_at
        || !progress.reasoning.is_empty()
    {
        return None;
    }
    let error = progress.error.as_ref()?;
    let code = match error.code.as_str() {
        "INVALID_PROVIDER_KEY" => Code::InvalidProviderKey,
        "NO_PROVIDER_KEY" => Code::NoProviderKey,
        "VALIDATION_FAILED" => Code::ValidationFailed,
        "BUDGET_EXCEEDED" => Code::BudgetExceeded,
        "UNAVAILABLE" => Code::Unavailable,
        "INTERNAL" => Code::Internal,
        _ => Code::AllProvidersFailed,
    };
    let mut answer = ApiError::new(code, error.error.clone());
    answer.details = error
        .details
        .iter()
        .map(|d| Detail {
            field: d.field.clone(),
            message: d.message.clone(),
            code: d.code.clone(),
        })
        .collect();
    let waits = progress.attempts.iter().filter_map(|a| a.retry_after_ms);
    answer.retry_after = waits.min().map(Duration::from_millis);
    Some(answer)
}

impl From<&ApiError> for AnswerError {
    fn from(error: &ApiError) -> Self {
        let code = serde_json::to_value(error.code)
            .ok()
            .and_then(|c| c.as_str().map(str::to_owned));
        let details = error.details.iter().map(|d| AttemptDetail {
            field: d.field.clone(),
            message: d.message.clone(),
            code: d.code.clone(),
        });
        Self {
            code: code.unwrap_or_default(),
            error: error.message.clone(),
            details: details.collect(),
        }
    }
}

impl AnswerError {
    /// A provider stopped in the middle of its answer.
    pub fn broken_off(error: &providers::ProviderError) -> Self {
        Self {
            code: "BROKEN_OFF".into(),
            error: error.message(),
            details: Vec::new(),
        }
    }
}

impl From<&Outcome> for AnswerUsage {
    fn from(outcome: &Outcome) -> Self {
        Self {
            input_tokens: outcome.usage.input_tokens,
            output_tokens: outcome.usage.output_tokens,
            cached_tokens: outcome.usage.cached_tokens,
            reasoning_tokens: outcome.usage.reasoning_tokens,
            cost_micros: outcome.cost_micros,
            first_word_ms: outcome.first_word_ms,
            total_ms: outcome.total_ms,
        }
    }
}
