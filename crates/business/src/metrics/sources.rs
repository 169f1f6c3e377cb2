//! Where the data of a metric come from, and until when they are known.

use db::entity::{capabilities, sync_runs};
use db::sync_kinds::{SyncMode, SyncStatus};
use db::{ConnectorId, DbError, WorkspaceId};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::answer::SourceInfo;
use crate::{Business, connectors, sources};

/// What is connected of what a metric needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub list: Vec<SourceInfo>,
    /// The oldest of the last news.
    pub fresh_until: Option<Timestamp>,
    /// Whether there is anything of all that is needed.
    pub is_connected: bool,
    /// Whether a payment service tells of payments.
    pub has_service: bool,
}

/// What connectors have told of.
pub(super) async fn told(
    business: &Business,
    workspace: WorkspaceId,
) -> Result<Vec<capabilities::Model>, DbError> {
    let rows = capabilities::Entity::of(workspace)
        .filter(capabilities::Column::HasData.eq(true))
        .order_by_asc(capabilities::Column::ConnectorId)
        .all(business.db().read())
        .await?;
    Ok(rows)
}

/// The sources that are being read for the first time.
async fn loading(business: &Business, workspace: WorkspaceId) -> Result<Vec<ConnectorId>, DbError> {
    let running = sync_runs::Entity::of(workspace)
        .filter(sync_runs::Column::Mode.eq(SyncMode::First))
        .filter(sync_runs::Column::Status.is_in([SyncStatus::Queued, SyncStatus::Running]))
        .select_only()
        .column(sync_runs::Column::ConnectorId)
        .into_tuple()
        .all(business.db().read())
        .await?;
    Ok(running)
}

/// What a source is called, and its kind; nothing where it is being forgotten.
async fn called(business: &Business, row: &capabilities::Model) -> Result<(String, String), DbError> {
    let (workspace, id) = (row.workspace_id, row.connector_id);
    let found = connectors::find(business.db().read(), workspace, id).await?;
    let kind = found.map(|connector| connector.kind).unwrap_or_default();
    let name = sources::name(business, workspace, id).await?.unwrap_or_default();
    Ok((name, kind))
}

/// Whether a row is about something that is needed, told by somebody who may tell it.
pub(super) fn serves(row: &capabilities::Model, need: &str, has_service: bool) -> bool {
    row.entity == need
        && match need {
            "order" => row.role == "sales",
            "payment" => (row.role == "payments") == has_service,
            _ => true,
        }
}

pub(super) fn has_service(rows: &[capabilities::Model]) -> bool {
    rows.iter()
        .any(|row| row.entity == "payment" && row.role == "payments")
}

/// What is connected of these needs.
pub(super) async fn of(
    business: &Business,
    workspace: WorkspaceId,
    needs: &[String],
) -> Result<Found, DbError> {
    let rows = told(business, workspace).await?;
    let has_service = has_service(&rows);
    let mut found = Found {
        is_connected: needs
            .iter()
            .all(|need| rows.iter().any(|row| serves(row, need, has_service))),
        has_service,
        ..Found::default()
    };
    let loading = loading(business, workspace).await?;
    for row in rows
        .iter()
        .filter(|row| needs.iter().any(|need| serves(row, need, has_service)))
    {
        let fresh = Timestamp(row.fresh_at);
        found.fresh_until = Some(found.fresh_until.map_or(fresh, |other| other.min(fresh)));
        if found
            .list
            .iter()
            .all(|source| source.connector_id != row.connector_id)
        {
            let (name, kind) = called(business, row).await?;
            found.list.push(SourceInfo {
                connector_id: row.connector_id,
                name,
                kind,
                last_sync_at: Some(fresh),
                is_loading: loading.contains(&row.connector_id),
            });
        }
    }
    Ok(found)
}
