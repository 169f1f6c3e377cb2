//! The beginning of answers: what they are to be made of, and the moment at which they are stored and begin.

use db::entity::{messages, threads};
use db::kinds::MessageStatus;
use db::leases::Claim;
use db::{MessageId, Tx};
use identity::Caller;
use kit::api::ApiError;

use super::Reply;
use super::prepare::{Prepared, asker};
use crate::Chat;
use crate::answering::{self, Task};
use crate::messages::Body;
use crate::mirror::follow;

/// What an answer is made of.
pub(super) fn task(
    caller: &Caller,
    thread: &threads::Model,
    reply: &messages::Model,
    prepared: Prepared,
    tip: MessageId,
    continues: bool,
) -> Task {
    Task {
        asker: asker(caller),
        thread: thread.id,
        is_untitled: thread.title.is_none(),
        parent: reply.parent_id,
        system: prepared.instructions.system,
        knowledge: prepared.instructions.knowledge,
        answerer: prepared.answerer,
        tip,
        continues,
        after: None,
    }
}

/// Stores what was written and begins the answers. The buffers are there before the commit: whoever finds an answer in
/// the store finds its writer too.
pub(super) async fn commit_and_begin(
    chat: &Chat,
    tx: Tx,
    begun: Vec<(MessageId, Task, Body)>,
) -> Result<Vec<Reply>, ApiError> {
    let generations = &chat.0.generations;
    let mut running = Vec::with_capacity(begun.len());
    for (id, task, written) in begun {
        let workspace = task.asker.workspace;
        let claim = Claim {
            workspace,
            message: id,
            thread: task.thread,
            asked_by: task.asker.user,
            node: chat.db().bus().node(),
            run: kit::ids::new_id(),
            after: task.after,
        };
        let lease = tx.take_lease(claim).await?;
        let begun = lease.and_then(|lease| generations.begin(lease, task.thread, written));
        let Some(generation) = begun else {
            // Somebody else was quicker to go on with it; nothing of ours is needed.
            drop(tx);
            let running = follow(chat, workspace, id).await;
            let running = running.ok_or_else(|| ApiError::not_found("message"))?;
            return Ok(vec![Reply::of(running)]);
        };
        running.push((generation, task));
    }
    if let Err(error) = tx.commit().await {
        for (generation, _) in running {
            generations.end(&generation);
            generation.update(|p| p.ended = Some(MessageStatus::Failed));
        }
        return Err(error.into());
    }
    Ok(running
        .into_iter()
        .map(|(generation, task)| {
            answering::begin(chat, generation.clone(), task);
            Reply::of(generation)
        })
        .collect())
}
