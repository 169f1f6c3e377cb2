//! The doors at which webhooks come in: one for each connector, open in memory for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use connectors::source::Source;
use db::entity::connectors as rows;
use db::sync_kinds::ConnectorState;
use db::{ConnectorId, WorkspaceId};
use kit::api::ApiError;
use kit::secret::Secret;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::Business;
use crate::connectors::{Reader, open, secrets_of};

/// How long what is known of a connector counts; a change on this node counts at once.
const KNOWN: Duration = Duration::from_secs(3);

/// What is behind a door.
pub(super) struct Door {
    pub workspace: WorkspaceId,
    pub connector: ConnectorId,
    pub source: Box<Source>,
    pub secrets: Vec<Secret>,
    pub state: ConnectorState,
}

/// The doors that were opened lately; none behind an id that is nobody's.
#[derive(Clone)]
pub(crate) struct Doors(moka::sync::Cache<ConnectorId, Option<Arc<Door>>>);

impl std::fmt::Debug for Doors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doors")
    }
}

impl Default for Doors {
    fn default() -> Self {
        let cache = moka::sync::Cache::builder().max_capacity(10_000).time_to_live(KNOWN);
        Self(cache.build())
    }
}

impl Doors {
    /// Looks anew at a connector that was changed.
    pub fn forget(&self, id: ConnectorId) {
        self.0.invalidate(&id);
    }

    pub(super) async fn at(&self, business: &Business, id: ConnectorId) -> Result<Option<Arc<Door>>, ApiError> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known);
        }
        let found = find(business, id).await?.map(Arc::new);
        self.0.insert(id, found.clone());
        Ok(found)
    }
}

/// Whoever knocks has named a connector and no workspace.
async fn find(business: &Business, id: ConnectorId) -> Result<Option<Door>, ApiError> {
    let row = rows::Entity::find()
        .filter(rows::Column::Id.eq(id))
        .one(business.db().read())
        .await
        .map_err(db::DbError::from)?;
    let Some(row) = row else { return Ok(None) };
    let hears = connectors::manifest::find(&row.kind).is_some_and(connectors::manifest::Manifest::has_webhooks);
    if !hears {
        return Ok(None);
    }
    let Reader::Source(source) = open(business, &row).await? else {
        return Ok(None);
    };
    let keys = business.db().keys(row.workspace_id.0).await?;
    Ok(Some(Door {
        workspace: row.workspace_id,
        connector: row.id,
        secrets: secrets_of(&keys, &row)?,
        source,
        state: row.state,
    }))
}
