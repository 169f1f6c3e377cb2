//! What a node left behind. An answer whose writer died becomes `interrupted`, with what was written; one that its
//! writer handed over because it had to stop is gone on with.

use std::time::Duration;

use db::entity::{generations, messages};
use db::kinds::MessageStatus;
use db::leases::{self, Lease};
use db::{DbError, jobs::Worker};
use identity::Caller;
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::access::{self, AtMessage};
use crate::exchange::{announce_end, go_on_after};
use crate::{Chat, keeping, own, relay, search, titles};

/// An answer without a lease that was not touched for this long has no writer: nothing of ours leaves one.
const SILENT: Duration = Duration::from_secs(90);
/// How often is looked for leases that have run out.
const REAP: Duration = Duration::from_secs(1);

/// Ends or takes over what was left behind, keeps looking, begins to talk with other nodes, and registers the room's
/// jobs.
pub async fn start(chat: &Chat, worker: Worker) -> Result<Worker, DbError> {
    if chat.is_alone() {
        // The embedded store has one process: whatever was running when it ended is running no more.
        leases::expire_all(chat.db()).await?;
        interrupt_orphans(chat, Duration::ZERO).await?;
        reap(chat).await?;
    } else {
        interrupt_orphans(chat, SILENT).await?;
        relay::start(chat);
        reap_again_and_again(chat);
    }
    keeping::start(chat);
    let (titled, erased) = (chat.clone(), chat.clone());
    let worker = worker.with(move |job: identity::ErasePerson| {
        let chat = erased.clone();
        async move { own::erase(&chat, job).await }
    });
    Ok(worker.with(move |job: titles::MakeTitle| {
        let chat = titled.clone();
        async move { titles::make(&chat, job).await }
    }))
}

fn reap_again_and_again(chat: &Chat) {
    let reaping = chat.clone();
    chat.0.lifecycle.spawn("answers left behind", async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(REAP) => {}
                () = reaping.0.lifecycle.stopping() => return,
            }
            if let Err(error) = look_and_reap(&reaping).await {
                tracing::warn!(error = %error, "answers that were left behind could not be looked for");
            }
        }
    });
}

async fn look_and_reap(chat: &Chat) -> Result<(), DbError> {
    // A look without a lock first: an idle node should not write.
    if leases::any_run_out(chat.db()).await? {
        reap(chat).await?;
    }
    Ok(())
}

/// Ends the answers whose leases have run out, and goes on with those that were handed over.
async fn reap(chat: &Chat) -> Result<(), DbError> {
    let db = chat.db();
    let tx = db.write().await?;
    let (mut ended, mut offered) = (Vec::new(), Vec::new());
    for row in tx.leases_run_out().await? {
        let is_ours = chat.0.generations.get(row.message_id);
        if is_ours.is_some_and(|g| g.run == row.run) {
            continue; // this node was asleep and has only to renew it
        }
        if row.handed_over {
            let lease = tx.claim_handed_over(&row, db.bus().node()).await?;
            offered.push((row, lease));
            continue;
        }
        tx.end_lease(row.lease()).await?;
        let message = messages::Entity::of(row.workspace_id)
            .filter(messages::Column::Id.eq(row.message_id))
            .one(&*tx)
            .await?;
        if let Some(message) = message
            && interrupt(&tx, &message).await?
        {
            ended.push(row);
        }
    }
    tx.commit().await?;
    for row in ended {
        tracing::info!(message.id = %row.message_id, node = %row.node, "an answer whose writer ended was marked as interrupted");
        relay::say_ended(chat, &row).await;
    }
    for (row, lease) in offered {
        let inner = chat.clone();
        chat.0
            .lifecycle
            .spawn("going on", async move { try_to_go_on(&inner, &row, lease).await });
    }
    Ok(())
}

/// How often going on is tried, a second apart: a server that has just started may not know all its models yet.
const TRIES: u32 = 5;

async fn try_to_go_on(chat: &Chat, row: &generations::Model, lease: Lease) {
    let id = row.message_id;
    for left in (0..TRIES).rev() {
        match take_over(chat, row, lease).await {
            Ok(()) => {
                return tracing::info!(message.id = %id, "an answer that another node had to leave goes on here");
            }
            Err(error) if left == 0 || matches!(error.code, Code::NotFound | Code::Conflict) => {
                // Where the store is away the claim runs out by itself, and somebody tries again.
                tracing::info!(message.id = %id, reason = %error.message, "an answer that was left cannot go on");
                if error.code != Code::Unavailable {
                    give_up(chat, lease).await;
                }
                return;
            }
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn take_over(chat: &Chat, row: &generations::Model, lease: Lease) -> Result<(), ApiError> {
    let gone = || ApiError::not_found("message");
    let caller = Caller::on_behalf_of(chat.db(), row.workspace_id, row.asked_by).await?;
    let caller = caller.ok_or_else(gone)?;
    let who = (caller.workspace, caller.user);
    let entered = access::enter(chat, who, caller.role, row.thread_id).await?;
    let (thread, role) = entered.ok_or_else(gone)?;
    let message = crate::messages::find(chat.db(), row.workspace_id, row.message_id).await?;
    let at = AtMessage {
        caller,
        thread,
        role,
        message: message.ok_or_else(gone)?,
    };
    go_on_after(chat, at, Some(lease)).await?;
    Ok(())
}

async fn give_up(chat: &Chat, lease: Lease) {
    let ending = async {
        let tx = chat.db().write().await?;
        tx.end_lease(lease).await?;
        tx.commit().await
    };
    if let Err(error) = ending.await {
        tracing::warn!(message.id = %lease.message, error = %error, "a lease could not be given back");
    }
}

/// Answers whether there was something to interrupt.
async fn interrupt(tx: &db::Tx, row: &messages::Model) -> Result<bool, DbError> {
    let change = messages::ActiveModel {
        status: Set(MessageStatus::Interrupted),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    let changed = messages::Entity::update_many()
        .set(change)
        .filter(messages::Column::WorkspaceId.eq(row.workspace_id))
        .filter(messages::Column::Id.eq(row.id))
        .filter(messages::Column::Status.eq(MessageStatus::Streaming))
        .exec(&**tx)
        .await?;
    let is_interrupted = changed.rows_affected > 0;
    if is_interrupted {
        let about = (row.id, row.parent_id, row.role);
        let at = (row.workspace_id, row.thread_id);
        announce_end(tx, at, about, MessageStatus::Interrupted).await?;
        search::queue_message(tx, at, row.id).await?;
    }
    Ok(is_interrupted)
}

/// Interrupts what is marked as running and has no lease, such as the answers of a version before there were leases.
async fn interrupt_orphans(chat: &Chat, silent: Duration) -> Result<(), DbError> {
    let db = chat.db();
    let before = db.clock().now().minus(silent).micros();
    let leased = generations::Entity::find()
        .select_only()
        .column(generations::Column::MessageId)
        .into_query();
    let orphans: Vec<_> = messages::Entity::find()
        .filter(messages::Column::Status.eq(MessageStatus::Streaming))
        .filter(messages::Column::UpdatedAt.lte(before))
        .filter(messages::Column::Id.not_in_subquery(leased))
        .all(db.read())
        .await?;
    if orphans.is_empty() {
        return Ok(());
    }
    let tx = db.write().await?;
    for row in &orphans {
        interrupt(&tx, row).await?;
    }
    tracing::info!(
        count = orphans.len(),
        "answers whose writer ended were marked as interrupted"
    );
    tx.commit().await
}
