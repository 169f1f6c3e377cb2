//! What is stored of an answer: a draft each second while it is written, and its end, in one transaction.

use std::time::Duration;

use ai::Outcome;
use ai::answer::AnswerUsage;
use db::entity::{messages, threads};
use db::kinds::{MessageRole, MessageStatus};
use db::{DbError, MessageId, Sealed};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use tokio::time::Instant;

use super::{Ending, MOST_CONTINUED, Task};
use crate::exchange::announce_end;
use crate::generation::Generation;
use crate::messages::{Body, error_place, seal_body};
use crate::{Chat, search, titles};

fn body_of(generation: &Generation) -> Body {
    generation.look(|p| Body {
        text: p.text.clone(),
        reasoning: p.reasoning.clone(),
        sources: generation.cited(p),
        tools: p.tools.clone(),
        business: p.business.clone(),
    })
}

pub(super) async fn save_draft(chat: &Chat, generation: &Generation, task: &Task) -> Result<(), DbError> {
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
pub(super) async fn save_ending(
    chat: &Chat,
    generation: &Generation,
    task: &Task,
    ending: Ending,
) -> MessageStatus {
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
