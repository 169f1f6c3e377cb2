//! People and workspaces of the installation, the trail, who came in, the report for auditors.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::{UserId, WorkspaceId};
use kit::api::{Data, Empty, ErrorBody, Json, Listing, PageIn, Query};

use super::{CommonErrors, Id};
use crate::access::{self, AccessOut, AccessQuery};
use crate::administration::{
    self, AdminUserOut, AdminUserPatch, AdminWorkspaceOut, AdminWorkspacePatch, ComplianceOut,
    ComplianceQuery, EraseWorkspaceIn, UsersQuery,
};
use crate::audit::{self, AuditExportQuery, AuditOut, AuditQuery, VerifiedOut};
use crate::caller::Caller;
use crate::client::Client;
use crate::identity::Identity;
use crate::own::{self, EraseMeIn};
use crate::permissions::Permission;
use crate::{IdentityError, Result, cookies};

/// The person in the path.
fn person(path: &[uuid::Uuid]) -> Result<UserId> {
    path.first()
        .copied()
        .map(UserId)
        .ok_or(IdentityError::NotFound("person"))
}

/// The ids of the path, in order.
pub(crate) struct Ids(Vec<uuid::Uuid>);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Ids {
    type Rejection = kit::api::ApiError;

    async fn from_request_parts(
        parts: &mut http::request::Parts,
        state: &S,
    ) -> Result<Self, kit::api::ApiError> {
        kit::api::PathId::all(parts, state).await.map(Self)
    }
}

/// Erase oneself
///
/// The account, and everything that is one's own alone. What others read too stays, without one's name.
#[utoipa::path(post, path = "/api/v1/me/erase", operation_id = "erase_me", tag = "identity",
    request_body = EraseMeIn,
    responses((status = 200, description = "Gone", body = Data<Empty>),
        (status = 409, description = "The last administrator or owner stays (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn erase_me(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<EraseMeIn>,
) -> Result<Response> {
    own::erase(&identity, &caller, input).await?;
    Ok((cookies::take_away(client.secure), Data::new(Empty {})).into_response())
}

/// Read the audit trail
#[utoipa::path(get, path = "/api/v1/admin/audit", operation_id = "list_audit", tag = "administration",
    params(AuditQuery),
    responses((status = 200, description = "Newest first", body = Listing<AuditOut>), CommonErrors))]
pub(crate) async fn list_audit(
    State(identity): State<Identity>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Listing<AuditOut>> {
    caller.require(Permission::ReadAudit)?;
    audit::list(&identity, &caller, &query).await.map(Listing::from)
}

/// Take the audit trail along
#[utoipa::path(get, path = "/api/v1/admin/audit/export", operation_id = "export_audit", tag = "administration",
    params(AuditExportQuery),
    responses((status = 200, description = "A file, oldest first", content_type = "text/csv"), CommonErrors))]
pub(crate) async fn export_audit(
    State(identity): State<Identity>,
    caller: Caller,
    Query(query): Query<AuditExportQuery>,
) -> Result<Response> {
    caller.require(Permission::ReadAudit)?;
    audit::export(identity, caller, query).await
}

/// Check that the audit trail is whole and as it was written
#[utoipa::path(get, path = "/api/v1/admin/audit/verify", operation_id = "verify_audit", tag = "administration",
    responses((status = 200, description = "What was found", body = Data<VerifiedOut>), CommonErrors))]
pub(crate) async fn verify_audit(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Data<VerifiedOut>> {
    caller.require(Permission::ReadAudit)?;
    audit::check(&identity, &caller).await.map(Data::new)
}

/// List sign-ins and uses of API tokens
#[utoipa::path(get, path = "/api/v1/admin/access", operation_id = "list_access", tag = "administration",
    params(AccessQuery),
    responses((status = 200, description = "Newest first", body = Listing<AccessOut>), CommonErrors))]
pub(crate) async fn list_access(
    State(identity): State<Identity>,
    caller: Caller,
    Query(query): Query<AccessQuery>,
) -> Result<Listing<AccessOut>> {
    access::list(&identity, &caller, &query).await.map(Listing::from)
}

/// Report who may do what, what went out, what is gone
#[utoipa::path(get, path = "/api/v1/admin/compliance", operation_id = "report_compliance", tag = "administration",
    params(ComplianceQuery),
    responses((status = 200, description = "The report", body = Data<ComplianceOut>), CommonErrors))]
pub(crate) async fn report_compliance(
    State(identity): State<Identity>,
    caller: Caller,
    Query(query): Query<ComplianceQuery>,
) -> Result<Data<ComplianceOut>> {
    administration::report(&identity, &caller, &query)
        .await
        .map(Data::new)
}

/// List everybody who has an account
#[utoipa::path(get, path = "/api/v1/admin/users", operation_id = "list_users", tag = "administration",
    params(UsersQuery),
    responses((status = 200, description = "The newest account first", body = Listing<AdminUserOut>), CommonErrors))]
pub(crate) async fn list_users(
    State(identity): State<Identity>,
    caller: Caller,
    Query(query): Query<UsersQuery>,
) -> Result<Listing<AdminUserOut>> {
    administration::list(&identity, &caller, &query)
        .await
        .map(Listing::from)
}

/// Change somebody: their name, whether they may sign in, whether they administer the installation
#[utoipa::path(patch, path = "/api/v1/admin/users/{user_id}", operation_id = "patch_user", tag = "administration",
    params(("user_id" = UserId, Path, description = "The person")), request_body = AdminUserPatch,
    responses((status = 200, description = "The person", body = Data<AdminUserOut>),
        (status = 404, description = "There is no such person (`NOT_FOUND`)", body = ErrorBody),
        (status = 409, description = "The last administrator stays (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn patch_user(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
    Json(patch): Json<AdminUserPatch>,
) -> Result<Data<AdminUserOut>> {
    administration::change(&identity, &caller, UserId(id), patch)
        .await
        .map(Data::new)
}

/// Sign somebody out on all devices
#[utoipa::path(post, path = "/api/v1/admin/users/{user_id}/sign-out", operation_id = "sign_user_out", tag = "administration",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 200, description = "Signed out, at once", body = Data<Empty>),
        (status = 404, description = "There is no such person (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn sign_user_out(
    State(identity): State<Identity>,
    caller: Caller,
    Ids(path): Ids,
) -> Result<Data<Empty>> {
    administration::sign_out(&identity, &caller, person(&path)?).await?;
    Ok(Data::new(Empty {}))
}

/// Erase somebody
///
/// Their account, and everything that is theirs alone. What others read too stays, without their name.
#[utoipa::path(delete, path = "/api/v1/admin/users/{user_id}", operation_id = "erase_user", tag = "administration",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 200, description = "Gone", body = Data<Empty>),
        (status = 404, description = "There is no such person (`NOT_FOUND`)", body = ErrorBody),
        (status = 409, description = "The last administrator or owner stays (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn erase_user(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
) -> Result<Data<Empty>> {
    administration::remove(&identity, &caller, UserId(id)).await?;
    Ok(Data::new(Empty {}))
}

/// List all workspaces of the installation
#[utoipa::path(get, path = "/api/v1/admin/workspaces", operation_id = "list_all_workspaces", tag = "administration",
    params(PageIn),
    responses((status = 200, description = "The newest first", body = Listing<AdminWorkspaceOut>), CommonErrors))]
pub(crate) async fn list_all_workspaces(
    State(identity): State<Identity>,
    caller: Caller,
    Query(page): Query<PageIn>,
) -> Result<Listing<AdminWorkspaceOut>> {
    administration::list_workspaces(&identity, &caller, &page)
        .await
        .map(Listing::from)
}

/// Change what a workspace may use
#[utoipa::path(patch, path = "/api/v1/admin/workspaces/{workspace_id}", operation_id = "patch_any_workspace", tag = "administration",
    params(("workspace_id" = WorkspaceId, Path, description = "The workspace")), request_body = AdminWorkspacePatch,
    responses((status = 200, description = "The workspace", body = Data<AdminWorkspaceOut>),
        (status = 404, description = "There is no such workspace (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn patch_any_workspace(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
    Json(patch): Json<AdminWorkspacePatch>,
) -> Result<Data<AdminWorkspaceOut>> {
    administration::change_workspace(&identity, &caller, WorkspaceId(id), &patch)
        .await
        .map(Data::new)
}

/// Erase a workspace and destroy its key
///
/// Nothing of it can be read from that moment; its rows and objects are removed in the background.
#[utoipa::path(delete, path = "/api/v1/admin/workspaces/{workspace_id}", operation_id = "erase_workspace", tag = "administration",
    params(("workspace_id" = WorkspaceId, Path, description = "The workspace")), request_body = EraseWorkspaceIn,
    responses((status = 200, description = "Gone", body = Data<Empty>),
        (status = 404, description = "There is no such workspace (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn erase_workspace(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
    Json(input): Json<EraseWorkspaceIn>,
) -> Result<Data<Empty>> {
    administration::erase(&identity, &caller, WorkspaceId(id), &input).await?;
    Ok(Data::new(Empty {}))
}
