//! Runs that an action or a workflow asks for, in its transaction.

use db::entity::sync_runs;
use db::sync_kinds::{SyncMode, SyncStatus, SyncTrigger};
use db::{ConnectorId, DbError, SyncRunId, Tx};
use identity::{Caller, audit};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::begin::usual_mode;
use super::{Wanted, begin};
use crate::connectors;

/// Begins to fetch what is new, or everything; 409 where that goes on already.
pub(crate) async fn sync_now(
    tx: &Tx,
    caller: &Caller,
    connector: ConnectorId,
    everything: bool,
) -> Result<SyncRunId, ApiError> {
    let row = connectors::find(&**tx, caller.workspace, connector).await?;
    let row = row.ok_or_else(|| ApiError::not_found("source"))?;
    let mode = match everything {
        true => SyncMode::Full,
        false => usual_mode(tx, &row).await?,
    };
    let wanted = Wanted {
        asked_by: Some(caller.user),
        ..Wanted::of(&row, mode, SyncTrigger::Person)
    };
    let Some(run) = begin(tx, wanted).await? else {
        return Err(ApiError::new(Code::Conflict, "This source is being read already."));
    };
    let details = json!({ "run_id": run.id, "mode": mode });
    audit(tx, caller, "connector.sync", connector, &details).await?;
    Ok(run.id)
}

/// Ends a run; answers whether it had not ended by itself.
pub(crate) async fn stop(
    tx: &Tx,
    caller: &Caller,
    connector: ConnectorId,
    run: SyncRunId,
) -> Result<bool, DbError> {
    let of = |status| {
        sync_runs::Entity::update_many()
            .filter(sync_runs::Column::WorkspaceId.eq(caller.workspace))
            .filter(sync_runs::Column::ConnectorId.eq(connector))
            .filter(sync_runs::Column::Id.eq(run))
            .filter(sync_runs::Column::Status.eq(status))
    };
    let ended = sync_runs::ActiveModel {
        status: Set(SyncStatus::Cancelled),
        finished_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    let asked = sync_runs::ActiveModel {
        cancel_requested: Set(true),
        ..Default::default()
    };
    let waited = of(SyncStatus::Queued).set(ended).exec(&**tx).await?;
    let went_on = of(SyncStatus::Running).set(asked).exec(&**tx).await?;
    Ok(waited.rows_affected + went_on.rows_affected > 0)
}
