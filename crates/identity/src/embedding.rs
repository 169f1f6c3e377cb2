//! Which model makes a workspace's vectors. Whoever asks it has tried it first; here the choice is only kept.

use db::entity::workspaces;
use db::events::Scope;
use db::{Db, Event, WorkspaceId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::audit::audit;
use crate::caller::Caller;
use crate::permissions::Permission;
use crate::{IdentityError, Result};

/// A provider's model that makes vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingChoice {
    /// `provider/model`.
    pub model: String,
    /// How many numbers its vectors have.
    pub dims: usize,
}

/// What a workspace chose; none is the model inside the binary.
pub async fn choice(db: &Db, workspace: WorkspaceId) -> Result<Option<EmbeddingChoice>> {
    let row = workspaces::Entity::find_by_id(workspace).one(db.read()).await?;
    let row = row.ok_or(IdentityError::NotFound("workspace"))?;
    let pair = row.embedding_model.zip(row.embedding_dims);
    Ok(pair.map(|(model, dims)| EmbeddingChoice {
        model,
        dims: usize::try_from(dims).unwrap_or_default(),
    }))
}

/// Keeps another choice, told to all of the workspace.
pub async fn choose(db: &Db, caller: &Caller, choice: Option<&EmbeddingChoice>) -> Result<()> {
    caller.require(Permission::ManageWorkspace)?;
    let id = caller.workspace;
    let tx = db.write().await?;
    let row = workspaces::ActiveModel {
        embedding_model: Set(choice.map(|choice| choice.model.clone())),
        embedding_dims: Set(choice.and_then(|choice| i32::try_from(choice.dims).ok())),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    workspaces::Entity::update_many()
        .set(row)
        .filter(workspaces::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let fields = ["embedding_model"];
    let event = Event {
        scope: Scope::Workspace(id),
        workspace: Some(id),
        kind: "workspace.changed",
        payload: &json!({ "workspace_id": id, "fields": fields }),
    };
    tx.event(event).await?;
    audit(&tx, caller, "workspace.changed", id, &json!({ "fields": fields })).await?;
    tx.commit().await?;
    Ok(())
}
