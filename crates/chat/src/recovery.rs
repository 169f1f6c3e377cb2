//! What a crash left behind: answers that nobody writes any more become `interrupted`, with what was written.

use std::time::Duration;

use db::entity::messages;
use db::kinds::MessageStatus;
use db::{DbError, jobs::Worker};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::exchange::announce;
use crate::{Chat, titles};

/// A running answer is saved at least this often (see `ChatConfig::draft_every`); older ones have no writer.
const SILENT: Duration = Duration::from_secs(90);
/// How often is looked for answers whose writer died.
const SWEEP: Duration = Duration::from_secs(20);

/// Marks what a crash left behind, then keeps looking, and registers the room's jobs.
pub async fn start(chat: &Chat, worker: Worker) -> Result<Worker, DbError> {
    // The embedded store has one process: whatever was running when it ended is running no more.
    let alone = chat.db().backend() == "sqlite";
    interrupt_orphans(chat, if alone { Duration::ZERO } else { SILENT }).await?;
    let sweeping = chat.clone();
    chat.0.lifecycle.spawn("interrupted answers", async move {
        while !sweeping.0.lifecycle.is_stopping() {
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => {}
                () = sweeping.0.lifecycle.stopping() => return,
            }
            if let Err(error) = interrupt_orphans(&sweeping, SILENT).await {
                tracing::warn!(error = %error, "interrupted answers could not be looked for");
            }
        }
    });
    let titled = chat.clone();
    Ok(worker.with(move |job: titles::MakeTitle| {
        let chat = titled.clone();
        async move { titles::make(&chat, job).await }
    }))
}

async fn interrupt_orphans(chat: &Chat, silent: Duration) -> Result<(), DbError> {
    let db = chat.db();
    let before = db.clock().now().minus(silent).micros();
    let orphans: Vec<_> = messages::Entity::find()
        .filter(messages::Column::Status.eq(MessageStatus::Streaming))
        .filter(messages::Column::UpdatedAt.lte(before))
        .all(db.read())
        .await?
        .into_iter()
        .filter(|row| chat.0.generations.get(row.id).is_none())
        .collect();
    if orphans.is_empty() {
        return Ok(());
    }
    let tx = db.write().await?;
    for row in &orphans {
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
            .filter(messages::Column::UpdatedAt.eq(row.updated_at))
            .exec(&*tx)
            .await?;
        if changed.rows_affected > 0 {
            announce(&tx, row, "message.ended").await?;
        }
    }
    tracing::info!(
        count = orphans.len(),
        "answers whose writer ended were marked as interrupted"
    );
    tx.commit().await
}
