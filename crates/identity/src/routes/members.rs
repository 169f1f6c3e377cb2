//! Members and invitations.

use axum::extract::State;
use db::UserId;
use kit::api::{Created, Data, Empty, ErrorBody, Json, Listing};

use super::{CommonErrors, Id, Text};
use crate::caller::Caller;
use crate::client::Client;
use crate::identity::Identity;
use crate::invitations::{InvitationIn, InvitationInfoOut, InvitationOut};
use crate::members::{MemberAddedOut, MemberIn, MemberOut, MemberPatch};
use crate::workspaces::WorkspaceOut;
use crate::{Result, invitations, members};

/// List the members of the workspace
#[utoipa::path(get, path = "/api/v1/members", operation_id = "list_members", tag = "identity",
    responses((status = 200, description = "The oldest membership first", body = Listing<MemberOut>), CommonErrors))]
pub(crate) async fn list_members(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Listing<MemberOut>> {
    members::list(&identity, &caller).await.map(Listing::from)
}

/// Add somebody to the workspace
///
/// Whoever has an account is added at once; anybody else is invited.
#[utoipa::path(post, path = "/api/v1/members", operation_id = "add_member", tag = "identity",
    request_body = MemberIn,
    responses((status = 201, description = "Added or invited", body = Data<MemberAddedOut>),
        (status = 409, description = "They belong to it already (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn add_member(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<MemberIn>,
) -> Result<Created<MemberAddedOut>> {
    members::create(&identity, &caller, input, &client)
        .await
        .map(Created)
}

/// Change what a member is
#[utoipa::path(patch, path = "/api/v1/members/{user_id}", operation_id = "patch_member", tag = "identity",
    params(("user_id" = UserId, Path, description = "The person")), request_body = MemberPatch,
    responses((status = 200, description = "The member", body = Data<MemberOut>),
        (status = 404, description = "There is no such member (`NOT_FOUND`)", body = ErrorBody),
        (status = 409, description = "The last owner stays (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn patch_member(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
    Json(patch): Json<MemberPatch>,
) -> Result<Data<MemberOut>> {
    members::change(&identity, &caller, UserId(id), &patch)
        .await
        .map(Data::new)
}

/// Remove a member, or leave
#[utoipa::path(delete, path = "/api/v1/members/{user_id}", operation_id = "remove_member", tag = "identity",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 200, description = "They see nothing of the workspace any more", body = Data<Empty>),
        (status = 404, description = "There is no such member (`NOT_FOUND`)", body = ErrorBody),
        (status = 409, description = "The last owner stays (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn remove_member(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
) -> Result<Data<Empty>> {
    members::remove(&identity, &caller, UserId(id)).await?;
    Ok(Data::new(Empty {}))
}

/// List the invitations that wait
#[utoipa::path(get, path = "/api/v1/invitations", operation_id = "list_invitations", tag = "identity",
    responses((status = 200, description = "Newest first", body = Listing<InvitationOut>), CommonErrors))]
pub(crate) async fn list_invitations(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Listing<InvitationOut>> {
    invitations::list(&identity, &caller).await.map(Listing::from)
}

/// Invite somebody
///
/// The link is shown in this answer only; it is good once, for a week, for that address.
#[utoipa::path(post, path = "/api/v1/invitations", operation_id = "create_invitation", tag = "identity",
    request_body = InvitationIn,
    responses((status = 201, description = "Invited", body = Data<InvitationOut>),
        (status = 409, description = "They belong to it already (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn create_invitation(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<InvitationIn>,
) -> Result<Created<InvitationOut>> {
    invitations::create(&identity, &caller, input, &client)
        .await
        .map(Created)
}

/// Read an invitation by its link
#[utoipa::path(get, path = "/api/v1/invitations/{token}", operation_id = "show_invitation", tag = "identity",
    params(("token" = String, Path, description = "The link's token")), security(()),
    responses((status = 200, description = "What its holder may know", body = Data<InvitationInfoOut>),
        (status = 404, description = "There is no such invitation (`NOT_FOUND`)", body = ErrorBody),
        (status = 410, description = "It was used or has expired (`GONE`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn show_invitation(
    State(identity): State<Identity>,
    Text(token): Text,
) -> Result<Data<InvitationInfoOut>> {
    invitations::show(&identity, &token).await.map(Data::new)
}

/// Take an invitation back
#[utoipa::path(delete, path = "/api/v1/invitations/{token}", operation_id = "revoke_invitation", tag = "identity",
    params(("token" = Uuid, Path, description = "The invitation's id, not its token")),
    responses((status = 200, description = "Its link is good no more", body = Data<Empty>),
        (status = 404, description = "There is no such invitation (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn revoke_invitation(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
) -> Result<Data<Empty>> {
    invitations::revoke(&identity, &caller, id).await?;
    Ok(Data::new(Empty {}))
}

/// Accept an invitation that is for one's address
#[utoipa::path(post, path = "/api/v1/invitations/{token}/accept", operation_id = "accept_invitation",
    tag = "identity", params(("token" = String, Path, description = "The link's token")),
    responses((status = 200, description = "The workspace one belongs to now", body = Data<WorkspaceOut>),
        (status = 404, description = "There is no such invitation (`NOT_FOUND`)", body = ErrorBody),
        (status = 410, description = "It was used or has expired (`GONE`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn accept_invitation(
    State(identity): State<Identity>,
    caller: Caller,
    Text(token): Text,
) -> Result<Data<WorkspaceOut>> {
    invitations::accept(&identity, &caller, &token)
        .await
        .map(Data::new)
}
