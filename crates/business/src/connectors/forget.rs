//! Taking a connector away, with everything that it brought.

use db::entity::{
    connectors as rows, dead_letters, sync_positions, sync_runs, sync_slices, webhook_inbox,
};
use db::jobs::{Job, JobError};
use db::{ConnectorId, DbError, Tx, WorkspaceId};
use identity::audit;
use kit::api::ApiError;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::AtConnector;
use crate::queue::Queue;
use crate::{Business, schedules, warehouse};

/// Forgets what a connector brought, once it is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ForgetConnector {
    workspace: WorkspaceId,
    connector: ConnectorId,
}

impl Job for ForgetConnector {
    const KIND: &'static str = "business.forget_connector";

    fn unique_key(&self) -> Option<String> {
        Some(self.connector.to_string())
    }
}

impl ForgetConnector {
    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let tx = business.db().write().await?;
        warehouse::forget_connector(&tx, self.workspace, self.connector).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Takes it away. From the commit on nothing more comes in; what came before is forgotten by a job.
pub(super) async fn delete(business: &Business, at: &AtConnector) -> Result<(), ApiError> {
    at.manage()?;
    let (workspace, connector) = (at.workspace(), at.id());
    let tx = business.db().write().await?;
    rows::Entity::delete_by_id((workspace, connector))
        .exec(&*tx)
        .await
        .map_err(DbError::from)?;
    if let Some(schedule) = at.row.schedule_id {
        schedules::remove(&tx, workspace, schedule).await?;
    }
    business.ingest().queue.forget(&tx, workspace, connector.0).await?;
    forget_rows(&tx, workspace, connector).await?;
    tx.job(&ForgetConnector { workspace, connector }).await?;
    let details = json!({ "type": at.row.kind });
    audit(&tx, &at.caller, "connector.deleted", connector, &details).await?;
    super::announce(&tx, workspace, connector).await?;
    tx.commit().await?;
    business.ingest().doors.forget(connector);
    Ok(())
}

async fn forget_rows(tx: &Tx, workspace: WorkspaceId, connector: ConnectorId) -> Result<(), DbError> {
    let runs = Query::select()
        .column(sync_runs::Column::Id)
        .from(sync_runs::Entity)
        .and_where(sync_runs::Column::WorkspaceId.eq(workspace))
        .and_where(sync_runs::Column::ConnectorId.eq(connector))
        .to_owned();
    sync_slices::Entity::delete_many()
        .filter(sync_slices::Column::WorkspaceId.eq(workspace))
        .filter(sync_slices::Column::RunId.in_subquery(runs))
        .exec(&**tx)
        .await?;
    sync_runs::Entity::delete_many()
        .filter(sync_runs::Column::WorkspaceId.eq(workspace))
        .filter(sync_runs::Column::ConnectorId.eq(connector))
        .exec(&**tx)
        .await?;
    sync_positions::Entity::delete_many()
        .filter(sync_positions::Column::WorkspaceId.eq(workspace))
        .filter(sync_positions::Column::ConnectorId.eq(connector))
        .exec(&**tx)
        .await?;
    dead_letters::Entity::delete_many()
        .filter(dead_letters::Column::WorkspaceId.eq(workspace))
        .filter(dead_letters::Column::ConnectorId.eq(connector))
        .exec(&**tx)
        .await?;
    webhook_inbox::Entity::delete_many()
        .filter(webhook_inbox::Column::WorkspaceId.eq(workspace))
        .filter(webhook_inbox::Column::ConnectorId.eq(connector))
        .exec(&**tx)
        .await?;
    Ok(())
}
