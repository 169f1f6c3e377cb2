//! Signing in by other means than a password: other houses, second factors, passkeys.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use kit::api::{Data, ErrorBody, Json, Query};
use serde::{Deserialize, Serialize};

use super::auth::NothingIn;
use super::{CommonErrors, Text};
use crate::client::Client;
use crate::config::Registration;
use crate::identity::Identity;
use crate::oidc::Callback;
use crate::passkeys::{PasskeyChallengeOut, PasskeyIn};
use crate::second_factor::SecondFactorIn;
use crate::sessions::{SignedIn, SignedInOut};
use crate::{Result, oidc, passkeys, second_factor};

/// How one may sign in here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SignInMethodsOut {
    /// With a password.
    pub password: bool,
    /// With a passkey.
    pub passkeys: bool,
    /// With other houses.
    pub oidc: Vec<SignInProviderOut>,
    /// Who may make an account.
    pub registration: Registration,
}

/// Another house.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SignInProviderOut {
    /// In addresses.
    pub id: String,
    /// On the button.
    pub name: String,
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct StartQuery {
    /// A path of the page; its beginning unless told.
    pub return_to: Option<String>,
}

/// List the ways to sign in
#[utoipa::path(get, path = "/api/v1/auth/methods", operation_id = "list_sign_in_methods", tag = "identity",
    security(()),
    responses((status = 200, description = "Ways to sign in", body = Data<SignInMethodsOut>), CommonErrors))]
pub(crate) async fn list_sign_in_methods(State(identity): State<Identity>) -> Data<SignInMethodsOut> {
    let config = identity.config();
    let oidc = config.oidc.iter().map(|provider| SignInProviderOut {
        id: provider.id.clone(),
        name: provider.name.clone(),
    });
    Data::new(SignInMethodsOut {
        password: config.passwords,
        passkeys: true,
        oidc: oidc.collect(),
        registration: config.registration,
    })
}

/// Go to another house to sign in
///
/// Answers a redirect to the provider, or back to the page at `/login?error=CODE`.
#[utoipa::path(get, path = "/api/v1/auth/oidc/{provider}/start", operation_id = "start_oidc", tag = "identity",
    params(("provider" = String, Path, description = "Its id in the configuration"), StartQuery), security(()),
    responses((status = 302, description = "To the provider"), CommonErrors))]
pub(crate) async fn start_oidc(
    State(identity): State<Identity>,
    client: Client,
    Text(provider): Text,
    Query(query): Query<StartQuery>,
) -> Response {
    oidc::start(&identity, &provider, query.return_to.as_deref(), &client).await
}

/// Come back from another house
///
/// Answers a redirect to the page: signed in; or, where a second factor is asked for, to `/login#challenge=…`; or, when
/// refused, to `/login?error=CODE`.
#[utoipa::path(get, path = "/api/v1/auth/oidc/{provider}/callback", operation_id = "finish_oidc", tag = "identity",
    params(("provider" = String, Path, description = "Its id in the configuration"), Callback), security(()),
    responses((status = 302, description = "To the page"), CommonErrors))]
pub(crate) async fn finish_oidc(
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    Text(provider): Text,
    Query(callback): Query<Callback>,
) -> Response {
    oidc::finish(&identity, &provider, &callback, &headers, &client).await
}

/// Show the second factor
///
/// With what `login` answered with `SECOND_FACTOR_REQUIRED`.
#[utoipa::path(post, path = "/api/v1/auth/second-factor", operation_id = "answer_second_factor", tag = "identity",
    request_body = SecondFactorIn, security(()),
    responses((status = 200, description = "Signed in", body = Data<SignedInOut>), CommonErrors))]
pub(crate) async fn answer_second_factor(
    State(identity): State<Identity>,
    client: Client,
    Json(input): Json<SecondFactorIn>,
) -> Result<SignedIn> {
    second_factor::answer(&identity, &input, &client).await
}

/// Begin to sign in with a passkey
#[utoipa::path(post, path = "/api/v1/auth/passkey/begin", operation_id = "begin_passkey", tag = "identity",
    request_body = NothingIn, security(()),
    responses((status = 200, description = "What the browser needs", body = Data<PasskeyChallengeOut>), CommonErrors))]
pub(crate) async fn begin_passkey(
    State(identity): State<Identity>,
    client: Client,
    Json(_nothing): Json<NothingIn>,
) -> Result<Data<PasskeyChallengeOut>> {
    passkeys::begin(&identity, &client).await.map(Data::new)
}

/// Sign in with a passkey
#[utoipa::path(post, path = "/api/v1/auth/passkey", operation_id = "login_passkey", tag = "identity",
    request_body = PasskeyIn, security(()),
    responses((status = 200, description = "Signed in", body = Data<SignedInOut>),
        (status = 401, description = "It is not known here (`UNAUTHORIZED`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn login_passkey(
    State(identity): State<Identity>,
    client: Client,
    Json(input): Json<PasskeyIn>,
) -> Result<SignedIn> {
    passkeys::sign_in(&identity, &input, &client).await
}
