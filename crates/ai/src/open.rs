//! Asking: the targets of a plan one after the other until one says its first word. Until then the next one may take
//! over; afterwards the answer belongs to that one, and its failure is the answer's failure.

use std::time::Duration;

use db::MessageId;
use kit::api::{ApiError, Code, Detail};
use kit::clock::Timestamp;
use providers::{Answer, Chunk, ChunkStream, ChatRequest, Conversation, ErrorKind, Frame, ProviderError, Usage, catalog};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::breaker::Verdict;
use crate::calls::{Outcome, Purpose};
use crate::plan::{Plan, Target};
use crate::{Ai, Asker, context, keys};

/// How often the whole list is gone through.
const ROUNDS: u32 = 3;
/// The pause before the second round when nobody said how long; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// Attempts in all, however long the list is.
const MOST: usize = 12;

/// A question of the house.
#[derive(Debug)]
pub struct Ask {
    /// On whose account.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// The answer it becomes.
    pub message: Option<MessageId>,
    /// What is asked.
    pub conversation: Conversation,
}

/// One try of one target.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// Which provider.
    pub provider: String,
    /// Which model.
    pub model: String,
    /// Its number, from 1.
    pub attempt: usize,
    /// Whether it answers.
    pub ok: bool,
    /// What failed.
    pub code: Option<String>,
    /// The sentence.
    pub error: Option<String>,
    /// When the provider wants to be asked again.
    pub retry_after_ms: Option<u64>,
}

/// Nobody answered.
#[derive(Debug)]
pub struct Failure {
    /// What to tell.
    pub error: ApiError,
    /// What the last provider said, for a caller that maps it itself.
    pub cause: Option<ProviderError>,
    /// For the log.
    pub outcome: Outcome,
}

/// Where the words come from: our own conversation, fitted to each target, or a caller's body as it is.
pub enum Source<'a> {
    /// The house's.
    Own(&'a Conversation),
    /// A program's, at `/v1`.
    Caller(&'a ChatRequest),
}

/// How an answer comes.
#[derive(Debug)]
enum Coming {
    /// Piece by piece.
    Stream(ChunkStream),
    /// It is there, for a caller who wanted it whole.
    Whole(Option<Box<Answer>>),
}

/// An answer that has begun.
#[derive(Debug)]
pub struct Opened {
    coming: Coming,
    target: Target,
    outcome: Outcome,
    began: std::time::Instant,
    /// The model that answers, as the provider names it.
    answered: String,
    has_usage: bool,
    written: u64,
}

impl Ai {
    /// Asks for an answer piece by piece. `tell` hears of each attempt as it ends.
    pub async fn open(&self, plan: &Plan, ask: Ask, tell: impl Fn(&Attempt) + Send) -> Result<Opened, Failure> {
        let Ask { asker, purpose, message, conversation } = ask;
        self.open_source(plan, asker, purpose, message, &Source::Own(&conversation), tell).await
    }

    /// Asks for a whole answer in plain words.
    pub async fn answer(&self, plan: &Plan, ask: Ask) -> Result<String, ApiError> {
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
        asker: Asker,
        purpose: Purpose,
        message: Option<MessageId>,
        source: &Source<'_>,
        tell: impl Fn(&Attempt) + Send,
    ) -> Result<Opened, Failure> {
        let began = std::time::Instant::now();
        let mut outcome = blank(asker, purpose, message, self.db().clock().now());
        let mut alive: Vec<&Target> = plan.targets.iter().collect();
        let mut last: Option<ProviderError> = None;
        for round in 0..ROUNDS {
            let mut wait: Option<Duration> = None;
            let mut again = Vec::new();
            for target in alive {
                if outcome.attempts.len() >= MOST {
                    break;
                }
                let number = outcome.attempts.len() + 1;
                outcome.provider = target.key.kind.id().to_owned();
                outcome.model.clone_from(&target.model);
                let error = match self.attempt(target, source).await {
                    Ok(coming) => {
                        target.key.breaker.succeeded();
                        let attempt = attempt(target, number, None);
                        tell(&attempt);
                        outcome.attempts.push(attempt);
                        return Ok(Opened::new(coming, target.clone(), outcome, began, source));
                    }
                    Err(error) => error,
                };
                let attempt = attempt(target, number, Some(&error));
                tell(&attempt);
                outcome.attempts.push(attempt);
                let pause = error.retry_after.unwrap_or_else(|| jittered(PAUSE * 2_u32.pow(round)));
                if error.is_retryable() && pause <= self.0.config.longest_wait {
                    wait = Some(wait.map_or(pause, |w| w.min(pause)));
                    again.push(target);
                }
                let stop = !error.is_try_elsewhere() && error.kind != ErrorKind::ContextTooLong;
                last = Some(error);
                if stop {
                    again.clear();
                    break;
                }
            }
            alive = again;
            match wait {
                Some(pause) if !alive.is_empty() && round + 1 < ROUNDS && outcome.attempts.len() < MOST => {
                    tokio::time::sleep(pause).await;
                }
                _ => break,
            }
        }
        outcome.total_ms = began.elapsed().as_millis() as i64;
        outcome.status = last.as_ref().map_or("no_target", |e| e.kind.code());
        Err(Failure { error: told(plan, &outcome.attempts, last.as_ref()), cause: last, outcome })
    }

    async fn attempt(&self, target: &Target, source: &Source<'_>) -> Result<Coming, ProviderError> {
        let key = &target.key;
        match key.breaker.ask(self.db().clock().now()) {
            Verdict::Go => {}
            Verdict::Limited(wait) => {
                let mut error = ProviderError::new(key.kind, ErrorKind::RateLimited);
                error.retry_after = Some(wait);
                return Err(error);
            }
            Verdict::Resting(wait) => {
                let mut error = ProviderError::new(key.kind, ErrorKind::Overloaded);
                error.retry_after = Some(wait);
                return Err(error.with_detail("not asked: it failed several times in a row"));
            }
        }
        let asked = self.ask_target(target, source).await;
        if let Err(error) = &asked {
            key.breaker.failed(error, self.db().clock().now());
            if error.kind == ErrorKind::InvalidKey && key.origin != keys::Origin::Local {
                let told = keys::KeyErrorOut { code: error.kind.code().to_owned(), error: error.message() };
                if let Err(error) = keys::mark(self, key.owner, key.kind, Some(&told)).await {
                    tracing::warn!(error = %error, "a refused key was not marked");
                }
            }
        }
        asked
    }

    async fn ask_target(&self, target: &Target, source: &Source<'_>) -> Result<Coming, ProviderError> {
        let (http, endpoint, limits) = (&self.0.http, &target.key.endpoint, &self.0.config.timeouts);
        let mut stream = match source {
            Source::Own(conversation) => {
                let mut fitted = context::fit(conversation, target.window(), target.max_output());
                if fitted.max_tokens.is_none() && endpoint.wire() == providers::Wire::Anthropic {
                    // Anthropic's format wants a limit to be named.
                    fitted.max_tokens = Some(target.max_output().unwrap_or(4_096).min(8_192) as u32);
                }
                let request = ChatRequest::new(target.model.clone(), fitted, true);
                providers::stream(http, endpoint, &target.model, &request, limits).await?
            }
            Source::Caller(request) if !request.stream => {
                let answer = providers::complete(http, endpoint, &target.model, request, limits).await?;
                return Ok(Coming::Whole(Some(Box::new(answer))));
            }
            Source::Caller(request) => providers::stream(http, endpoint, &target.model, request, limits).await?,
        };
        stream.wait_for_content().await?;
        Ok(Coming::Stream(stream))
    }
}

pub(crate) fn blank(asker: Asker, purpose: Purpose, message: Option<MessageId>, at: Timestamp) -> Outcome {
    Outcome {
        asker,
        purpose,
        message,
        provider: String::new(),
        model: String::new(),
        status: "ok",
        usage: Usage::default(),
        cost_micros: None,
        first_word_ms: None,
        total_ms: 0,
        attempts: Vec::with_capacity(1),
        at,
    }
}

pub(crate) fn attempt(target: &Target, number: usize, error: Option<&ProviderError>) -> Attempt {
    Attempt {
        provider: target.key.kind.id().to_owned(),
        model: target.model.clone(),
        attempt: number,
        ok: error.is_none(),
        code: error.map(|e| e.kind.code().to_owned()),
        error: error.map(ProviderError::message),
        retry_after_ms: error.and_then(|e| e.retry_after).map(|wait| wait.as_millis() as u64),
    }
}

fn jittered(pause: Duration) -> Duration {
    let [chance] = kit::ids::random_bytes::<1>();
    pause.mul_f64(0.5 + f64::from(chance) / 255.0)
}

/// What the person is told when nobody answered.
pub(crate) fn told(plan: &Plan, attempts: &[Attempt], last: Option<&ProviderError>) -> ApiError {
    let Some(last) = last else {
        return ApiError::new(Code::NoProviderKey, "No model can be asked.");
    };
    if plan.is_explicit && last.kind == ErrorKind::InvalidKey {
        return ApiError::new(Code::InvalidProviderKey, last.message());
    }
    if last.kind == ErrorKind::ContextTooLong && attempts.len() == 1 {
        return ApiError::invalid("content", last.message());
    }
    let message = if attempts.len() == 1 || plan.is_explicit {
        last.message()
    } else {
        format!("None of the {} attempts was answered. Last: {}", attempts.len(), last.message())
    };
    let mut error = ApiError::new(Code::AllProvidersFailed, message);
    error.details = attempts
        .iter()
        .map(|a| Detail {
            field: format!("{}/{}", a.provider, a.model),
            message: a.error.clone().unwrap_or_default(),
            code: a.code.clone(),
        })
        .collect();
    error.retry_after = last.retry_after;
    error
}

impl Opened {
    fn new(coming: Coming, target: Target, mut outcome: Outcome, began: std::time::Instant, source: &Source<'_>) -> Self {
        outcome.first_word_ms = Some(began.elapsed().as_millis() as i64);
        outcome.usage.input_tokens = match source {
            Source::Own(conversation) => context::estimate_conversation(conversation),
            Source::Caller(request) => request.needs().input_tokens,
        };
        let mut opened = Self { coming, target, outcome, began, answered: String::new(), has_usage: false, written: 0 };
        if let Coming::Whole(Some(answer)) = &opened.coming {
            opened.answered.clone_from(&answer.model);
            if let Some(usage) = answer.usage {
                opened.outcome.usage = usage;
                opened.has_usage = true;
            }
        }
        opened
    }

    /// The whole answer, for a caller who wanted it so.
    pub(crate) fn take_whole(&mut self) -> Option<Answer> {
        match &mut self.coming {
            Coming::Stream(_) => None,
            Coming::Whole(answer) => answer.take().map(|a| *a),
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
        let Coming::Stream(stream) = &mut self.coming else { return None };
        let frame = match stream.next_frame().await? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        for chunk in &frame.chunks {
            if let Chunk::Start { model, .. } = chunk {
                self.answered.clone_from(model);
            }
        }
        if let Some(usage) = frame.usage() {
            self.outcome.usage = *usage;
            self.has_usage = true;
        } else if !self.has_usage {
            // Only an estimate, for answers whose provider does not count, or that break off before it does.
            self.written += frame.chunks.iter().map(estimated).sum::<u64>().max(u64::from(frame.raw.is_some() && frame.has_content));
        }
        Some(Ok(frame))
    }

    /// The call is over: whole, or broken off by an error.
    pub fn finish(self, error: Option<&ProviderError>) -> Outcome {
        if let Some(error) = error {
            self.target.key.breaker.failed(error, self.outcome.at);
        }
        self.close(error.map_or("ok", |e| e.kind.code()))
    }

    /// The call was ended by us.
    pub fn finish_early(self, status: &'static str) -> Outcome {
        self.close(status)
    }

    fn close(mut self, status: &'static str) -> Outcome {
        if !self.has_usage {
            self.outcome.usage.output_tokens = self.written;
        }
        self.outcome.status = status;
        self.outcome.total_ms = self.began.elapsed().as_millis() as i64;
        let (kind, asked) = (self.target.key.kind, &self.target.model);
        self.outcome.cost_micros = catalog::shipped().cost_micros(kind, asked, &self.answered, &self.outcome.usage);
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
