//! Trying: the targets of a plan one after the other until one says its first word. Until then the next one may take
//! over; afterwards the answer belongs to that one, and its failure is the answer's failure.

use std::time::{Duration, Instant};

use db::MessageId;
use kit::api::{ApiError, Code, Detail};
use kit::measure::Name;
use providers::{Answer, ChatRequest, ChunkStream, Embeddings, ErrorKind, ProviderError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::breaker::Verdict;
use crate::budgets::{self, Held, Refusal};
use crate::calls::{Outcome, Purpose};
use crate::embeddings::EmbeddingRequest;
use crate::keys::{KeyErrorOut, Origin, kept};
use crate::open::Question;
use crate::plan::{Plan, Target};
use crate::{Ai, Asker, context};

/// How often the whole list is gone through.
const ROUNDS: u32 = 3;
/// The pause before the second round when nobody said how long; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// When to ask again for what was taken out of use.
const HELD: Duration = Duration::from_mins(1);
/// Attempts in all, however long the list is.
const MOST: usize = 12;

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
    /// What the provider said that decided, for a caller that maps it itself; none when several failed, each in its
    /// own way.
    pub cause: Option<ProviderError>,
    /// For the log.
    pub outcome: Outcome,
}

/// What is asked: our own conversation, fitted to each target, or a caller's body as it is.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// The house's.
    Own(&'a dyn Question),
    /// A program's, at `/v1`.
    Caller(&'a ChatRequest),
    /// Texts that are to become vectors.
    Texts(&'a EmbeddingRequest),
}

/// How an answer comes.
#[derive(Debug)]
pub enum Coming {
    /// Piece by piece.
    Stream(ChunkStream),
    /// It is there, for a caller who wanted it whole.
    Whole(Option<Box<Answer>>),
    /// Vectors.
    Vectors(Option<Embeddings>),
}

/// On whose account, what for, since when.
pub struct Errand {
    /// On whose account.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// The answer it becomes.
    pub message: Option<MessageId>,
    /// When it began.
    pub began: Instant,
}

/// Who answered, how, and what it took.
pub struct Found {
    /// Who.
    pub target: Target,
    /// How.
    pub coming: Coming,
    /// Tokens that were asked, by estimate.
    pub asked_tokens: u64,
    /// What was set aside for it.
    pub held: Held,
    /// The log of it so far.
    pub outcome: Outcome,
}

/// Why a target did not answer, and whether it was asked at all.
struct Miss {
    error: ProviderError,
    was_asked: bool,
}

impl Ai {
    /// Asks the targets of a plan. `tell` hears of each attempt as it ends.
    pub(crate) async fn try_each(
        &self,
        plan: &Plan,
        errand: &Errand,
        source: Source<'_>,
        tell: impl Fn(&Attempt) + Send,
    ) -> Result<Found, Failure> {
        let at = self.db().clock().now();
        let mut outcome = Outcome::blank(errand.asker, errand.purpose, errand.message, at);
        let mut alive: Vec<&Target> = plan.targets.iter().collect();
        let mut errors: Vec<ProviderError> = Vec::new();
        let mut too_short = 0;
        let mut over_budget: Option<ApiError> = None;
        for round in 0..ROUNDS {
            let mut wait: Option<Duration> = None;
            let mut again = Vec::new();
            for target in alive {
                // Where a window was too short, only a longer one is of use.
                if errors.len() >= MOST || target.window() <= too_short {
                    continue;
                }
                // Another target may be cheaper, or in no budget.
                let held = match Box::pin(self.reserve(errand.asker, target, source)).await {
                    Ok(held) => held,
                    Err(Refusal::Exceeded(error)) => {
                        over_budget.get_or_insert(error);
                        continue;
                    }
                    Err(Refusal::Store(error)) => {
                        outcome.status = "unavailable";
                        return Err(Failure {
                            error: error.into(),
                            cause: None,
                            outcome,
                        });
                    }
                };
                let number = errors.len() + 1;
                outcome.provider = target.key.kind.id();
                outcome.model.clone_from(&target.model);
                let Miss { error, was_asked } = match self.attempt(errand.asker, target, source).await {
                    Ok((coming, asked_tokens)) => {
                        let attempt = Attempt::of(target, number);
                        tell(&attempt);
                        outcome.attempts.push(attempt);
                        return Ok(Found {
                            target: target.clone(),
                            coming,
                            asked_tokens,
                            held,
                            outcome,
                        });
                    }
                    Err(miss) => miss,
                };
                Box::pin(budgets::release(self, held)).await;
                let attempt = Attempt::of(target, number).failed(&error, was_asked);
                tell(&attempt);
                outcome.attempts.push(attempt);
                if let Some(pause) = self.pause(target, &error, was_asked, round) {
                    wait = Some(wait.map_or(pause, |w| w.min(pause)));
                    again.push(target);
                }
                if error.kind == ErrorKind::ContextTooLong {
                    too_short = target.window();
                }
                let is_final = !error.is_try_elsewhere() && error.kind != ErrorKind::ContextTooLong;
                errors.push(error);
                if is_final {
                    again.clear();
                    break;
                }
            }
            alive = again;
            match wait {
                Some(pause) if !alive.is_empty() && round + 1 < ROUNDS && errors.len() < MOST => {
                    tokio::time::sleep(pause).await;
                }
                _ => break,
            }
        }
        outcome.total_ms = errand.began.elapsed().as_millis() as i64;
        outcome.status = errors.last().map_or("no_target", |e| e.kind.code());
        if let Some(error) = over_budget.filter(|_| errors.is_empty()) {
            outcome.status = "budget_exceeded";
            return Err(Failure {
                error,
                cause: None,
                outcome,
            });
        }
        let error = told(plan, &outcome.attempts, &errors);
        let cause = decisive(&errors);
        Err(Failure {
            error,
            cause,
            outcome,
        })
    }

    /// How long to wait before a target is asked again, if that makes sense. A target at rest is not waited for: the
    /// rest is there to spare everybody the wait.
    fn pause(&self, target: &Target, error: &ProviderError, was_asked: bool, round: u32) -> Option<Duration> {
        if !error.is_retryable() || (!was_asked && error.kind != ErrorKind::RateLimited) {
            return None;
        }
        if target.key.breaker.is_resting(self.db().clock().now()) {
            return None;
        }
        let pause = match error.retry_after {
            // Not all at the same moment.
            Some(wait) => wait + jittered(PAUSE).mul_f64(0.4),
            None => jittered(PAUSE * 2_u32.pow(round)),
        };
        (error.retry_after.unwrap_or(pause) <= self.0.config.longest_wait).then_some(pause)
    }

    async fn attempt(
        &self,
        asker: Asker,
        target: &Target,
        source: Source<'_>,
    ) -> Result<(Coming, u64), Miss> {
        let key = &target.key;
        let not_asked = |kind, wait| {
            let mut error = ProviderError::new(key.kind, kind);
            error.retry_after = Some(wait);
            let was_asked = false;
            Miss { error, was_asked }
        };
        match key.breaker.ask(&target.model, self.db().clock().now()) {
            Verdict::Go => {}
            Verdict::Limited(wait) => return Err(not_asked(ErrorKind::RateLimited, wait)),
            Verdict::Resting(wait) => return Err(not_asked(ErrorKind::Overloaded, wait)),
        }
        let provider = key.kind.id();
        if let Some(held) = self.0.held.get()
            && (held.is_paused(key.owner, provider) || held.is_open(asker.workspace, provider))
        {
            return Err(not_asked(ErrorKind::Overloaded, HELD));
        }
        let asked = self.ask(target, source).await;
        self.count(asker, provider, asked.as_ref().err());
        match asked {
            Ok(coming) => {
                key.breaker.began();
                Ok(coming)
            }
            Err(error) => {
                self.learn(target, &error).await;
                let was_asked = true;
                Err(Miss { error, was_asked })
            }
        }
    }

    /// Counts a try: what is a provider's own fault apart from what it rightly refused.
    fn count(&self, asker: Asker, provider: &str, error: Option<&ProviderError>) {
        let status = match error {
            None => "ok",
            Some(error) if error.counts_for_breaker() => "failed",
            Some(_) => "refused",
        };
        let mut text = uuid::Uuid::encode_buffer();
        let workspace: &str = asker.workspace.0.hyphenated().encode_lower(&mut text);
        let labels = [provider, status, workspace];
        self.db().recorder().count(Name::ModelAttempts, &labels);
    }

    async fn ask(&self, target: &Target, source: Source<'_>) -> Result<(Coming, u64), ProviderError> {
        let (http, endpoint, limits) = (&self.0.http, &target.key.endpoint, &self.0.config.timeouts);
        let (mut stream, asked_tokens) = match source {
            Source::Own(question) => {
                let conversation = question.for_target(target);
                let (mut fitted, size) = context::fit(conversation, target.window(), target.max_output());
                if fitted.max_tokens.is_none() && endpoint.wire() == providers::Wire::Anthropic {
                    // Anthropic's format wants a limit to be named.
                    fitted.max_tokens = Some(target.max_output().unwrap_or(4_096).min(8_192) as u32);
                }
                let request = ChatRequest::new(target.model.clone(), fitted, true);
                let stream = providers::stream(http, endpoint, &target.model, &request, limits).await?;
                (stream, size)
            }
            Source::Caller(request) if !request.stream => {
                let answer = providers::complete(http, endpoint, &target.model, request, limits).await?;
                return Ok((Coming::Whole(Some(Box::new(answer))), 0));
            }
            Source::Caller(request) => {
                let stream = providers::stream(http, endpoint, &target.model, request, limits).await?;
                (stream, request.needs().input_tokens)
            }
            Source::Texts(request) => {
                let (texts, dimensions) = (&request.texts, request.dimensions);
                let asked = providers::embed(http, endpoint, &target.model, texts, dimensions, limits);
                return Ok((Coming::Vectors(Some(asked.await?)), request.estimate()));
            }
        };
        stream.wait_for_content().await?;
        Ok((Coming::Stream(stream), asked_tokens))
    }

    /// Notes at the key what a failure says about it.
    async fn learn(&self, target: &Target, error: &ProviderError) {
        let key = &target.key;
        key.breaker.failed(&target.model, error, self.db().clock().now());
        if error.kind == ErrorKind::InvalidKey && key.origin != Origin::Local {
            tracing::warn!(provider = %key.kind, key.owner = %key.owner, "a provider key was refused; it is not used until it was checked");
            if let Err(error) = kept::mark(self, key, Some(&KeyErrorOut::of(error))).await {
                tracing::warn!(error = %error, "a refused key was not marked");
            }
        }
    }
}

impl Attempt {
    fn of(target: &Target, number: usize) -> Self {
        Self {
            provider: target.key.kind.id().to_owned(),
            model: target.model.clone(),
            attempt: number,
            ok: true,
            code: None,
            error: None,
            retry_after_ms: None,
        }
    }

    fn failed(self, error: &ProviderError, was_asked: bool) -> Self {
        let sentence = match (was_asked, error.kind) {
            (false, ErrorKind::Overloaded) => format!(
                "{} failed several times in a row and is not asked for a while.",
                error.provider.name()
            ),
            _ => error.message(),
        };
        Self {
            ok: false,
            code: Some(error.kind.code().to_owned()),
            error: Some(sentence),
            retry_after_ms: error.retry_after.map(|wait| wait.as_millis() as u64),
            ..self
        }
    }
}

/// Between a half and one and a half of it.
fn jittered(pause: Duration) -> Duration {
    let [chance] = kit::ids::random_bytes::<1>();
    pause.mul_f64(0.5 + f64::from(chance) / 255.0)
}

/// The one error that speaks for all: what is the caller's own fault, or what everybody said.
fn decisive(errors: &[ProviderError]) -> Option<ProviderError> {
    let last = errors.last()?;
    let is_same = |e: &ProviderError| e.kind == last.kind;
    if last.is_try_elsewhere() && !errors.iter().all(is_same) {
        return None;
    }
    let mut cause = last.clone();
    cause.retry_after = soonest(errors);
    Some(cause)
}

/// When the first of them wants to be asked again.
fn soonest(errors: &[ProviderError]) -> Option<Duration> {
    errors.iter().filter_map(|e| e.retry_after).min()
}

/// What the person is told when nobody answered.
fn told(plan: &Plan, attempts: &[Attempt], errors: &[ProviderError]) -> ApiError {
    let Some(last) = errors.last() else {
        return ApiError::new(Code::NoProviderKey, "No model can be asked.");
    };
    if plan.is_explicit && errors.iter().all(|e| e.kind == ErrorKind::InvalidKey) {
        return ApiError::new(Code::InvalidProviderKey, last.message());
    }
    if errors.iter().all(|e| e.kind == ErrorKind::ContextTooLong) {
        return ApiError::invalid("content", last.message());
    }
    let mut sentences: Vec<&str> = Vec::new();
    for sentence in attempts.iter().filter_map(|a| a.error.as_deref()) {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    let message = match sentences.as_slice() {
        [one] => (*one).to_owned(),
        [.., last] if sentences.len() > 4 => format!(
            "None of the {} attempts was answered. Last: {last}",
            attempts.len()
        ),
        several => format!("Nobody answered. {}", several.join(" ")),
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
    error.retry_after = soonest(errors);
    error
}
