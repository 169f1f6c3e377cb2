//! What somebody sees of how they sign in, and the proof that changing it asks for.

use std::time::Duration;

use db::SessionId;
use db::entity::{identities, sessions as rows};
use kit::clock::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;

use crate::caller::Caller;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempts;
use crate::passkeys::{self, PasskeyOut};
use crate::passwords::{Hasher, Password};
use crate::second_factor::{self, TotpState};
use crate::{Result, people, sessions};

/// For accounts without a password: how old the sign-in may be that stands for it.
const FRESH: Duration = Duration::from_mins(10);

/// How somebody signs in, and where they are signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SecurityOut {
    /// Whether there is one.
    pub password: bool,
    /// Null where no app was set up.
    #[schema(required)]
    pub totp: Option<TotpState>,
    pub recovery_codes_left: u64,
    pub passkeys: Vec<PasskeyOut>,
    pub identities: Vec<IdentityOut>,
    pub sessions: Vec<DeviceOut>,
}

/// An account elsewhere.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct IdentityOut {
    /// Its id in the configuration.
    pub provider: String,
    /// The address there.
    pub email: String,
    pub linked_at: Timestamp,
}

/// A signed-in device.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeviceOut {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// Where it came from last.
    pub address: String,
    /// What it said of itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// How the caller signs in.
pub(crate) async fn show(identity: &Identity, caller: &Caller) -> Result<SecurityOut> {
    caller.require_session()?;
    let user = people::find(identity.db(), caller.user).await?;
    let linked = identities::Entity::find()
        .filter(identities::Column::UserId.eq(caller.user))
        .order_by_asc(identities::Column::LinkedAt)
        .all(identity.db().read())
        .await?;
    let devices = sessions::list(identity, caller).await?;
    Ok(SecurityOut {
        password: user.password_hash.is_some(),
        totp: second_factor::state(identity, caller.user).await?,
        recovery_codes_left: second_factor::recovery_codes_left(identity, caller.user).await?,
        passkeys: passkeys::list(identity, caller.user).await?,
        identities: linked
            .into_iter()
            .map(|row| IdentityOut {
                provider: row.provider,
                email: row.email,
                linked_at: Timestamp(row.linked_at),
            })
            .collect(),
        sessions: devices
            .into_iter()
            .map(|device| DeviceOut {
                id: device.id,
                created_at: device.created_at,
                last_seen_at: device.last_seen_at,
                address: device.address,
                agent: device.user_agent,
                current: device.current,
            })
            .collect(),
    })
}

/// The caller is at their device, not somebody who found it open: by the password, or, where there is none, by a
/// sign-in of the last minutes.
pub(crate) async fn prove(identity: &Identity, caller: &Caller, password: Option<Password>) -> Result<()> {
    let session = caller.require_session()?;
    let user = people::find(identity.db(), caller.user).await?;
    let Some(stored) = user.password_hash else {
        let found = rows::Entity::find_by_id(session)
            .one(identity.db().read())
            .await?
            .ok_or(IdentityError::NotSignedIn)?;
        let age = identity.now().since(Timestamp(found.created_at));
        return if age < FRESH {
            Ok(())
        } else {
            Err(IdentityError::SignInAgain)
        };
    };
    let attempts = Attempts::new(identity, &user.email_key, caller.address);
    attempts.check().await?;
    let wrong = || kit::api::ApiError::invalid("password", "The password is not right.");
    let password = password.ok_or_else(wrong)?;
    let turn = identity.hasher().turn().await?;
    attempts.check().await?;
    if Hasher::verify(turn, password, Some(stored)).await? {
        attempts.succeeded().await;
        Ok(())
    } else {
        attempts.failed().await;
        Err(wrong().into())
    }
}
