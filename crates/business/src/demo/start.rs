//! Beginning: a job, so that whoever asks does not wait.

use db::jobs::{Job, JobError};
use db::{ConnectorId, DbError, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::fill::fill;
use crate::Business;
use crate::warehouse::{Ids, Kind};

/// Fills a workspace with the demonstration shop.
#[derive(Debug, Serialize, Deserialize)]
pub struct FillDemo {
    /// Which workspace.
    pub workspace: WorkspaceId,
}

impl Job for FillDemo {
    const KIND: &'static str = "business.demo";

    fn unique_key(&self) -> Option<String> {
        Some(self.workspace.to_string())
    }
}

impl FillDemo {
    pub(crate) async fn run(self, business: Business) -> Result<(), JobError> {
        let connector = connector_of(&business, self.workspace).await?;
        fill(&business, self.workspace, connector, business.db().now()).await?;
        Ok(())
    }
}

/// The connection that the demonstration shop of a workspace comes by: always the same one, so that asking twice does not
/// make two shops.
pub async fn connector_of(business: &Business, workspace: WorkspaceId) -> Result<ConnectorId, DbError> {
    let ids = Ids::new(&business.db().keys(workspace.0).await?)?;
    Ok(ConnectorId(ids.of(
        ConnectorId(workspace.0),
        Kind::Record,
        "demo",
    )))
}
