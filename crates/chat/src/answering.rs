//! Writing an answer: asks the model, appends to the buffer, saves a draft each second, and ends in one
//! transaction. It belongs to the server; only `stop`, the end of the program or the model ends it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ai::answer::{AnswerError, AnswerUsage};
use ai::{Ask, Asker, Opened, Outcome, Plan, Purpose};
use db::entity::{messages, threads};
use db::kinds::{MessageRole, MessageStatus};
use db::leases::Lease;
use db::{DbError, FileId, MessageId, Sealed, ThreadId};
use kit::api::ApiError;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tokio::time::Instant;

use crate::Chat;
use crate::exchange::announce_end;
use crate::generation::Generation;
use crate::messages::{Body, error_place, seal_body};
use crate::prompt::{self, Branch};
use crate::{search, titles};

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
    /// Who is asked.
    pub plan: Plan,
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
    let opened = tokio::select! {
        opened = open(chat, generation, task) => opened,
        () = generation.stop.cancelled() => return Ending::of(MessageStatus::Stopped, None),
        () = generation.lost.cancelled() => return Ending::of(MessageStatus::Interrupted, None),
        () = drained(chat) => return Ending::handed_over(None),
    };
    match opened {
        Ok(opened) => read(chat, generation, task, opened).await,
        Err(ending) => ending,
    }
}

/// Reads what was said, and asks.
async fn open(chat: &Chat, generation: &Generation, task: &Task) -> Result<Opened, Ending> {
    let branch = Branch {
        workspace: task.asker.workspace,
        system: &task.system,
        knowledge: &task.knowledge,
        tip: task.tip,
        plan: &task.plan,
    };
    let mut asked = prompt::branch(chat, branch)
        .await
        .map_err(|error| failed(&error, None))?;
    if task.continues {
        asked.ask_further(
            "Your last message broke off. Go on exactly where it ended, without repeating anything and without an introduction.",
        );
    }
    generation.offer(asked.sources().to_vec());
    let ask = Ask {
        asker: task.asker,
        purpose: Purpose::Chat,
        message: Some(generation.id),
        question: &asked,
    };
    let opening = chat.0.ai.open(&task.plan, ask, |attempt| {
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

async fn read(chat: &Chat, generation: &Generation, task: &Task, mut opened: Opened) -> Ending {
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

fn body_of(generation: &Generation) -> Body {
    generation.look(|p| Body {
        text: p.text.clone(),
        reasoning: p.reasoning.clone(),
        sources: generation.cited(p),
    })
}

async fn save_draft(chat: &Chat, generation: &Generation, task: &Task) -> Result<(), DbError> {
    let keys = chat.db().keys(task.asker.workspace.0).await?;
    let body = seal_body(&keys, generation.id, &body_of(generation))?;
    let mut change = messages::ActiveModel {
        body: Set(body),
        ..Default::default()
    };
    name_writer(generation, &mut change);
    let tx = chat.db().write().await?;
    let Some(owned) = tx.holds_lease(generation.lease).await? else {
        generation.lost.cancel();
        return Ok(());
    };
    if owned.stop_requested {
        generation.stop.cancel();
    }
    change.updated_at = Set(tx.now().micros());
    update(&tx, task, generation.id, change).await?;
    tx.commit().await
}

/// Says who writes, once that is known.
fn name_writer(generation: &Generation, change: &mut messages::ActiveModel) {
    if let Some((provider, model)) = generation.look(|p| p.provider.clone().zip(p.model.clone())) {
        change.provider = Set(Some(provider));
        change.model = Set(Some(model));
    }
}

async fn update(
    tx: &db::Tx,
    task: &Task,
    id: MessageId,
    change: messages::ActiveModel,
) -> Result<u64, DbError> {
    let updated = messages::Entity::update_many()
        .set(change)
        .filter(messages::Column::WorkspaceId.eq(task.asker.workspace))
        .filter(messages::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(updated.rows_affected)
}

/// How long the end of an answer is tried to be stored before the draft has to do.
const SAVE_FOR: Duration = Duration::from_mins(1);

/// Stores the end, and answers what the store says of it then: whoever lost the lease writes nothing.
async fn save_ending(chat: &Chat, generation: &Generation, task: &Task, ending: Ending) -> MessageStatus {
    let usage = ending.outcome.as_ref().map(AnswerUsage::from);
    generation.update(|p| {
        p.usage = usage;
        p.error.clone_from(&ending.error);
    });
    let give_up = Instant::now() + SAVE_FOR;
    let mut pause = Duration::from_millis(50);
    loop {
        match try_save(chat, generation, task, &ending, usage.as_ref()).await {
            Ok(true) => return ending.status,
            Ok(false) => return lost(chat, generation, &ending).await,
            Err(error) => {
                tracing::error!(message.id = %generation.id, error = %error, "the end of an answer was not stored");
            }
        }
        if Instant::now() + pause > give_up {
            return ending.status;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Another node has ended this answer, or its thread was deleted. What it cost is noted all the same.
async fn lost(chat: &Chat, generation: &Generation, ending: &Ending) -> MessageStatus {
    tracing::warn!(message.id = %generation.id, "an answer that this node wrote belongs to another one now");
    if let Some(outcome) = &ending.outcome
        && let Err(error) = note_cost(chat, outcome).await
    {
        tracing::warn!(message.id = %generation.id, error = %error, "what an answer cost was not noted");
    }
    let found = crate::messages::find(chat.db(), generation.workspace, generation.id).await;
    let status = found.ok().flatten().map(|row| row.status);
    status
        .filter(|status| *status != MessageStatus::Streaming)
        .unwrap_or(MessageStatus::Interrupted)
}

async fn note_cost(chat: &Chat, outcome: &Outcome) -> Result<(), DbError> {
    let tx = chat.db().write().await?;
    chat.0.ai.record(&tx, outcome).await?;
    tx.commit().await
}

/// Answers whether the answer was still ours to end.
async fn try_save(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    ending: &Ending,
    usage: Option<&AnswerUsage>,
) -> Result<bool, DbError> {
    let db = chat.db();
    let keys = db.keys(task.asker.workspace.0).await?;
    let body = body_of(generation);
    let mut change = messages::ActiveModel {
        body: Set(seal_body(&keys, generation.id, &body)?),
        status: Set(ending.status),
        ..Default::default()
    };
    if let Some(error) = &ending.error {
        change.error = Set(Some(Sealed::seal(&keys, error_place(generation.id), error)?));
    }
    if let Some(usage) = usage {
        change.usage = Set(Some(serde_json::to_string(usage)?));
    }
    name_writer(generation, &mut change);
    // Who was tried before the one who answered: the receipt of a fallback.
    let attempts = generation.look(|p| p.attempts.clone());
    if attempts.len() > 1 {
        change.metadata = Set(serde_json::json!({ "attempts": attempts }).to_string());
    }
    let tx = db.write().await?;
    let Some(owned) = tx.holds_lease(generation.lease).await? else {
        return Ok(false);
    };
    change.updated_at = Set(tx.now().micros());
    if update(&tx, task, generation.id, change).await? == 0 {
        return Ok(false); // the thread was deleted meanwhile
    }
    if ending.hands_over && owned.continued < MOST_CONTINUED {
        tx.hand_over(generation.lease).await?;
    } else {
        tx.end_lease(generation.lease).await?;
    }
    let about = (generation.id, task.parent, MessageRole::Assistant);
    let place = (task.asker.workspace, task.thread);
    announce_end(&tx, place, about, ending.status).await?;
    search::queue_message(&tx, place, generation.id).await?;
    if let Some(outcome) = &ending.outcome {
        chat.0.ai.record(&tx, outcome).await?;
    }
    if task.is_untitled && !body.text.is_empty() {
        let thread = threads::Entity::find_by_id((task.asker.workspace, task.thread))
            .one(&*tx)
            .await?;
        if let Some(thread) = thread.filter(|t| t.title.is_none()) {
            titles::order(&tx, &thread, task.asker, generation.id).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
