//! A new passkey.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::entity::passkeys;
use kit::api::{ApiError, Code, Problems, Validate};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Value, json};

use super::authenticator::{browser_says, challenge_of, data_of, spoken};
use super::{Base64, PasskeyOut, house_of, key, origin_of};
use crate::audit::audit;
use crate::caller::Caller;
use crate::challenges::{self, Kind};
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::passwords::Password;
use crate::{Result, people, security};

/// How long somebody may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// How many somebody may have.
const MOST: u64 = 20;

/// The person proves who they are.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyBeginIn {
    /// The password. An account without one needs a sign-in of the last ten minutes instead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<Password>,
}

impl Validate for PasskeyBeginIn {
    fn validate(&self, problems: &mut Problems) {
        if let Some(password) = &self.password {
            password.check_given("password", problems);
        }
    }
}

/// A new passkey.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasskeyIn {
    /// As its person calls it.
    pub name: String,
    /// What `navigator.credentials.create` gave, as JSON (`PublicKeyCredential.toJSON`).
    #[schema(value_type = Value)]
    pub credential: NewCredential,
}

/// The part of it that is read.
#[derive(Debug, Deserialize)]
pub(crate) struct NewCredential {
    response: NewResponse,
}

#[derive(Debug, Deserialize)]
struct NewResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64,
    #[serde(rename = "attestationObject")]
    attestation: Base64,
}

impl Validate for NewPasskeyIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("name", &self.name, 1, 60);
        let printable = !self.name.chars().any(char::is_control);
        problems.check(printable, "name", "A name has no control characters.");
    }
}

/// What the browser needs to make one (`PublicKeyCredentialCreationOptionsJSON`).
pub(crate) async fn begin(
    identity: &Identity,
    caller: &Caller,
    input: PasskeyBeginIn,
    client: &Client,
) -> Result<Value> {
    security::prove(identity, caller, input.password).await?;
    let user = people::find(identity.db(), caller.user).await?;
    let known = passkeys::Entity::find()
        .filter(passkeys::Column::UserId.eq(caller.user))
        .all(identity.db().read())
        .await?;
    let challenge = challenges::ask(identity, (Kind::NewPasskey, Some(caller.user)), &(), PATIENCE).await?;
    let exclude = known
        .iter()
        .map(|row| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&row.credential_id) }));
    let algorithms = [key::EDDSA, key::ES256, key::RS256]
        .map(|algorithm| json!({ "type": "public-key", "alg": algorithm }));
    Ok(json!({
        "challenge": challenge,
        "rp": { "id": house_of(client), "name": "Tributary" },
        "user": {
            "id": URL_SAFE_NO_PAD.encode(caller.user.0.as_bytes()),
            "name": user.email,
            "displayName": user.full_name,
        },
        "pubKeyCredParams": algorithms,
        "timeout": PATIENCE.as_millis() as u64,
        "excludeCredentials": exclude.collect::<Vec<_>>(),
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "none",
    }))
}

/// Takes one in.
pub(crate) async fn add(
    identity: &Identity,
    caller: &Caller,
    input: NewPasskeyIn,
    client: &Client,
) -> Result<PasskeyOut> {
    caller.require_session()?;
    let refused = || ApiError::invalid("credential", "This passkey was not made for this page.");
    let response = &input.credential.response;
    let token = challenge_of(&response.client_data.0).ok_or_else(refused)?;
    let asked = challenges::take::<()>(identity, Kind::NewPasskey, &token)
        .await?
        .filter(|asked| asked.user == Some(caller.user));
    if asked.is_none() {
        let sentence = "This has taken too long. Please begin again.";
        return Err(ApiError::new(Code::Gone, sentence).into());
    }
    if !browser_says(
        &response.client_data.0,
        "webauthn.create",
        &token,
        origin_of(client),
    ) {
        return Err(refused().into());
    }
    let spoken = data_of(&response.attestation.0)
        .and_then(|data| spoken(&data, house_of(client)))
        .ok_or_else(refused)?;
    let (credential, key) = spoken.new.ok_or_else(refused)?;
    let tx = identity.db().write().await?;
    let count = passkeys::Entity::find()
        .filter(passkeys::Column::UserId.eq(caller.user))
        .count(&*tx)
        .await?;
    if count >= MOST {
        let sentence = format!("An account has at most {MOST} passkeys: remove one first.");
        return Err(ApiError::new(Code::Conflict, sentence).into());
    }
    let row = passkeys::Model {
        id: kit::ids::new_id(),
        user_id: caller.user,
        credential_id: credential,
        public_key: key.bytes,
        algorithm: key.algorithm,
        name: input.name.trim().to_owned(),
        sign_count: i64::from(spoken.sign_count),
        backed_up: spoken.backed_up,
        created_at: tx.now().micros(),
        last_used_at: None,
    };
    let new = passkeys::ActiveModel::from(row.clone());
    passkeys::Entity::insert(new)
        .exec_without_returning(&*tx)
        .await
        .map_err(|error| match db::DbError::from(error) {
            error if error.is_duplicate() => {
                IdentityError::Refused(ApiError::new(Code::Conflict, "This passkey is known already."))
            }
            error => error.into(),
        })?;
    let details = json!({ "backed_up": row.backed_up });
    audit(&tx, caller, "auth.passkey_added", row.id, &details).await?;
    tx.commit().await?;
    Ok(row.into())
}
