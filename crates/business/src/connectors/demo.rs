//! The demonstration shop in the list of connectors: it can be looked at and taken away, and is never read.

use std::collections::BTreeMap;

use db::entity::connectors as rows;
use db::sync_kinds::ConnectorState;
use db::{ConnectorId, DbError, Sealed, UserId, WorkspaceId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::types::RoleWord;
use super::values;
use crate::Business;

/// What its kind is called; no manifest has that name.
pub(super) const KIND: &str = "demo";
pub(super) const TITLE: &str = "Demonstration shop";

/// Puts it into the list, if it is not there.
pub(crate) async fn keep_demo(
    business: &Business,
    workspace: WorkspaceId,
    id: ConnectorId,
) -> Result<(), DbError> {
    let keys = business.db().keys(workspace.0).await?;
    let tx = business.db().write().await?;
    let now = tx.now().micros();
    let row = rows::ActiveModel {
        workspace_id: Set(workspace),
        id: Set(id),
        kind: Set(KIND.to_owned()),
        name: Set(Sealed::seal(&keys, values::name_place(id), TITLE)?),
        role: Set(RoleWord::Sales.word().to_owned()),
        config: Set(values::seal_values(&keys, id, &BTreeMap::new())?),
        secrets: Set(None),
        layout: Set(None),
        checked: Set(None),
        state: Set(ConnectorState::Active),
        error: Set(None),
        failures: Set(0),
        refused_hooks: Set(0),
        schedule_id: Set(None),
        last_sync_at: Set(Some(now)),
        fresh_until: Set(Some(now)),
        // Nobody in particular: the house made it.
        created_by: Set(UserId(workspace.0)),
        created_at: Set(now),
        updated_at: Set(now),
    };
    rows::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&*tx)
        .await?;
    super::announce(&tx, workspace, id).await?;
    tx.commit().await
}
