//! Writing an answer: asks the model, appends to the buffer, saves a draft each second, and ends in one
//! transaction. It belongs to the server; only `stop`, the end of the program or the model ends it.

use std::sync::Arc;
use std::time::Duration;

use ai::{Ask, Asker, Opened, Outcome, Plan, Purpose};
use db::entity::{messages, threads};
use db::kinds::{MessageRole, MessageStatus};
use db::{DbError, MessageId, Sealed, ThreadId};
use identity::Caller;
use kit::api::ApiError;
use providers::{Chunk, Message};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tokio::time::Instant;

use crate::Chat;
use crate::exchange::announce_at;
use crate::generation::Generation;
use crate::messages::{AttemptDetail, Body, MessageError, MessageUsage, error_place, seal_body};
use crate::{prompt, titles};

/// What a running answer is about.
#[derive(Debug)]
pub struct Task {
    /// On whose account.
    pub asker: Asker,
    /// Who asked.
    pub caller: Caller,
    /// Where.
    pub thread: ThreadId,
    /// Whether the thread had no title when it was asked.
    pub is_untitled: bool,
    /// What the answer follows.
    pub parent: Option<MessageId>,
    /// The instructions.
    pub system: String,
    /// Who is asked.
    pub plan: Plan,
    /// The last message of the conversation.
    pub tip: MessageId,
    /// Whether `tip` is the answer itself, to be gone on with.
    pub continues: bool,
}

/// How an answer came to its end.
struct Ending {
    status: MessageStatus,
    error: Option<MessageError>,
    outcome: Option<Outcome>,
}

impl Ending {
    fn of(status: MessageStatus, outcome: Option<Outcome>) -> Self {
        Self {
            status,
            error: None,
            outcome,
        }
    }
}

/// Begins to write.
pub fn begin(chat: &Chat, generation: Arc<Generation>, task: Task) {
    let inner = chat.clone();
    chat.0.lifecycle.spawn("answer", async move {
        let ending = write(&inner, &generation, &task).await;
        let status = ending.status;
        save_ending(&inner, &generation, &task, ending).await;
        inner.0.generations.end(generation.id);
        generation.update(|p| p.ended = Some(status));
    });
}

async fn write(chat: &Chat, generation: &Generation, task: &Task) -> Ending {
    let mut conversation = match prompt::conversation(chat, &task.caller, &task.system, task.tip).await {
        Ok(conversation) => conversation,
        Err(error) => return failed(&error, None),
    };
    if task.continues {
        let ask = "Your last message broke off. Go on exactly where it ended, without repeating anything and without an introduction.";
        conversation.messages.push(Message::user(ask));
    }
    let ask = Ask {
        asker: task.asker,
        purpose: Purpose::Chat,
        message: Some(generation.id),
        conversation,
    };
    let opening = chat.0.ai.open(&task.plan, ask, |attempt| {
        generation.update(|p| p.attempts.push(attempt.clone()));
    });
    let opened = tokio::select! {
        opened = opening => opened,
        () = generation.stop.cancelled() => return Ending::of(MessageStatus::Stopped, None),
        () = drained(chat) => return Ending::of(MessageStatus::Interrupted, None),
    };
    match opened {
        Ok(opened) => read(chat, generation, task, opened).await,
        Err(failure) => failed(&failure.error, Some(failure.outcome)),
    }
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
                Some(Ok(chunks)) => append(generation, &chunks),
                Some(Err(error)) => {
                    let outcome = opened.finish(Some(&error));
                    let error = MessageError { code: "BROKEN_OFF".into(), error: error.message(), details: Vec::new() };
                    return Ending { status: MessageStatus::Failed, error: Some(error), outcome: Some(outcome) };
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
            () = &mut drain => return Ending::of(MessageStatus::Interrupted, Some(opened.finish_early("interrupted"))),
        }
    }
}

fn append(generation: &Generation, chunks: &[Chunk]) {
    if !chunks.iter().any(Chunk::is_content) {
        return;
    }
    generation.update(|p| {
        for chunk in chunks {
            match chunk {
                Chunk::Text(text) | Chunk::Refusal(text) => p.text.push_str(text),
                Chunk::Reasoning(text) => p.reasoning.push_str(text),
                Chunk::Start { .. } | Chunk::ToolCall { .. } | Chunk::Usage(_) | Chunk::Finish(_) => {}
            }
        }
    });
}

fn failed(error: &ApiError, outcome: Option<Outcome>) -> Ending {
    let code = serde_json::to_value(error.code)
        .ok()
        .and_then(|c| c.as_str().map(str::to_owned));
    let details = error.details.iter().map(|d| AttemptDetail {
        field: d.field.clone(),
        message: d.message.clone(),
        code: d.code.clone(),
    });
    let error = MessageError {
        code: code.unwrap_or_default(),
        error: error.message.clone(),
        details: details.collect(),
    };
    Ending {
        status: MessageStatus::Failed,
        error: Some(error),
        outcome,
    }
}

fn body_of(generation: &Generation) -> Body {
    generation.look(|p| Body {
        text: p.text.clone(),
        reasoning: p.reasoning.clone(),
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

async fn save_ending(chat: &Chat, generation: &Generation, task: &Task, ending: Ending) {
    let usage = ending.outcome.as_ref().map(usage_of);
    generation.update(|p| {
        p.usage = usage;
        p.error.clone_from(&ending.error);
    });
    let give_up = Instant::now() + SAVE_FOR;
    let mut pause = Duration::from_millis(50);
    while let Err(error) = try_save(chat, generation, task, &ending, usage.as_ref()).await {
        tracing::error!(message.id = %generation.id, error = %error, "the end of an answer was not stored");
        if Instant::now() + pause > give_up {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

fn usage_of(outcome: &Outcome) -> MessageUsage {
    MessageUsage {
        input_tokens: outcome.usage.input_tokens,
        output_tokens: outcome.usage.output_tokens,
        cached_tokens: outcome.usage.cached_tokens,
        reasoning_tokens: outcome.usage.reasoning_tokens,
        cost_micros: outcome.cost_micros,
        first_word_ms: outcome.first_word_ms,
        total_ms: outcome.total_ms,
    }
}

async fn try_save(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    ending: &Ending,
    usage: Option<&MessageUsage>,
) -> Result<(), DbError> {
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
    change.updated_at = Set(tx.now().micros());
    if update(&tx, task, generation.id, change).await? == 0 {
        return Ok(()); // the thread was deleted meanwhile
    }
    let about = (generation.id, task.parent, MessageRole::Assistant);
    announce_at(&tx, (task.asker.workspace, task.thread), about, "message.ended").await?;
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
    tx.commit().await
}
