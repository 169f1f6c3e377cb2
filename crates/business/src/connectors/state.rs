//! The row of a connector: finding it, and what happens to it while it is read.

use db::entity::{connectors as rows, workspaces};
use db::events::{Event, Scope};
use db::kinds::Plan;
use db::sync_kinds::ConnectorState;
use db::{ConnectorId, DbError, Sealed, Tx, WorkspaceId};
use kit::vault::Place;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::{Business, schedules};

/// So many runs that fail in a row, and it is left alone.
const OFTEN: i32 = 12;

pub(super) const fn error_place(id: ConnectorId) -> Place<'static> {
    Place {
        column: "connectors.error",
        row: id.0,
    }
}

/// A connector of a workspace.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ConnectorId,
) -> Result<Option<rows::Model>, DbError> {
    Ok(rows::Entity::find_by_id((workspace, id)).one(conn).await?)
}

/// Tells those who look that it is another one now.
pub(crate) async fn announce(tx: &Tx, workspace: WorkspaceId, id: ConnectorId) -> Result<(), DbError> {
    let event = Event {
        scope: Scope::Workspace(workspace),
        workspace: Some(workspace),
        kind: "connector.changed",
        payload: &json!({ "connector_id": id }),
    };
    tx.event(event).await?;
    Ok(())
}

pub(super) async fn update(
    tx: &Tx,
    workspace: WorkspaceId,
    id: ConnectorId,
    mut row: rows::ActiveModel,
) -> Result<(), DbError> {
    row.updated_at = Set(tx.now().micros());
    rows::Entity::update_many()
        .set(row)
        .filter(rows::Column::WorkspaceId.eq(workspace))
        .filter(rows::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    announce(tx, workspace, id).await
}

/// Its credentials do not hold any more: it rests until a person connects it again.
pub(crate) async fn needs_reconnect(
    business: &Business,
    tx: &Tx,
    row: &rows::Model,
    why: &str,
) -> Result<(), DbError> {
    broke(business, tx, row, ConnectorState::NeedsReconnect, why).await
}

/// It failed too often in a row.
pub(crate) async fn failed_often(
    business: &Business,
    tx: &Tx,
    row: &rows::Model,
    why: &str,
) -> Result<bool, DbError> {
    let failures = row.failures + 1;
    let keys = business.db().keys(row.workspace_id.0).await?;
    let is_often = failures >= OFTEN;
    if is_often {
        broke(business, tx, row, ConnectorState::Failed, why).await?;
    }
    let change = rows::ActiveModel {
        failures: Set(failures),
        error: Set(Some(Sealed::seal(&keys, error_place(row.id), why)?)),
        ..Default::default()
    };
    update(tx, row.workspace_id, row.id, change).await?;
    Ok(is_often)
}

/// It is not read any more until a person looks.
pub(crate) async fn broke(
    business: &Business,
    tx: &Tx,
    row: &rows::Model,
    state: ConnectorState,
    why: &str,
) -> Result<(), DbError> {
    let keys = business.db().keys(row.workspace_id.0).await?;
    let change = rows::ActiveModel {
        state: Set(state),
        error: Set(Some(Sealed::seal(&keys, error_place(row.id), why)?)),
        ..Default::default()
    };
    update(tx, row.workspace_id, row.id, change).await?;
    if let Some(schedule) = row.schedule_id {
        schedules::pause(tx, row.workspace_id, schedule, Some(state.word())).await?;
    }
    Ok(())
}

/// How many minutes lie between two runs, by the plan of the workspace.
pub(crate) async fn minutes_of(
    business: &Business,
    conn: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<u32, DbError> {
    let row = workspaces::Entity::find_by_id(workspace).one(conn).await?;
    let config = &business.config().ingest;
    let minutes = match row.map_or(Plan::Free, |row| row.plan) {
        Plan::Free => config.free_minutes,
        Plan::Pro => config.pro_minutes,
        Plan::Business => config.business_minutes,
    };
    Ok(minutes.clamp(1, 31 * 24 * 60))
}

/// A run ended well, or well enough: what is told of it stays until the next one.
pub(crate) async fn went_well(
    business: &Business,
    tx: &Tx,
    row: &rows::Model,
    at: Option<i64>,
    fresh_until: Option<i64>,
    note: Option<&str>,
) -> Result<(), DbError> {
    let keys = business.db().keys(row.workspace_id.0).await?;
    let mut change = rows::ActiveModel {
        failures: Set(0),
        error: Set(match note {
            Some(note) => Some(Sealed::seal(&keys, error_place(row.id), note)?),
            None => None,
        }),
        ..Default::default()
    };
    if note.is_none() {
        change.last_sync_at = Set(at);
    }
    if let Some(fresh) = fresh_until {
        change.fresh_until = Set(Some(fresh));
    }
    update(tx, row.workspace_id, row.id, change).await
}
