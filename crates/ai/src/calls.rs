//! The log of calls: one row for each question that was put to models, with every attempt, tokens, price and times.

use std::time::Duration;

use db::entity::ai_calls;
use db::{DbError, MessageId, Tx};
use kit::clock::Timestamp;
use kit::measure::Name;
use parking_lot::Mutex;
use providers::Usage;
use sea_orm::{EntityTrait, IntoActiveModel};
use tokio::sync::Notify;

use crate::budgets::{self, Hold};
use crate::{Ai, Asker, Attempt};

/// What a model was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An answer in a thread.
    Chat,
    /// A thread's title.
    Title,
    /// Words about a file.
    Analysis,
    /// A program's question at `/v1`.
    Api,
    /// Vectors.
    Embedding,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Title => "title",
            Self::Analysis => "analysis",
            Self::Api => "api",
            Self::Embedding => "embedding",
        }
    }
}

/// What a call came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// On whose account.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// Which answer it wrote.
    pub message: Option<MessageId>,
    /// Who answered, or was tried last.
    pub provider: &'static str,
    /// The provider's name of the model.
    pub model: String,
    /// `ok` or the code of the error.
    pub status: &'static str,
    /// Tokens.
    pub usage: Usage,
    /// Millionths of a US dollar; none when the price is unknown.
    pub cost_micros: Option<i64>,
    /// Until the first word.
    pub first_word_ms: Option<i64>,
    /// Until the end.
    pub total_ms: i64,
    /// Each attempt.
    pub attempts: Vec<Attempt>,
    /// When it began.
    pub at: Timestamp,
    /// What was set aside for it, to be settled when it is written down.
    pub(crate) holds: Vec<Hold>,
}

impl Outcome {
    /// A call that begins.
    pub(crate) fn blank(asker: Asker, purpose: Purpose, message: Option<MessageId>, at: Timestamp) -> Self {
        Self {
            asker,
            purpose,
            message,
            provider: "",
            model: String::new(),
            status: "ok",
            usage: Usage::default(),
            cost_micros: None,
            first_word_ms: None,
            total_ms: 0,
            attempts: Vec::with_capacity(1),
            at,
            holds: Vec::new(),
        }
    }

    /// What was set aside, each with what the call came to.
    fn settled(&self) -> impl Iterator<Item = (Hold, i64)> {
        let cost = self.cost_micros.unwrap_or(0);
        self.holds.iter().map(move |hold| (*hold, cost))
    }

    fn row(&self) -> ai_calls::Model {
        ai_calls::Model {
            workspace_id: self.asker.workspace,
            id: kit::ids::new_id(),
            user_id: self.asker.user,
            message_id: self.message,
            purpose: self.purpose.name().to_owned(),
            provider: self.provider.to_owned(),
            model: storable(&self.model),
            status: self.status.to_owned(),
            input_tokens: self.usage.input_tokens as i64,
            output_tokens: self.usage.output_tokens as i64,
            cached_tokens: self.usage.cached_tokens as i64,
            reasoning_tokens: self.usage.reasoning_tokens as i64,
            cost_micros: self.cost_micros,
            first_word_ms: self.first_word_ms,
            total_ms: self.total_ms,
            // One that worked at once says nothing that the row does not.
            attempts: if self.attempts.len() > 1 || self.status != "ok" {
                serde_json::to_string(&self.attempts).unwrap_or_default()
            } else {
                String::from("[]")
            },
            at: self.at.micros(),
        }
    }
}

/// A model's name as every store takes it: a server may list whatever it likes, and one row that cannot be written
/// would keep all others of its batch waiting.
fn storable(model: &str) -> String {
    model.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Outcomes that wait to be written: many rows in one transaction cost hardly more than one.
#[derive(Debug, Default)]
pub struct Log {
    waiting: Mutex<Vec<Outcome>>,
    some: Notify,
}

/// How long a row may wait.
const WAIT: Duration = Duration::from_millis(250);
/// Rows in one statement.
const BATCH: usize = 500;
/// When the store does not answer for long, the oldest rows are given up beyond this.
const MOST: usize = 100_000;

impl Log {
    /// Something waits.
    pub fn wake(&self) {
        self.some.notify_one();
    }
}

impl Ai {
    /// Writes an outcome in the caller's transaction.
    pub async fn record(&self, tx: &Tx, outcome: &Outcome) -> Result<(), DbError> {
        self.measure(outcome);
        ai_calls::Entity::insert(outcome.row().into_active_model())
            .exec_without_returning(&**tx)
            .await?;
        budgets::settle(self, tx, outcome.settled().collect()).await
    }

    /// Writes an outcome soon.
    pub fn record_soon(&self, outcome: Outcome) {
        self.measure(&outcome);
        self.0.log.waiting.lock().push(outcome);
        self.0.log.some.notify_one();
    }

    fn measure(&self, outcome: &Outcome) {
        let recorder = self.db().recorder();
        let mut text = uuid::Uuid::encode_buffer();
        let workspace: &str = outcome.asker.workspace.0.hyphenated().encode_lower(&mut text);
        let (provider, model) = (outcome.provider, outcome.model.as_str());
        let labels = [provider, model, workspace];
        let micros = |ms: i64| u64::try_from(ms).unwrap_or(0).saturating_mul(1000);
        let whole = [provider, model, outcome.status, workspace];
        recorder.note(Name::ModelCalls, &whole, micros(outcome.total_ms));
        if let Some(ms) = outcome.first_word_ms {
            recorder.note(Name::ModelFirstWord, &labels, micros(ms));
        }
        recorder.note(Name::ModelTokensIn, &labels, outcome.usage.input_tokens);
        recorder.note(Name::ModelTokensOut, &labels, outcome.usage.output_tokens);
        if let Some(cost) = outcome.cost_micros.and_then(|cost| u64::try_from(cost).ok()) {
            recorder.note(Name::ModelCost, &labels, cost);
        }
    }

    /// Writes what waits.
    pub async fn flush(&self) -> Result<(), DbError> {
        budgets::flush(self).await?;
        let rows = std::mem::take(&mut *self.0.log.waiting.lock());
        if rows.is_empty() {
            return Ok(());
        }
        let written = write(self, &rows).await;
        if written.is_err() {
            let mut waiting = self.0.log.waiting.lock();
            let newer = std::mem::replace(&mut *waiting, rows);
            waiting.extend(newer);
            let excess = waiting.len().saturating_sub(MOST);
            waiting.drain(..excess);
        }
        written
    }
}

async fn write(ai: &Ai, rows: &[Outcome]) -> Result<(), DbError> {
    let tx = ai.db().write().await?;
    for batch in rows.chunks(BATCH) {
        let batch = batch.iter().map(|o| o.row().into_active_model());
        ai_calls::Entity::insert_many(batch)
            .exec_without_returning(&*tx)
            .await?;
    }
    let settled = rows.iter().flat_map(Outcome::settled).collect();
    budgets::settle(ai, &tx, settled).await?;
    tx.commit().await
}

/// Begins to write what [`Ai::record_soon`] was given.
pub fn start_writer(ai: &Ai) {
    let ai = ai.clone();
    let life = ai.0.lifecycle.clone();
    life.clone().spawn("call log", async move {
        while !life.is_stopping() {
            tokio::select! {
                () = ai.0.log.some.notified() => {}
                () = life.stopping() => break,
            }
            tokio::time::sleep(WAIT).await;
            if let Err(error) = ai.flush().await {
                tracing::warn!(error = %error, "the call log was not written; it will be tried again");
                tokio::time::sleep(Duration::from_secs(1)).await;
                ai.0.log.some.notify_one();
            }
        }
    });
}
