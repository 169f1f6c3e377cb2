//! Signing in by a passkey, without saying who one is before.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::entity::passkeys;
use kit::api::{Problems, Validate};
use kit::vault::sha256;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::authenticator::{browser_says, spoken};
use super::key::Key;
use super::{Base64, house_of, origin_of};
use crate::Result;
use crate::audit::{Actor, audit};
use crate::challenges::{self, Kind};
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::sessions::{self, SignedIn};

/// How long somebody may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// What the browser needs to ask for a passkey.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PasskeyChallengeOut {
    /// To be sent back with the answer.
    pub challenge_id: String,
    /// `PublicKeyCredentialRequestOptionsJSON`.
    pub options: Value,
}

/// A passkey's answer.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyIn {
    /// Of the question.
    pub challenge_id: String,
    /// What `navigator.credentials.get` gave, as JSON (`PublicKeyCredential.toJSON`).
    #[schema(value_type = Value)]
    pub credential: Credential,
}

/// The part of it that is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Credential {
    #[serde(rename = "rawId")]
    raw_id: Base64,
    response: Assertion,
}

#[derive(Debug, Deserialize)]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64,
    #[serde(rename = "authenticatorData")]
    authenticator_data: Base64,
    signature: Base64,
    #[serde(default, rename = "userHandle")]
    user_handle: Option<Base64>,
}

impl Validate for PasskeyIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("challenge_id", &self.challenge_id, 1, 100);
    }
}

/// Asks for any passkey of this house: the same question to everybody.
pub(crate) async fn begin(identity: &Identity, client: &Client) -> Result<PasskeyChallengeOut> {
    // What is shown to scripts as the question is not what opens it.
    let challenge = URL_SAFE_NO_PAD.encode(kit::ids::random_bytes::<32>());
    let challenge_id = challenges::ask(identity, (Kind::Passkey, None), &challenge, PATIENCE).await?;
    let options = json!({
        "challenge": challenge,
        "rpId": house_of(client),
        "timeout": PATIENCE.as_millis() as u64,
        "userVerification": "required",
        "allowCredentials": [],
    });
    Ok(PasskeyChallengeOut {
        challenge_id,
        options,
    })
}

/// Signs in whoever holds the passkey.
pub(crate) async fn sign_in(identity: &Identity, input: &PasskeyIn, client: &Client) -> Result<SignedIn> {
    let asked = challenges::take::<String>(identity, Kind::Passkey, &input.challenge_id)
        .await?
        .ok_or(IdentityError::ChallengeGone)?;
    match verify(identity, input, &asked.body, client).await? {
        Ok(row) => sessions::sign_in(identity, row.user_id, "passkey", client).await,
        Err(owner) => {
            let actor = Actor {
                workspace: None,
                user: owner,
                address: client.address,
            };
            let tx = identity.db().write().await?;
            let details = json!({ "by": "passkey" });
            audit(&tx, actor, "auth.login_failed", "account", &details).await?;
            tx.commit().await?;
            Err(IdentityError::PasskeyRefused)
        }
    }
}

/// The passkey that signed this answer; otherwise whose it would have been.
async fn verify(
    identity: &Identity,
    input: &PasskeyIn,
    challenge: &str,
    client: &Client,
) -> Result<std::result::Result<passkeys::Model, Option<db::UserId>>> {
    let found = passkeys::Entity::find()
        .filter(passkeys::Column::CredentialId.eq(input.credential.raw_id.0.clone()))
        .one(identity.db().read())
        .await?;
    let Some(row) = found else { return Ok(Err(None)) };
    let refused = Ok(Err(Some(row.user_id)));
    let response = &input.credential.response;
    let is_theirs = response
        .user_handle
        .as_ref()
        .is_none_or(|handle| handle.0 == row.user_id.0.as_bytes());
    let origin = origin_of(client);
    if !is_theirs || !browser_says(&response.client_data.0, "webauthn.get", challenge, origin) {
        return refused;
    }
    let data = &response.authenticator_data.0;
    let Some(spoken) = spoken(data, house_of(client)) else {
        return refused;
    };
    let key = Key {
        algorithm: row.algorithm,
        bytes: row.public_key.clone(),
    };
    let message = [data.as_slice(), &sha256(&response.client_data.0)].concat();
    if !key.signed(&message, &response.signature.0) {
        return refused;
    }
    // A device that counts never counts back: two with the same key are a copy and its original.
    let count = i64::from(spoken.sign_count);
    if (count > 0 || row.sign_count > 0) && count <= row.sign_count {
        tracing::warn!(passkey.id = %row.id, "a passkey counted backwards: it may have been copied");
        return refused;
    }
    let tx = identity.db().write().await?;
    let noted = passkeys::Entity::update_many()
        .set(passkeys::ActiveModel {
            sign_count: Set(count),
            backed_up: Set(spoken.backed_up),
            last_used_at: Set(Some(tx.now().micros())),
            ..Default::default()
        })
        .filter(passkeys::Column::Id.eq(row.id))
        .filter(passkeys::Column::SignCount.eq(row.sign_count))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if noted.rows_affected == 1 {
        Ok(Ok(row))
    } else {
        refused
    }
}
