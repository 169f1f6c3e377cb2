//! Sources as actions and workflows use them: to fetch what is new, now.

use db::entity::{connectors as rows, sync_runs};
use db::sync_kinds::{ConnectorState, SyncMode, SyncStatus, SyncTrigger};
use db::{ConnectorId, DbError, SyncRunId, Tx, WorkspaceId};
use identity::{Caller, Permission, audit};
use kit::api::{ApiError, Code};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;

use crate::sync::{Wanted, begin, usual_mode};
use crate::{Business, connectors};

/// What a source is called; none where it is not there.
pub(crate) async fn name(
    business: &Business,
    workspace: WorkspaceId,
    connector: ConnectorId,
) -> Result<Option<String>, DbError> {
    let keys = business.db().keys(workspace.0).await?;
    let found = connectors::find(business.db().read(), workspace, connector).await?;
    let name = found.map(|row| row.name.open(&keys, connectors::name_place(row.id)));
    Ok(name.transpose()?)
}

/// Refuses a source that cannot be read now.
fn require_ready(row: &rows::Model) -> Result<(), ApiError> {
    if connectors::manifest_of(row)?.upload {
        let sentence = "This connector has no source; it reads files that are uploaded.";
        return Err(ApiError::new(Code::Conflict, sentence));
    }
    match row.state {
        ConnectorState::Active | ConnectorState::Failed | ConnectorState::Checking => Ok(()),
        ConnectorState::Paused => Err(ApiError::new(
            Code::Conflict,
            "This connector is paused; resume it first.",
        )),
        ConnectorState::NeedsReconnect => Err(ApiError::new(
            Code::Conflict,
            "The source does not accept the credentials any more; enter them again first.",
        )),
    }
}

/// Begins to fetch what is new (or, where told, everything), in the caller's transaction; 409 where that runs already.
/// Whoever asks must be permitted to manage sources.
pub(crate) async fn sync_now(
    tx: &Tx,
    caller: &Caller,
    connector: ConnectorId,
    everything: bool,
) -> Result<SyncRunId, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let found = connectors::find(&**tx, caller.workspace, connector).await?;
    let row = found.ok_or_else(|| ApiError::not_found("connector"))?;
    require_ready(&row)?;
    let mode = if everything {
        SyncMode::Full
    } else {
        usual_mode(tx, &row).await?
    };
    let wanted = Wanted {
        asked_by: Some(caller.user),
        ..Wanted::of(&row, mode, SyncTrigger::Person)
    };
    let run = begin(tx, wanted).await?;
    let run = run.ok_or_else(|| ApiError::new(Code::Conflict, "This source is being read already."))?;
    let details = json!({ "run_id": run.id, "mode": mode });
    audit(tx, caller, "connector.sync", connector, &details).await?;
    Ok(run.id)
}

/// Stops a run that has not ended; answers whether there was one.
pub(crate) async fn stop(
    tx: &Tx,
    caller: &Caller,
    connector: ConnectorId,
    run: SyncRunId,
) -> Result<bool, ApiError> {
    caller.require(Permission::ManageBusiness)?;
    let found = sync_runs::Entity::of(caller.workspace)
        .filter(sync_runs::Column::Id.eq(run))
        .lock_exclusive()
        .one(&**tx)
        .await
        .map_err(DbError::from)?;
    let Some(found) = found else { return Ok(false) };
    let status = found.status;
    let mut change = found.into_active_model();
    match status {
        SyncStatus::Queued => {
            change.status = Set(SyncStatus::Cancelled);
            change.finished_at = Set(Some(tx.now().micros()));
        }
        SyncStatus::Running => change.cancel_requested = Set(true),
        _ => return Ok(false),
    }
    change.update(&**tx).await.map_err(DbError::from)?;
    let details = json!({ "run_id": run });
    audit(tx, caller, "connector.sync.cancelled", connector, &details).await?;
    Ok(true)
}
