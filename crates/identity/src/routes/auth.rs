//! Signing in and out, the profile, one's sessions.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::SessionId;
use db::kinds::Role;
use http::HeaderMap;
use kit::api::{Data, Empty, ErrorBody, Json, Listing, Problems, Validate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CommonErrors, Id};
use crate::caller::Caller;
use crate::client::Client;
use crate::config::Registration;
use crate::identity::Identity;
use crate::people::{CheckUserIn, LoginIn, MePatch, MethodsOut, PasswordIn, RegisterIn, UserOut};
use crate::permissions::Permission;
use crate::sessions::{SessionOut, SignedIn, SignedInOut, SwitchIn};
use crate::workspaces::WorkspaceOut;
use crate::{Result, cookies, people, sessions, settings, workspaces};

/// A body without fields.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingIn {}

impl Validate for NothingIn {
    fn validate(&self, _: &mut Problems) {}
}

/// The caller.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MeOut {
    pub user: UserOut,
    pub workspace: WorkspaceOut,
    /// What the caller is in the workspace.
    pub role: Role,
    /// What the caller may do in it.
    pub permissions: Vec<&'static str>,
    /// The caller's settings, by name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub settings: BTreeMap<String, Value>,
}

/// What the page needs to know before anybody is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SetupOut {
    /// The next account is the first one, and will administer the installation.
    pub needs_first_account: bool,
    /// Who may make an account.
    pub registration: Registration,
    /// Of the program.
    pub version: String,
}

/// Ask how one may sign in
///
/// The same answer, in the same time, whether or not the account exists.
#[utoipa::path(post, path = "/api/v1/auth/check-user", operation_id = "check_user", tag = "identity",
    request_body = CheckUserIn, security(()),
    responses((status = 200, description = "Ways to sign in", body = Data<MethodsOut>), CommonErrors))]
pub(crate) async fn check_user(
    State(identity): State<Identity>,
    Json(input): Json<CheckUserIn>,
) -> Data<MethodsOut> {
    drop(input); // whose address it is must make no difference
    Data::new(people::methods(&identity))
}

/// Make an account and sign in
///
/// The first account administers the installation.
#[utoipa::path(post, path = "/api/v1/auth/register", operation_id = "register", tag = "identity",
    request_body = RegisterIn, security(()),
    responses((status = 201, description = "Signed in", body = Data<SignedInOut>),
        (status = 409, description = "The address is taken (`CONFLICT`)", body = ErrorBody),
        (status = 410, description = "The invitation is used or expired (`GONE`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn register(
    State(identity): State<Identity>,
    client: Client,
    Json(input): Json<RegisterIn>,
) -> Result<SignedIn> {
    people::register(&identity, input, &client).await
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "identity",
    request_body = LoginIn, security(()),
    responses((status = 200, description = "Signed in", body = Data<SignedInOut>),
        (status = 401, description = "Not right (`UNAUTHORIZED`), or a code is asked for \
            (`SECOND_FACTOR_REQUIRED`; `details` has the `challenge`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn login(
    State(identity): State<Identity>,
    client: Client,
    Json(input): Json<LoginIn>,
) -> Result<SignedIn> {
    people::sign_in(&identity, input, &client).await
}

/// Trade the refresh cookie in for fresh tokens
///
/// The token is in the cookie `trb_refresh`; it is good once. One that comes a second time ends its session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refresh", tag = "identity",
    request_body = NothingIn, security(()),
    responses((status = 200, description = "Signed in", body = Data<SignedInOut>), CommonErrors))]
pub(crate) async fn refresh(
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    Json(_nothing): Json<NothingIn>,
) -> Response {
    let token = cookies::read(&headers, cookies::REFRESH);
    match sessions::refresh(&identity, token, &client).await {
        Ok(signed_in) => signed_in.into_response(),
        Err(error @ crate::IdentityError::NotSignedIn) => {
            (cookies::take_away(client.secure), error).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// Sign out
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "identity",
    request_body = NothingIn,
    responses((status = 200, description = "Signed out, at once", body = Data<Empty>), CommonErrors))]
pub(crate) async fn logout(
    State(identity): State<Identity>,
    caller: Option<axum::Extension<Caller>>,
    client: Client,
    headers: HeaderMap,
    Json(_nothing): Json<NothingIn>,
) -> Response {
    let token = cookies::read(&headers, cookies::REFRESH);
    let caller = caller.map(|extension| extension.0);
    let done = sessions::sign_out(&identity, caller.as_ref(), token, &client).await;
    (
        cookies::take_away(client.secure),
        done.map(|()| Data::new(Empty {})),
    )
        .into_response()
}

/// Sign out on all devices
#[utoipa::path(post, path = "/api/v1/auth/logout-everywhere", operation_id = "logout_everywhere", tag = "identity",
    request_body = NothingIn,
    responses((status = 200, description = "Signed out everywhere, at once", body = Data<Empty>), CommonErrors))]
pub(crate) async fn logout_everywhere(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(_nothing): Json<NothingIn>,
) -> Result<Response> {
    sessions::sign_out_everywhere(&identity, &caller).await?;
    Ok((cookies::take_away(client.secure), Data::new(Empty {})).into_response())
}

/// Go on in another workspace
#[utoipa::path(post, path = "/api/v1/auth/switch", operation_id = "switch_workspace", tag = "identity",
    request_body = SwitchIn,
    responses((status = 200, description = "Signed in to that workspace", body = Data<SignedInOut>),
        (status = 404, description = "There is no such workspace (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn switch_workspace(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<SwitchIn>,
) -> Result<SignedIn> {
    sessions::switch(&identity, &caller, input.workspace_id, &client).await
}

/// Change one's password
///
/// All other devices are signed out.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "change_password", tag = "identity",
    request_body = PasswordIn,
    responses((status = 200, description = "Changed", body = Data<Empty>), CommonErrors))]
pub(crate) async fn change_password(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<PasswordIn>,
) -> Result<Data<Empty>> {
    people::change_password(&identity, &caller, input).await?;
    Ok(Data::new(Empty {}))
}

/// Who am I
#[utoipa::path(get, path = "/api/v1/auth/me", operation_id = "get_me", tag = "identity",
    responses((status = 200, description = "The caller", body = Data<MeOut>), CommonErrors))]
pub(crate) async fn get_me(State(identity): State<Identity>, caller: Caller) -> Result<Data<MeOut>> {
    let user = people::find(identity.db(), caller.user).await?;
    let workspace = workspaces::show(&identity, caller.workspace, caller.role).await?;
    let settings = settings::all(identity.db(), caller.user).await?;
    let permissions = Permission::list(caller.role, caller.is_instance_admin)
        .into_iter()
        .filter(|permission| caller.may(*permission))
        .map(Permission::name)
        .collect();
    Ok(Data::new(MeOut {
        user: user.into(),
        workspace,
        role: caller.role,
        permissions,
        settings: settings.values,
    }))
}

/// Change one's profile
#[utoipa::path(patch, path = "/api/v1/auth/me", operation_id = "patch_me", tag = "identity",
    request_body = MePatch,
    responses((status = 200, description = "The caller", body = Data<UserOut>), CommonErrors))]
pub(crate) async fn patch_me(
    State(identity): State<Identity>,
    caller: Caller,
    Json(patch): Json<MePatch>,
) -> Result<Data<UserOut>> {
    people::change(&identity, &caller, patch).await.map(Data::new)
}

/// List one's signed-in devices
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "list_sessions", tag = "identity",
    responses((status = 200, description = "The one seen last first", body = Listing<SessionOut>), CommonErrors))]
pub(crate) async fn list_sessions(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Listing<SessionOut>> {
    sessions::list(&identity, &caller).await.map(Listing::from)
}

/// Sign one device out
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "end_session", tag = "identity",
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 200, description = "Signed out, at once", body = Data<Empty>),
        (status = 404, description = "There is no such session (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn end_session(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Id(id): Id,
) -> Result<Response> {
    let own = sessions::end_one(&identity, &caller, SessionId(id)).await?;
    let cookies = own.then(|| cookies::take_away(client.secure));
    let done = Data::new(Empty {});
    Ok(match cookies {
        Some(cookies) => (cookies, done).into_response(),
        None => done.into_response(),
    })
}

/// What the page needs to know before anybody is signed in
#[utoipa::path(get, path = "/api/v1/auth/setup", operation_id = "get_setup", tag = "identity", security(()),
    responses((status = 200, description = "How this installation is set up", body = Data<SetupOut>), CommonErrors))]
pub(crate) async fn get_setup(State(identity): State<Identity>) -> Result<Data<SetupOut>> {
    Ok(Data::new(SetupOut {
        needs_first_account: people::is_empty(identity.db()).await?,
        registration: identity.config().registration,
        version: identity.config().version.clone(),
    }))
}
