//! An answer that comes: asked for, read piece by piece, and written down at its end, whichever that is.

use std::time::Instant;

use db::MessageId;
use kit::api::{ApiError, Code};
use kit::clock::Clock;
use providers::{Answer, Chunk, Conversation, Embeddings, Frame, ProviderError, catalog};

use crate::budgets::Held;
use crate::calls::{Outcome, Purpose};
use crate::plan::{Plan, Target};
use crate::trying::{Attempt, Coming, Errand, Failure, Found, Source};
use crate::{Ai, Asker, context};

/// What is asked: the same of everybody, or put for each model in the form that it takes.
pub trait Question: std::fmt::Debug + Send + Sync {
    /// The conversation for this target.
    fn for_target(&self, target: &Target) -> Conversation;
}

impl Question for Conversation {
    fn for_target(&self, _: &Target) -> Conversation {
        self.clone()
    }
}

/// A question of the house.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// On whose account.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// The answer it becomes.
    pub message: Option<MessageId>,
    /// What is asked.
    pub question: &'a dyn Question,
}

/// An answer that has begun.
#[derive(Debug)]
pub struct Opened {
    coming: Coming,
    target: Target,
    outcome: Outcome,
    began: Instant,
    clock: Clock,
    /// The model that answers, as the provider names it.
    answered: String,
    /// Whether the provider has counted tokens.
    has_usage: bool,
    /// What was written, by estimate: for answers whose provider does not count, or that end before it does.
    written: u64,
    /// What was set aside for it; given back when nobody writes the call down.
    held: Held,
}

impl Ai {
    /// Asks for an answer piece by piece. `tell` hears of each attempt as it ends.
    pub async fn open(
        &self,
        plan: &Plan,
        ask: Ask<'_>,
        tell: impl Fn(&Attempt) + Send,
    ) -> Result<Opened, Failure> {
        let errand = Errand {
            asker: ask.asker,
            purpose: ask.purpose,
            message: ask.message,
            began: Instant::now(),
        };
        self.open_source(plan, errand, Source::Own(ask.question), tell)
            .await
    }

    /// Asks for a whole answer in plain words.
    pub async fn answer(&self, plan: &Plan, ask: Ask<'_>) -> Result<String, ApiError> {
        let mut opened = match self.open(plan, ask, |_| {}).await {
            Ok(opened) => opened,
            Err(failure) => {
                self.record_soon(failure.outcome);
                return Err(failure.error);
            }
        };
        let mut text = String::new();
        loop {
            match opened.next().await {
                Some(Ok(chunks)) => text.extend(chunks.into_iter().filter_map(|chunk| match chunk {
                    Chunk::Text(text) => Some(text),
                    _ => None,
                })),
                Some(Err(error)) => {
                    let told = ApiError::new(Code::AllProvidersFailed, error.message());
                    self.record_soon(opened.finish(Some(&error)));
                    return Err(told);
                }
                None => break,
            }
        }
        self.record_soon(opened.finish(None));
        Ok(text)
    }

    /// The same for any source.
    pub(crate) async fn open_source(
        &self,
        plan: &Plan,
        errand: Errand,
        source: Source<'_>,
        tell: impl Fn(&Attempt) + Send,
    ) -> Result<Opened, Failure> {
        let found = self.try_each(plan, &errand, source, tell).await?;
        Ok(Opened::new(found, errand.began, self.db().clock().clone()))
    }
}

impl Opened {
    fn new(found: Found, began: Instant, clock: Clock) -> Self {
        let Found {
            target,
            coming,
            asked_tokens,
            held,
            mut outcome,
        } = found;
        outcome.first_word_ms = Some(began.elapsed().as_millis() as i64);
        outcome.usage.input_tokens = asked_tokens;
        let mut opened = Self {
            coming,
            target,
            outcome,
            began,
            clock,
            answered: String::new(),
            has_usage: false,
            written: 0,
            held,
        };
        let (answered, usage) = match &opened.coming {
            Coming::Stream(_) => return opened,
            Coming::Whole(answer) => answer.as_ref().map(|a| (a.model.clone(), a.usage)),
            Coming::Vectors(vectors) => vectors.as_ref().map(|v| (v.model.clone(), v.usage)),
        }
        .unwrap_or_default();
        opened.answered = answered;
        if let Some(usage) = usage {
            opened.outcome.usage = usage;
            opened.has_usage = true;
        }
        opened
    }

    /// The whole answer, for a caller who wanted it so.
    pub(crate) fn take_whole(&mut self) -> Option<Answer> {
        match &mut self.coming {
            Coming::Whole(answer) => answer.take().map(|a| *a),
            Coming::Stream(_) | Coming::Vectors(_) => None,
        }
    }

    /// The vectors, and the tokens that they took.
    pub(crate) fn take_vectors(&mut self) -> Option<(Embeddings, u64)> {
        match &mut self.coming {
            Coming::Vectors(vectors) => Some((vectors.take()?, self.outcome.usage.input_tokens)),
            Coming::Stream(_) | Coming::Whole(_) => None,
        }
    }

    /// Who answers.
    pub fn provider(&self) -> &str {
        self.target.key.kind.id()
    }

    /// `provider/model`.
    pub fn model(&self) -> String {
        self.target.id()
    }

    /// The next pieces.
    pub async fn next(&mut self) -> Option<Result<Vec<Chunk>, ProviderError>> {
        Some(self.next_frame().await?.map(|frame| frame.chunks))
    }

    /// The next frame, with the provider's own bytes where a caller's body is passed through.
    pub(crate) async fn next_frame(&mut self) -> Option<Result<Frame, ProviderError>> {
        let Coming::Stream(stream) = &mut self.coming else {
            return None;
        };
        let frame = match stream.next_frame().await? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        for chunk in &frame.chunks {
            match chunk {
                Chunk::Start { model, .. } => self.answered.clone_from(model),
                Chunk::Usage(usage) => {
                    self.outcome.usage = *usage;
                    self.has_usage = true;
                }
                other => self.written += estimated(other),
            }
        }
        if frame.has_content && frame.raw.is_some() {
            self.written += 1; // about a token an event
        }
        Some(Ok(frame))
    }

    /// The call is over: whole, or broken off by an error.
    pub fn finish(self, error: Option<&ProviderError>) -> Outcome {
        let Target { key, model, .. } = &self.target;
        match error {
            Some(error) => key.breaker.failed(model, error, self.clock.now()),
            None => key.breaker.succeeded(),
        }
        self.close(error.map_or("ok", |e| e.kind.code()))
    }

    /// The call was ended by us, while the provider did what it should.
    pub fn finish_early(self, status: &'static str) -> Outcome {
        self.target.key.breaker.succeeded();
        self.close(status)
    }

    fn close(mut self, status: &'static str) -> Outcome {
        let usage = &mut self.outcome.usage;
        // Providers count at the end (Anthropic: the question at the beginning, the answer at the end).
        if !self.has_usage || status != "ok" {
            usage.output_tokens = usage.output_tokens.max(self.written);
        }
        self.outcome.holds = self.held.take();
        self.outcome.status = status;
        self.outcome.total_ms = self.began.elapsed().as_millis() as i64;
        let (kind, asked) = (self.target.key.kind, &self.target.model);
        self.outcome.cost_micros =
            catalog::shipped().cost_micros(kind, asked, &self.answered, &self.outcome.usage);
        self.outcome
    }
}

fn estimated(chunk: &Chunk) -> u64 {
    match chunk {
        Chunk::Text(text) | Chunk::Reasoning(text) | Chunk::Refusal(text) => context::estimate(text),
        Chunk::ToolCall { arguments, .. } => context::estimate(arguments),
        Chunk::Start { .. } | Chunk::Usage(_) | Chunk::Finish(_) => 0,
    }
}
