//! Writing an answer: asks the model, appends to the buffer, saves a draft each second, and ends in one
//! transaction. It belongs to the server; only `stop`, the end of the program or the model ends it.
//!
//! A model may call [`tools`] of the house in between; a number of the business is computed by the house itself
//! ([`computed`]).

mod computed;
mod saving;
mod tools;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ai::answer::AnswerError;
use ai::{Ask, Asker, Opened, Outcome, Plan, Purpose};
use business::ask::Recognised;
use db::kinds::MessageStatus;
use db::leases::Lease;
use db::{FileId, MessageId, ThreadId};
use kit::api::ApiError;
use tokio::time::Instant;

pub use self::computed::{is_computed, model_of};
use self::saving::{save_draft, save_ending};
use self::tools::{Calls, Talk};
use crate::Chat;
use crate::generation::Generation;
use crate::prompt::{self, Branch};

/// Who writes an answer.
#[derive(Debug)]
pub enum Answerer {
    /// The first of these models that can.
    Models(Plan),
    /// The house, which computes it.
    House(Box<Recognised>),
}

/// What a running answer is about.
#[derive(Debug)]
pub struct Task {
    /// On whose account.
    pub asker: Asker,
    /// Where.
    pub thread: ThreadId,
    /// Whether the thread had no title when it was asked.
    pub is_untitled: bool,
    /// What the answer follows.
    pub parent: Option<MessageId>,
    /// The instructions.
    pub system: String,
    /// The files that the assistant knows.
    pub knowledge: Vec<FileId>,
    /// Who writes it.
    pub answerer: Answerer,
    /// The last message of the conversation.
    pub tip: MessageId,
    /// Whether `tip` is the answer itself, to be gone on with.
    pub continues: bool,
    /// The lease of another node that it goes on after, if nobody asked for it.
    pub after: Option<Lease>,
}

/// How an answer came to its end.
struct Ending {
    status: MessageStatus,
    error: Option<AnswerError>,
    outcome: Option<Outcome>,
    /// Whether another node should go on with it.
    hands_over: bool,
}

impl Ending {
    fn of(status: MessageStatus, outcome: Option<Outcome>) -> Self {
        Self {
            status,
            error: None,
            outcome,
            hands_over: false,
        }
    }

    /// The program stops and the answer is not whole.
    fn handed_over(outcome: Option<Outcome>) -> Self {
        Self {
            hands_over: true,
            ..Self::of(MessageStatus::Interrupted, outcome)
        }
    }
}

/// How often an answer is gone on with unasked.
const MOST_CONTINUED: i32 = 3;

/// Forgets a running answer however its task ends, so that nobody waits for one without a writer.
struct Writing(Chat, Arc<Generation>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.0.generations.end(&self.1);
        if self.1.look(|p| p.ended.is_none()) {
            self.1.update(|p| p.ended = Some(MessageStatus::Interrupted));
        }
    }
}

/// Begins to write.
pub fn begin(chat: &Chat, generation: Arc<Generation>, task: Task) {
    let inner = chat.clone();
    generation.has_begun.store(true, Ordering::Release);
    let writing = Writing(chat.clone(), generation.clone());
    chat.0.lifecycle.spawn("answer", async move {
        let writing = writing;
        let ending = write(&inner, &generation, &task).await;
        generation.update(|p| p.sources = generation.cited(p));
        let status = save_ending(&inner, &generation, &task, ending).await;
        inner.0.generations.end(&generation);
        generation.update(|p| p.ended = Some(status));
        drop(writing);
    });
}

async fn write(chat: &Chat, generation: &Generation, task: &Task) -> Ending {
    let plan = match &task.answerer {
        Answerer::House(recognised) => return computed::write(chat, generation, task, recognised).await,
        Answerer::Models(plan) => plan,
    };
    let mut talk = match begin_talk(chat, generation, task, plan).await {
        Ok(talk) => talk,
        Err(error) => return failed(&error, None),
    };
    loop {
        let opened = tokio::select! {
            opened = open(chat, generation, task, plan, &talk) => opened,
            () = generation.stop.cancelled() => return Ending::of(MessageStatus::Stopped, None),
            () = generation.lost.cancelled() => return Ending::of(MessageStatus::Interrupted, None),
            () = drained(chat) => return Ending::handed_over(None),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(ending) => return ending,
        };
        let mut calls = Calls::default();
        let ending = read(chat, generation, task, opened, &mut calls).await;
        if ending.status != MessageStatus::Complete || calls.is_empty() {
            return ending;
        }
        tokio::select! {
            goes_on = talk.answer(generation, task.asker, calls) => if !goes_on {
                return ending;
            },
            () = generation.stop.cancelled() => return Ending::of(MessageStatus::Stopped, ending.outcome),
            () = generation.lost.cancelled() => return Ending::of(MessageStatus::Interrupted, ending.outcome),
        }
        if let Some(outcome) = ending.outcome {
            chat.0.ai.record_soon(outcome);
        }
    }
}

/// Reads what was said, and finds the tools that may be called.
async fn begin_talk(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    plan: &Plan,
) -> Result<Talk, ApiError> {
    let branch = Branch {
        workspace: task.asker.workspace,
        system: &task.system,
        knowledge: &task.knowledge,
        tip: task.tip,
        plan,
    };
    let mut asked = prompt::branch(chat, branch).await?;
    if task.continues {
        asked.ask_further(
            "Your last message broke off. Go on exactly where it ended, without repeating anything and without an introduction.",
        );
    }
    generation.offer(asked.sources().to_vec());
    Ok(Talk::new(asked, chat.0.ai.tools_for(task.asker).await))
}

/// Asks.
async fn open(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    plan: &Plan,
    talk: &Talk,
) -> Result<Opened, Ending> {
    let ask = Ask {
        asker: task.asker,
        purpose: Purpose::Chat,
        message: Some(generation.id),
        question: talk,
    };
    let opening = chat.0.ai.open(plan, ask, |attempt| {
        generation.update(|p| p.attempts.push(attempt.clone()));
    });
    opening
        .await
        .map_err(|failure| failed(&failure.error, Some(failure.outcome)))
}

/// Ends once the program stops and the time for running answers is over.
async fn drained(chat: &Chat) {
    chat.0.lifecycle.stopping().await;
    tokio::time::sleep(chat.0.config.drain).await;
}

/// A silent answer is saved this often all the same, so that other nodes see that it has a writer.
const STILL_WRITING: Duration = Duration::from_secs(30);

async fn read(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    mut opened: Opened,
    calls: &mut Calls,
) -> Ending {
    generation.update(|p| {
        p.provider = Some(opened.provider().to_owned());
        p.model = Some(opened.model().clone());
    });
    let every = chat.0.config.draft_every;
    let mut drafts = tokio::time::interval_at(Instant::now() + every, every);
    drafts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let drain = drained(chat);
    tokio::pin!(drain);
    let mut saved = (generation.began_at, Instant::now());
    loop {
        tokio::select! {
            chunk = opened.next() => match chunk {
                Some(Ok(chunks)) => {
                    // Whoever was paused may have been believed dead: nothing is shown that will not be kept.
                    if !chat.0.generations.holds(generation).await {
                        return Ending::of(MessageStatus::Interrupted, Some(opened.finish_early("interrupted")));
                    }
                    calls.collect(&chunks);
                    generation.append(&chunks);
                }
                Some(Err(error)) => {
                    let outcome = opened.finish(Some(&error));
                    let error = AnswerError::broken_off(&error);
                    return Ending { error: Some(error), ..Ending::of(MessageStatus::Failed, Some(outcome)) };
                }
                None => return Ending::of(MessageStatus::Complete, Some(opened.finish(None))),
            },
            _ = drafts.tick() => {
                let length = generation.look(|p| p.text.len() + p.reasoning.len());
                if length != saved.0 || saved.1.elapsed() > STILL_WRITING {
                    saved = (length, Instant::now());
                    if let Err(error) = save_draft(chat, generation, task).await {
                        tracing::warn!(message.id = %generation.id, error = %error, "a draft was not saved");
                    }
                }
            }
            () = generation.stop.cancelled() => return Ending::of(MessageStatus::Stopped, Some(opened.finish_early("stopped"))),
            () = generation.lost.cancelled() => return Ending::of(MessageStatus::Interrupted, Some(opened.finish_early("interrupted"))),
            () = &mut drain => return Ending::handed_over(Some(opened.finish_early("interrupted"))),
        }
    }
}

fn failed(error: &ApiError, outcome: Option<Outcome>) -> Ending {
    Ending {
        error: Some(error.into()),
        ..Ending::of(MessageStatus::Failed, outcome)
    }
}
