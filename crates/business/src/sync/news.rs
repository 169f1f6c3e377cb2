//! What others are told of a run, in the documented shape: the event's kind, time and tenant, and ids and counts.

use db::entity::{connectors as rows, sync_runs};
use db::events::{Event, Scope};
use db::sync_kinds::SyncStatus;
use db::{DbError, Tx};
use kit::clock::Timestamp;
use serde_json::{Value, json};

use crate::{Business, workflows};

fn payload(run: &sync_runs::Model, row: &rows::Model, more: &Value) -> Value {
    let mut all = json!({
        "connector_id": row.id,
        "connector_type": row.kind,
        "run_id": run.id,
        "mode": run.mode,
        "user_id": run.asked_by,
    });
    if let (Some(all), Some(more)) = (all.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    all
}

async fn tell(
    tx: &Tx,
    run: &sync_runs::Model,
    row: &rows::Model,
    kind: &'static str,
    more: &Value,
) -> Result<Value, DbError> {
    let payload = payload(run, row, more);
    let event = Event {
        scope: Scope::Workspace(run.workspace_id),
        workspace: Some(run.workspace_id),
        kind,
        payload: &payload,
    };
    tx.event(event).await?;
    Ok(payload)
}

/// Somebody began to read.
pub(super) async fn started(tx: &Tx, run: &sync_runs::Model, row: &rows::Model) -> Result<(), DbError> {
    tell(tx, run, row, "connector.sync.started", &json!({})).await?;
    Ok(())
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub done: u64,
    pub planned: u64,
    pub records: i64,
}

/// It came further.
pub(super) async fn progress(
    tx: &Tx,
    run: &sync_runs::Model,
    row: &rows::Model,
    at: Progress,
) -> Result<(), DbError> {
    let more = json!({ "done": at.done, "planned": at.planned, "records_synced": at.records });
    tell(tx, run, row, "connector.sync.progress", &more).await?;
    Ok(())
}

/// It ended; workflows that wait for that begin.
pub(super) async fn ended(
    business: &Business,
    tx: &Tx,
    run: &sync_runs::Model,
    row: &rows::Model,
    next_due: Option<Timestamp>,
) -> Result<(), DbError> {
    let kind = match run.status {
        SyncStatus::Failed => "connector.sync.failed",
        SyncStatus::Suspect => "connector.sync.suspect",
        _ => "connector.sync.completed",
    };
    let more = json!({
        "records_synced": run.records_written,
        "records_read": run.records_read,
        "records_failed": run.records_failed,
        "duration_ms": duration_ms(run),
        "status": run.status,
        "next_due_at": next_due,
    });
    let payload = tell(tx, run, row, kind, &more).await?;
    workflows::on_event(business, tx, run.workspace_id, kind, &payload).await
}

/// How long a run took.
pub(super) fn duration_ms(run: &sync_runs::Model) -> Option<i64> {
    Some((run.finished_at? - run.started_at?).max(0) / 1_000)
}
