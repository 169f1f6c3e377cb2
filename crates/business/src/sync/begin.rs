//! Wanting a run, and wanting none any more.

use db::entity::{connectors as rows, sync_positions, sync_runs};
use db::sync_kinds::{ConnectorState, SyncMode, SyncStatus, SyncTrigger};
use db::{ConnectorId, DbError, SyncRunId, Tx, UserId, WorkspaceId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{Business, connectors};

/// A run that somebody wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub workspace: WorkspaceId,
    pub connector: ConnectorId,
    pub mode: SyncMode,
    pub trigger: SyncTrigger,
    pub asked_by: Option<UserId>,
    /// The file, for an upload.
    pub object: Option<String>,
    pub fingerprint: Option<Vec<u8>>,
}

impl Wanted {
    pub const fn of(row: &rows::Model, mode: SyncMode, trigger: SyncTrigger) -> Self {
        Self {
            workspace: row.workspace_id,
            connector: row.id,
            mode,
            trigger,
            asked_by: None,
            object: None,
            fingerprint: None,
        }
    }
}

/// Queues a run; none when one is queued or goes on, into which this one is folded.
pub(crate) async fn begin(tx: &Tx, wanted: Wanted) -> Result<Option<sync_runs::Model>, DbError> {
    let id = SyncRunId::new();
    let row = sync_runs::ActiveModel {
        workspace_id: Set(wanted.workspace),
        id: Set(id),
        connector_id: Set(wanted.connector),
        mode: Set(wanted.mode),
        trigger: Set(wanted.trigger),
        status: Set(SyncStatus::Queued),
        fence: Set(0),
        node: Set(None),
        leased_until: Set(0),
        cancel_requested: Set(false),
        is_planned: Set(false),
        streams: Set("[]".to_owned()),
        records_read: Set(0),
        records_written: Set(0),
        records_failed: Set(0),
        error: Set(None),
        object: Set(wanted.object),
        fingerprint: Set(wanted.fingerprint),
        asked_by: Set(wanted.asked_by),
        started_at: Set(None),
        finished_at: Set(None),
        created_at: Set(tx.now().micros()),
    };
    sync_runs::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(sync_runs::Entity::find_by_id((wanted.workspace, id))
        .one(&**tx)
        .await?)
}

/// The mode of a run that nobody chose: everything, as long as nothing has been read.
pub(crate) async fn usual_mode(tx: &Tx, row: &rows::Model) -> Result<SyncMode, DbError> {
    let read = sync_positions::Entity::of(row.workspace_id)
        .filter(sync_positions::Column::ConnectorId.eq(row.id))
        .filter(sync_positions::Column::CursorAt.is_not_null())
        .count(&**tx)
        .await?;
    Ok(if read == 0 {
        SyncMode::First
    } else {
        SyncMode::Incremental
    })
}

/// Begins the run of a slot of a schedule. A source that rests has none, and a slot during a run is folded into it.
pub async fn begin_due(
    business: &Business,
    workspace: WorkspaceId,
    connector: ConnectorId,
) -> Result<(), DbError> {
    let tx = business.db().write().await?;
    let Some(row) = connectors::find(&*tx, workspace, connector).await? else {
        return Ok(());
    };
    if row.state != ConnectorState::Active {
        return Ok(());
    }
    let mode = usual_mode(&tx, &row).await?;
    begin(&tx, Wanted::of(&row, mode, SyncTrigger::Schedule)).await?;
    tx.commit().await?;
    business.ingest().runs.notify_one();
    Ok(())
}

/// Ends the runs of a connector: one that waits at once, one that goes on as soon as its reader hears of it.
pub(crate) async fn cancel_runs_of(
    tx: &Tx,
    workspace: WorkspaceId,
    connector: ConnectorId,
) -> Result<(), DbError> {
    let of = sync_runs::Entity::update_many()
        .filter(sync_runs::Column::WorkspaceId.eq(workspace))
        .filter(sync_runs::Column::ConnectorId.eq(connector));
    let ended = sync_runs::ActiveModel {
        status: Set(SyncStatus::Cancelled),
        finished_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    of.clone()
        .filter(sync_runs::Column::Status.eq(SyncStatus::Queued))
        .set(ended)
        .exec(&**tx)
        .await?;
    let asked = sync_runs::ActiveModel {
        cancel_requested: Set(true),
        ..Default::default()
    };
    of.filter(sync_runs::Column::Status.eq(SyncStatus::Running))
        .set(asked)
        .exec(&**tx)
        .await?;
    Ok(())
}
