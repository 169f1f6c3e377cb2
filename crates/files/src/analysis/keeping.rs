//! Analyses whose node does not live any more. A node that writes one says each second that it lives, by the clock of the
//! store; when it has been silent for as long as a lease, the analysis is interrupted, with what was written.

use std::time::Duration;

use db::entity::file_analyses::{ActiveModel, Column, Entity, Model};
use db::kinds::MessageStatus;
use db::leases::{has_passed, later};
use db::{DbError, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::asking::announce;
use crate::Files;

/// How often is looked for what was left behind.
const LOOK: Duration = Duration::from_secs(2);

/// Ends what was left behind, and keeps looking where other nodes may be.
pub async fn start(files: &Files) -> Result<(), DbError> {
    if files.db().backend() == "sqlite" {
        // The embedded store has one process: whatever was being written when it ended is not being written any more.
        return interrupt(files, true).await;
    }
    let looking = files.clone();
    files.lifecycle().spawn("analyses left behind", async move {
        loop {
            if let Err(error) = interrupt(&looking, false).await {
                tracing::warn!(error = %error, "analyses that were left behind could not be looked for");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = looking.lifecycle().stopping() => return,
            }
        }
    });
    Ok(())
}

async fn interrupt(files: &Files, all: bool) -> Result<(), DbError> {
    let db = files.db();
    let mut running = Entity::find().filter(Column::Status.eq(MessageStatus::Streaming));
    if !all {
        running = running.filter(has_passed(db.read(), "file_analyses.leased_until"));
    }
    let left: Vec<Model> = running.limit(100).all(db.read()).await?;
    for row in left {
        let tx = db.write().await?;
        let change = ActiveModel {
            status: Set(MessageStatus::Interrupted),
            ..Default::default()
        };
        let changed = Entity::update_many()
            .set(change)
            .filter(Column::WorkspaceId.eq(row.workspace_id))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Status.eq(MessageStatus::Streaming))
            .filter(Column::LeasedUntil.eq(row.leased_until))
            .exec(&*tx)
            .await?;
        if changed.rows_affected > 0 {
            announce(files, &tx, row.workspace_id, row.file_id).await?;
            tx.commit().await?;
            tracing::info!(analysis.id = %row.id, "an analysis whose writer ended was marked as interrupted");
        }
    }
    Ok(())
}

/// Writes a change of an analysis that is still being written here, and that its node lives; answers the row, or
/// nothing when it was taken away.
pub(super) async fn write(tx: &Tx, row: &Model, change: ActiveModel) -> Result<Option<Model>, DbError> {
    let written = Entity::update_many()
        .set(change)
        .col_expr(Column::LeasedUntil, later(&**tx))
        .filter(Column::WorkspaceId.eq(row.workspace_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(MessageStatus::Streaming))
        .exec_with_returning(&**tx)
        .await?;
    Ok(written.into_iter().next())
}

/// Asks the node that writes an analysis to end it.
pub(super) async fn request_stop(files: &Files, row: &Model) -> Result<(), DbError> {
    let tx = files.db().write().await?;
    Entity::update_many()
        .col_expr(Column::StopRequested, Expr::value(true))
        .filter(Column::WorkspaceId.eq(row.workspace_id))
        .filter(Column::Id.eq(row.id))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
