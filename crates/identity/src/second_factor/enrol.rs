//! Switching the second factor on and off.

use db::entity::totp;
use db::{Sealed, UserId};
use kit::api::{ApiError, Code, Problems, Validate};
use kit::clock::Timestamp;
use kit::ids::random_bytes;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{check, codes, picture, place, recovery};
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::passwords::Password;
use crate::{Result, email, people, security};

/// What an app shows as the house.
const ISSUER: &str = "Tributary";

/// The person proves who they are.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpBeginIn {
    /// The password. An account without one needs a sign-in of the last ten minutes instead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<Password>,
}

impl Validate for TotpBeginIn {
    fn validate(&self, problems: &mut Problems) {
        if let Some(password) = &self.password {
            password.check_given("password", problems);
        }
    }
}

/// What the app needs to know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TotpOut {
    /// To be typed into the app.
    pub secret: String,
    /// The same as an address that apps open.
    pub uri: String,
    /// The same as a picture to scan: an SVG.
    #[schema(required)]
    pub qr: Option<String>,
}

/// A first code of the app.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpConfirmIn {
    /// Six digits.
    pub code: String,
}

impl Validate for TotpConfirmIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("code", &self.code, 1, 40);
    }
}

/// Shown once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RecoveryCodesOut {
    /// Each is good once in place of a code of the app.
    pub recovery_codes: Vec<String>,
}

/// Whether codes are asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TotpState {
    pub enabled: bool,
    /// Since when.
    #[schema(required)]
    pub confirmed_at: Option<Timestamp>,
}

/// What is set up for somebody, if anything.
pub(crate) async fn state(identity: &Identity, user: UserId) -> Result<Option<TotpState>> {
    let row = totp::Entity::find_by_id(user).one(identity.db().read()).await?;
    Ok(row.map(|row| TotpState {
        enabled: row.confirmed_at.is_some(),
        confirmed_at: row.confirmed_at.map(Timestamp),
    }))
}

/// A fresh secret; nothing is asked for before the person has shown a code of it.
pub(crate) async fn begin(identity: &Identity, caller: &Caller, input: TotpBeginIn) -> Result<TotpOut> {
    security::prove(identity, caller, input.password).await?;
    let user = people::find(identity.db(), caller.user).await?;
    let secret = random_bytes::<{ codes::SECRET }>();
    let keys = identity.db().keys(caller.user.0).await?;
    let sealed = Sealed::seal(&keys, place(caller.user), secret.as_slice())?;
    let tx = identity.db().write().await?;
    totp::Entity::delete_many()
        .filter(totp::Column::UserId.eq(caller.user))
        .filter(totp::Column::ConfirmedAt.is_null())
        .exec(&*tx)
        .await?;
    let row = totp::ActiveModel {
        user_id: Set(caller.user),
        secret: Set(sealed),
        confirmed_at: Set(None),
        last_step: Set(0),
        failures: Set(0),
        failed_at: Set(0),
        created_at: Set(tx.now().micros()),
    };
    totp::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .map_err(|error| match db::DbError::from(error) {
            error if error.is_duplicate() => IdentityError::Refused(ApiError::new(
                Code::Conflict,
                "An authenticator app is set up already: remove it first.",
            )),
            error => error.into(),
        })?;
    audit(&tx, caller, "auth.totp_begun", caller.user, &json!({})).await?;
    tx.commit().await?;
    let secret = codes::base32(&secret);
    let account: String = user
        .email
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let uri = format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30"
    );
    Ok(TotpOut {
        qr: picture::svg(&uri),
        secret,
        uri,
    })
}

/// From here on every sign-in asks for a code.
pub(crate) async fn confirm(
    identity: &Identity,
    caller: &Caller,
    input: &TotpConfirmIn,
) -> Result<RecoveryCodesOut> {
    caller.require_session()?;
    let code: String = input.code.chars().filter(|c| !c.is_whitespace()).collect();
    if !codes::is_code(&code) || !check(identity, caller.user, &code, false).await? {
        return Err(IdentityError::WrongCode);
    }
    let tx = identity.db().write().await?;
    let confirmed = totp::ActiveModel {
        confirmed_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    let done = totp::Entity::update_many()
        .set(confirmed)
        .filter(totp::Column::UserId.eq(caller.user))
        .filter(totp::Column::ConfirmedAt.is_null())
        .exec(&*tx)
        .await?;
    if done.rows_affected != 1 {
        return Err(IdentityError::WrongCode);
    }
    let recovery_codes = recovery::renew(&tx, caller.user).await?;
    audit(&tx, caller, "auth.totp_enabled", caller.user, &json!({})).await?;
    tx.commit().await?;
    Ok(RecoveryCodesOut { recovery_codes })
}

/// From here on no sign-in asks for a code.
pub(crate) async fn remove(identity: &Identity, caller: &Caller, input: TotpBeginIn) -> Result<()> {
    security::prove(identity, caller, input.password).await?;
    let tx = identity.db().write().await?;
    totp::Entity::delete_by_id(caller.user).exec(&*tx).await?;
    recovery::forget(&tx, caller.user).await?;
    audit(&tx, caller, "auth.totp_removed", caller.user, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes somebody's second factor away, who lost app and recovery codes: for the command line. Answers whether there
/// was one.
pub async fn drop_second_factor(identity: &Identity, address: &str) -> Result<bool> {
    let email_key = email::key(address).unwrap_or_default();
    let user = people::find_by_email(identity.db(), &email_key)
        .await?
        .ok_or(IdentityError::NotFound("account"))?;
    let tx = identity.db().write().await?;
    let dropped = totp::Entity::delete_by_id(user.id).exec(&*tx).await?;
    recovery::forget(&tx, user.id).await?;
    let actor = Actor {
        workspace: None,
        user: None,
        address: Client::operator().address,
    };
    let details = json!({ "by": "command line" });
    audit(&tx, actor, "auth.totp_removed", user.id, &details).await?;
    tx.commit().await?;
    Ok(dropped.rows_affected == 1)
}
