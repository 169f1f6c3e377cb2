//! How the caller signs in, and changing it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::SessionId;
use http::StatusCode;
use kit::api::{Data, Empty, ErrorBody, Json};
use serde_json::Value;

use super::{CommonErrors, Id};
use crate::caller::Caller;
use crate::client::Client;
use crate::identity::Identity;
use crate::passkeys::{NewPasskeyIn, PasskeyBeginIn, PasskeyOut};
use crate::second_factor::{RecoveryCodesOut, TotpBeginIn, TotpConfirmIn, TotpOut};
use crate::security::SecurityOut;
use crate::{Result, cookies, passkeys, second_factor, security, sessions};

/// See how one signs in
#[utoipa::path(get, path = "/api/v1/me/security", operation_id = "get_security", tag = "identity",
    responses((status = 200, description = "Password, second factor, passkeys, accounts elsewhere, devices",
        body = Data<SecurityOut>), CommonErrors))]
pub(crate) async fn get_security(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Data<SecurityOut>> {
    security::show(&identity, &caller).await.map(Data::new)
}

/// Begin with an authenticator app
#[utoipa::path(post, path = "/api/v1/me/totp", operation_id = "begin_totp", tag = "identity",
    request_body = TotpBeginIn,
    responses((status = 200, description = "What the app needs", body = Data<TotpOut>),
        (status = 409, description = "One is set up already (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn begin_totp(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<TotpBeginIn>,
) -> Result<Data<TotpOut>> {
    second_factor::begin(&identity, &caller, input)
        .await
        .map(Data::new)
}

/// Show a first code of the app
///
/// From here on each sign-in asks for one. The recovery codes are shown once.
#[utoipa::path(post, path = "/api/v1/me/totp/confirm", operation_id = "confirm_totp", tag = "identity",
    request_body = TotpConfirmIn,
    responses((status = 200, description = "It is on", body = Data<RecoveryCodesOut>), CommonErrors))]
pub(crate) async fn confirm_totp(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<TotpConfirmIn>,
) -> Result<Data<RecoveryCodesOut>> {
    second_factor::confirm(&identity, &caller, &input)
        .await
        .map(Data::new)
}

/// Do without the authenticator app
#[utoipa::path(post, path = "/api/v1/me/totp/remove", operation_id = "remove_totp", tag = "identity",
    request_body = TotpBeginIn,
    responses((status = 200, description = "It is off", body = Data<Empty>), CommonErrors))]
pub(crate) async fn remove_totp(
    State(identity): State<Identity>,
    caller: Caller,
    Json(input): Json<TotpBeginIn>,
) -> Result<Data<Empty>> {
    second_factor::remove(&identity, &caller, input).await?;
    Ok(Data::new(Empty {}))
}

/// Begin with a new passkey
///
/// Answers what `navigator.credentials.create` needs (`PublicKeyCredentialCreationOptionsJSON`).
#[utoipa::path(post, path = "/api/v1/me/passkeys/begin", operation_id = "begin_new_passkey", tag = "identity",
    request_body = PasskeyBeginIn,
    responses((status = 200, description = "What the browser needs", body = Data<Value>), CommonErrors))]
pub(crate) async fn begin_new_passkey(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<PasskeyBeginIn>,
) -> Result<Data<Value>> {
    let options = passkeys::begin_new(&identity, &caller, input, &client).await?;
    Ok(Data::new(options))
}

/// Add a passkey
#[utoipa::path(post, path = "/api/v1/me/passkeys", operation_id = "add_passkey", tag = "identity",
    request_body = NewPasskeyIn,
    responses((status = 201, description = "Added", body = Data<PasskeyOut>),
        (status = 409, description = "It is known, or there are too many (`CONFLICT`)", body = ErrorBody),
        (status = 410, description = "It was asked for too long ago (`GONE`)", body = ErrorBody),
        CommonErrors))]
pub(crate) async fn add_passkey(
    State(identity): State<Identity>,
    caller: Caller,
    client: Client,
    Json(input): Json<NewPasskeyIn>,
) -> Result<(StatusCode, Data<PasskeyOut>)> {
    let added = passkeys::add(&identity, &caller, input, &client).await?;
    Ok((StatusCode::CREATED, Data::new(added)))
}

/// Remove a passkey
#[utoipa::path(delete, path = "/api/v1/me/passkeys/{id}", operation_id = "remove_passkey", tag = "identity",
    params(("id" = uuid::Uuid, Path, description = "The passkey")),
    responses((status = 200, description = "Removed", body = Data<Empty>),
        (status = 404, description = "There is no such passkey (`NOT_FOUND`)", body = ErrorBody),
        (status = 409, description = "It is the only way in (`CONFLICT`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn remove_passkey(
    State(identity): State<Identity>,
    caller: Caller,
    Id(id): Id,
) -> Result<Data<Empty>> {
    passkeys::remove(&identity, &caller, id).await?;
    Ok(Data::new(Empty {}))
}

/// Sign one device out
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", operation_id = "end_my_session", tag = "identity",
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 200, description = "Signed out, at once", body = Data<Empty>),
        (status = 404, description = "There is no such session (`NOT_FOUND`)", body = ErrorBody), CommonErrors))]
pub(crate) async fn end_my_session(
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
