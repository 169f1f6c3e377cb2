//! Writing an analysis: opens the file, asks the model, saves a draft each second, and ends in one transaction.

use std::sync::Arc;
use std::time::Duration;

use ai::answer::{AnswerError, AnswerUsage, Citation};
use ai::{Ask, Asker, Opened, Outcome, Plan, Purpose, Question, Target};
use db::DbError;
use db::entity::file_analyses;
use db::kinds::MessageStatus;
use kit::api::ApiError;
use providers::{Conversation, Message, Part};
use sea_orm::ActiveValue::Set;
use tokio::time::Instant;

use super::words::Words;
use super::{Running, asking, keeping};
use crate::Files;
use crate::prompt::{self, Reading, Wish};

/// How often what was written is saved, and that this node lives.
const SAVES: Duration = Duration::from_secs(1);
/// How long a question waits for its file to be read.
const SETTLES_WITHIN: Duration = Duration::from_secs(30);
/// How long an analysis may go on once the program stops.
const DRAINS: Duration = Duration::from_secs(2);
/// How long its end is tried to be stored.
const SAVE_FOR: Duration = Duration::from_mins(1);

/// What is asked when nobody says what.
const SUMMARY: &str = "Say in one sentence what this file is. Then summarise what is in it, and list the facts, names, \
                       dates and numbers that matter. Point out what is unusual or missing. Answer in the language of \
                       the file.";

/// What a running analysis is about.
#[derive(Debug)]
pub(super) struct Task {
    pub row: file_analyses::Model,
    pub words: Words,
    pub asker: Asker,
    pub plan: Plan,
}

/// How it came to its end.
struct Ending {
    status: MessageStatus,
    error: Option<AnswerError>,
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

    fn failed(error: AnswerError, outcome: Option<Outcome>) -> Self {
        Self {
            error: Some(error),
            ..Self::of(MessageStatus::Failed, outcome)
        }
    }
}

/// Forgets it however its task ends, so that nobody waits for one without a writer.
struct Writing(Files, Arc<Running>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.analyses().end(self.1.id);
        let buffer = &self.1.buffer;
        if buffer.look(|p| p.ended.is_none()) {
            buffer.update(|p| p.ended = Some(MessageStatus::Interrupted));
        }
    }
}

/// Begins to write.
pub(super) fn begin(room: &Files, running: Arc<Running>, task: Task) {
    let (inner, lifecycle) = (room.clone(), room.lifecycle().clone());
    let writing = Writing(room.clone(), running.clone());
    lifecycle.spawn("analysis", async move {
        let _writing = writing;
        let ending = Box::pin(write(&inner, &running, &task)).await;
        let status = save_ending(&inner, &running, &task, ending).await;
        inner.analyses().end(running.id);
        running.buffer.update(|p| p.ended = Some(status));
    });
}

/// A file and what is asked about it, put for each model.
#[derive(Debug)]
struct Asked<'a> {
    task: &'a Task,
    house: Option<String>,
    reading: Reading,
}

impl Question for Asked<'_> {
    fn for_target(&self, target: &Target) -> Conversation {
        let mut shown = self.reading.for_target(target);
        let system: Vec<String> = self.house.iter().cloned().chain([shown.rules]).collect();
        let mut parts: Vec<Part> = shown
            .with_message
            .remove(&self.task.row.file_id)
            .unwrap_or_default();
        parts.append(&mut shown.with_question);
        parts.push(Part::Text(
            self.task.words.prompt.as_deref().unwrap_or(SUMMARY).to_owned(),
        ));
        let mut question = Message::user("");
        question.parts = prompt::joined(parts);
        Conversation::new(vec![Message::system(system.join("\n\n")), question])
    }
}

async fn write(room: &Files, running: &Running, task: &Task) -> Ending {
    let opened = tokio::select! {
        opened = open(room, running, task) => opened,
        () = running.stop.cancelled() => return Ending::of(MessageStatus::Stopped, None),
        () = drained(room) => return Ending::of(MessageStatus::Interrupted, None),
        () = keep(room, running, task) => return Ending::of(MessageStatus::Stopped, None),
    };
    match opened {
        Ok((opened, sources)) => {
            let ending = read(room, running, task, opened, &sources).await;
            running
                .buffer
                .update(|p| p.sources = prompt::cited(&p.text, &sources));
            ending
        }
        Err(ending) => ending,
    }
}

async fn open(room: &Files, running: &Running, task: &Task) -> Result<(Opened, Vec<Citation>), Ending> {
    let asked = asked(room, task)
        .await
        .map_err(|error| Ending::failed((&error).into(), None))?;
    let ask = Ask {
        asker: task.asker,
        purpose: Purpose::Analysis,
        message: None,
        question: &asked,
    };
    let opening = room.ai().open(&task.plan, ask, |attempt| {
        running.buffer.update(|p| p.attempts.push(attempt.clone()));
    });
    let opened = opening
        .await
        .map_err(|failure| Ending::failed((&failure.error).into(), Some(failure.outcome)))?;
    Ok((opened, asked.reading.sources().to_vec()))
}

async fn asked<'a>(room: &Files, task: &'a Task) -> Result<Asked<'a>, ApiError> {
    let workspace = task.asker.workspace;
    let file = [task.row.file_id];
    prompt::settle(room, workspace, &file, SETTLES_WITHIN).await?;
    let wish = Wish {
        attached: &file,
        knowledge: &[],
        question: task.words.prompt.as_deref().unwrap_or_default(),
        known: &[],
        plan: &task.plan,
    };
    Ok(Asked {
        task,
        house: identity::workspaces::house(room.db(), workspace)
            .await?
            .system_prompt,
        reading: prompt::open(room, workspace, wish).await?,
    })
}

/// Ends once the program stops and there is no more time.
async fn drained(room: &Files) {
    room.lifecycle().stopping().await;
    tokio::time::sleep(DRAINS).await;
}

/// Says each second that this node lives, until somebody wants it to end.
async fn keep(room: &Files, running: &Running, task: &Task) {
    loop {
        tokio::time::sleep(SAVES).await;
        if !is_still_wanted(room, running, task, &[]).await {
            return;
        }
    }
}

async fn read(
    room: &Files,
    running: &Running,
    task: &Task,
    mut opened: Opened,
    sources: &[Citation],
) -> Ending {
    running.buffer.update(|p| {
        p.provider = Some(opened.provider().to_owned());
        p.model = Some(opened.model());
    });
    let mut drafts = tokio::time::interval_at(Instant::now() + SAVES, SAVES);
    drafts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let drain = drained(room);
    tokio::pin!(drain);
    loop {
        tokio::select! {
            chunk = opened.next() => match chunk {
                Some(Ok(chunks)) => running.buffer.append(&chunks),
                Some(Err(error)) => {
                    let outcome = opened.finish(Some(&error));
                    return Ending::failed(AnswerError::broken_off(&error), Some(outcome));
                }
                None => return Ending::of(MessageStatus::Complete, Some(opened.finish(None))),
            },
            _ = drafts.tick() => {
                if !is_still_wanted(room, running, task, sources).await {
                    return Ending::of(MessageStatus::Stopped, Some(opened.finish_early("stopped")));
                }
            }
            () = running.stop.cancelled() => return Ending::of(MessageStatus::Stopped, Some(opened.finish_early("stopped"))),
            () = &mut drain => return Ending::of(MessageStatus::Interrupted, Some(opened.finish_early("interrupted"))),
        }
    }
}

/// What was written so far, for its row.
async fn change(
    room: &Files,
    running: &Running,
    task: &Task,
    sources: &[Citation],
) -> Result<file_analyses::ActiveModel, DbError> {
    let keys = room.db().keys(task.asker.workspace.0).await?;
    let (words, provider, model) = running.buffer.look(|p| {
        let words = Words {
            prompt: task.words.prompt.clone(),
            wish: task.words.wish.clone(),
            text: p.text.clone(),
            reasoning: p.reasoning.clone(),
            sources: prompt::cited(&p.text, sources),
            error: p.error.clone(),
        };
        (words, p.provider.clone(), p.model.clone())
    });
    Ok(file_analyses::ActiveModel {
        body: Set(words.seal(&keys, running.id)?),
        provider: Set(provider),
        model: Set(model),
        ..Default::default()
    })
}

/// Saves a draft; answers whether anybody still wants it: it was neither deleted, nor stopped by way of another node.
async fn is_still_wanted(room: &Files, running: &Running, task: &Task, sources: &[Citation]) -> bool {
    let saving = async {
        let change = change(room, running, task, sources).await?;
        let tx = room.db().write().await?;
        let row = keeping::write(&tx, &task.row, change).await?;
        tx.commit().await?;
        Ok::<_, DbError>(row.is_some_and(|row| !row.stop_requested))
    };
    saving.await.unwrap_or_else(|error| {
        tracing::warn!(analysis.id = %running.id, error = %error, "a draft was not saved");
        true
    })
}

/// Stores the end, and answers what the store says of it then.
async fn save_ending(room: &Files, running: &Running, task: &Task, ending: Ending) -> MessageStatus {
    let usage = ending.outcome.as_ref().map(AnswerUsage::from);
    running.buffer.update(|p| {
        p.usage = usage;
        p.error.clone_from(&ending.error);
    });
    let give_up = Instant::now() + SAVE_FOR;
    let mut pause = Duration::from_millis(50);
    loop {
        match try_save(room, running, task, &ending).await {
            Ok(()) => return ending.status,
            Err(error) => {
                tracing::error!(analysis.id = %running.id, error = %error, "the end of an analysis was not stored");
            }
        }
        if Instant::now() + pause > give_up {
            return ending.status;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn try_save(room: &Files, running: &Running, task: &Task, ending: &Ending) -> Result<(), DbError> {
    let sources = running.buffer.look(|p| p.sources.clone());
    let mut change = change(room, running, task, &sources).await?;
    if let Some(usage) = running.buffer.look(|p| p.usage) {
        change.usage = Set(Some(serde_json::to_string(&usage)?));
    }
    change.status = Set(ending.status);
    let tx = room.db().write().await?;
    // What it cost is noted even when it was deleted meanwhile.
    if let Some(outcome) = &ending.outcome {
        room.ai().record(&tx, outcome).await?;
    }
    if keeping::write(&tx, &task.row, change).await?.is_some() {
        asking::announce(room, &tx, task.row.workspace_id, task.row.file_id).await?;
    }
    tx.commit().await
}
