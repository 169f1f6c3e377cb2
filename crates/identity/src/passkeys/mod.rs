//! Passkeys (WebAuthn Level 3): a key pair on a person's device, of which only the public half is here. A passkey
//! stands for the device and for the person, whom the device verifies, so no second factor is asked.

mod authenticator;
mod cbor;
mod enrol;
mod key;
mod sign_in;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::UserId;
use db::entity::{identities, passkeys, users};
use kit::api::{ApiError, Code};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

pub(crate) use enrol::{NewPasskeyIn, PasskeyBeginIn, add, begin as begin_new};
pub(crate) use sign_in::{PasskeyChallengeOut, PasskeyIn, begin, sign_in};

use crate::Result;
use crate::audit::audit;
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;

/// A passkey, as its person sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PasskeyOut {
    pub id: Uuid,
    /// As its person calls it.
    pub name: String,
    pub created_at: Timestamp,
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<passkeys::Model> for PasskeyOut {
    fn from(row: passkeys::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: Timestamp(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp),
        }
    }
}

/// Bytes as browsers write them in JSON.
#[derive(Debug)]
struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

/// What passkeys are bound to: the name of the host where the page is.
fn house_of(client: &Client) -> &str {
    let (_, host) = client.origin.split_once("://").unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Where the browser says that the page is.
fn origin_of(client: &Client) -> &str {
    let scheme = client.origin.find("://").map_or(0, |at| at + 3);
    match client.origin[scheme..].find('/') {
        Some(end) => &client.origin[..scheme + end],
        None => &client.origin,
    }
}

/// Somebody's passkeys, the oldest first.
pub(crate) async fn list(identity: &Identity, user: UserId) -> Result<Vec<PasskeyOut>> {
    let rows = passkeys::Entity::find()
        .filter(passkeys::Column::UserId.eq(user))
        .order_by_asc(passkeys::Column::Id)
        .all(identity.db().read())
        .await?;
    Ok(rows.into_iter().map(PasskeyOut::from).collect())
}

/// Forgets one; the last way to sign in stays.
pub(crate) async fn remove(identity: &Identity, caller: &Caller, id: Uuid) -> Result<()> {
    caller.require_session()?;
    let tx = identity.db().write().await?;
    let removed = passkeys::Entity::delete_many()
        .filter(passkeys::Column::Id.eq(id))
        .filter(passkeys::Column::UserId.eq(caller.user))
        .exec(&*tx)
        .await?;
    if removed.rows_affected != 1 {
        return Err(IdentityError::NotFound("passkey"));
    }
    let person = users::Entity::find_by_id(caller.user)
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    let left = passkeys::Entity::find()
        .filter(passkeys::Column::UserId.eq(caller.user))
        .count(&*tx)
        .await?;
    let elsewhere = identities::Entity::find()
        .filter(identities::Column::UserId.eq(caller.user))
        .count(&*tx)
        .await?;
    if person.password_hash.is_none() && left == 0 && elsewhere == 0 {
        let sentence = "This is the only way into your account: set a password first.";
        return Err(ApiError::new(Code::Conflict, sentence).into());
    }
    audit(&tx, caller, "auth.passkey_removed", id, &json!({})).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_bound_to_the_host() {
        for (origin, house) in [
            ("https://ai.example.org", "ai.example.org"),
            ("http://localhost:8080", "localhost"),
            ("https://a.example:8443/path", "a.example"),
        ] {
            let client = Client {
                origin: origin.to_owned(),
                ..Client::operator()
            };
            assert_eq!(house_of(&client), house);
            assert!(!origin_of(&client).ends_with("/path"));
        }
    }
}
