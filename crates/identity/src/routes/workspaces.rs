//! Workspaces and their audit trail.

use axum::extract::State;
use kit::api::{Created, Data, Json, Listing};

use super::CommonErrors;
use crate::caller::Caller;
use crate::identity::Identity;
use crate::workspaces::{WorkspaceIn, WorkspaceOut, WorkspacePatch};
use crate::{Result, workspaces};

/// List the workspaces one belongs to
#[utoipa::path(get, path = "/api/v1/workspaces", operation_id = "list_workspaces", tag = "identity",
    responses((status = 200, description = "The oldest membership first", body = Listing<WorkspaceOut>), CommonErrors))]
pub(crate) async fn list_workspaces(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Listing<WorkspaceOut>> {
    workspaces::list(&identity, &caller).await.map(Listing::from)
}

/// Make a workspace
#[utoipa::path(post, path = "/api/v1/workspaces", operation_id = "create_workspace", tag = "identity",
    request_body = WorkspaceIn,
    responses((status = 201, description = "Made; the caller owns it", body = Data<WorkspaceOut>), CommonErrors))]
pub(crate) async fn create_workspace(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<WorkspaceIn>,
) -> Result<Created<WorkspaceOut>> {
    workspaces::create(&identity, &caller, input).await.map(Created)
}

/// Read the workspace that the token names
#[utoipa::path(get, path = "/api/v1/workspace", operation_id = "get_workspace", tag = "identity",
    responses((status = 200, description = "The workspace", body = Data<WorkspaceOut>), CommonErrors))]
pub(crate) async fn get_workspace(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Data<WorkspaceOut>> {
    workspaces::show(&identity, caller.workspace, caller.role)
        .await
        .map(Data::new)
}

/// Change the workspace that the token names
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "patch_workspace", tag = "identity",
    request_body = WorkspacePatch,
    responses((status = 200, description = "The workspace", body = Data<WorkspaceOut>), CommonErrors))]
pub(crate) async fn patch_workspace(
    State(identity): State<Identity>,
    caller: Caller,
    Json(patch): Json<WorkspacePatch>,
) -> Result<Data<WorkspaceOut>> {
    workspaces::change(&identity, &caller, patch).await.map(Data::new)
}
