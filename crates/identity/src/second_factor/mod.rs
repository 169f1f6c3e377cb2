//! The second factor of a sign-in: a code of an authenticator app (RFC 6238), or a recovery code for who lost it.

mod codes;
mod enrol;
mod picture;
mod recovery;

use std::time::Duration;

use db::UserId;
use db::entity::totp;
use kit::api::{ApiError, Problems, Validate};
use kit::vault::Place;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use enrol::drop_second_factor;
pub(crate) use enrol::{
    RecoveryCodesOut, TotpBeginIn, TotpConfirmIn, TotpOut, TotpState, begin, confirm, remove, state,
};
pub(crate) use recovery::left as recovery_codes_left;

use crate::Result;
use crate::audit::{Actor, audit};
use crate::challenges::{self, Kind};
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::sessions::{self, SignedIn};

/// How long somebody may take to find the code.
const PATIENCE: Duration = Duration::from_mins(5);
/// How many codes one sign-in may try.
const TRIES: i32 = 5;
/// Wrong codes in a row that cost no time.
const FREE: i32 = 5;
/// The wait after the first one that does; each further one doubles it, to a day.
const WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How the first factor was shown.
#[derive(Serialize, Deserialize)]
struct Half {
    by: String,
}

/// The second half of a sign-in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondFactorIn {
    /// From the answer of the first half.
    pub challenge: String,
    /// Six digits of the app, or a recovery code.
    pub code: String,
}

impl Validate for SecondFactorIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("challenge", &self.challenge, 1, 100);
        problems.length("code", &self.code, 1, 40);
    }
}

fn place(user: UserId) -> Place<'static> {
    Place {
        column: "totp.secret",
        row: user.0,
    }
}

/// Whether somebody's sign-in needs a second factor.
pub(crate) async fn is_asked_of(identity: &Identity, user: UserId) -> Result<bool> {
    let found = totp::Entity::find_by_id(user)
        .filter(totp::Column::ConfirmedAt.is_not_null())
        .one(identity.db().read())
        .await?;
    Ok(found.is_some())
}

/// Asks for it; answers what the second half has to bring. `by`: how the first factor was shown.
pub(crate) async fn ask(identity: &Identity, user: UserId, by: &str) -> Result<String> {
    let half = Half { by: by.to_owned() };
    challenges::ask(identity, (Kind::SecondFactor, Some(user)), &half, PATIENCE).await
}

/// Ends a sign-in by its second half.
pub(crate) async fn answer(identity: &Identity, input: &SecondFactorIn, client: &Client) -> Result<SignedIn> {
    let challenge = challenges::find::<Half>(identity, Kind::SecondFactor, &input.challenge)
        .await?
        .ok_or(IdentityError::ChallengeGone)?;
    let user = challenge.user.ok_or(IdentityError::ChallengeGone)?;
    if !challenge.count(identity, TRIES).await? {
        return Err(IdentityError::ChallengeGone);
    }
    let code: String = input.code.chars().filter(|c| !c.is_whitespace()).collect();
    let by = if codes::is_code(&code) {
        check(identity, user, &code, true).await?.then_some("code")
    } else {
        recovery::take(identity, user, &code)
            .await?
            .then_some("recovery code")
    };
    let actor = Actor {
        workspace: None,
        user: Some(user),
        address: client.address,
    };
    let Some(by) = by else {
        let tx = identity.db().write().await?;
        audit(&tx, actor, "auth.second_factor_failed", "account", &json!({})).await?;
        tx.commit().await?;
        return Err(IdentityError::WrongCode);
    };
    if !challenge.close(identity).await? {
        return Err(IdentityError::ChallengeGone);
    }
    let by = format!("{} and {by}", challenge.body.by);
    sessions::sign_in(identity, user, &by, client).await
}

/// How long nothing is looked at after so many wrong codes.
fn wait_after(failures: i32) -> Duration {
    match u32::try_from(failures - FREE) {
        Ok(more) => WAIT
            .saturating_mul(2_u32.saturating_pow(more.min(20)))
            .min(LONGEST_WAIT),
        Err(_) => Duration::ZERO,
    }
}

/// Whether this is a code of now that was not taken before. Each wrong one counts before it is looked at, and of
/// many at once one is looked at.
async fn check(identity: &Identity, user: UserId, code: &str, confirmed: bool) -> Result<bool> {
    let found = totp::Entity::find_by_id(user).one(identity.db().read()).await?;
    let Some(row) = found.filter(|row| row.confirmed_at.is_some() == confirmed) else {
        return Ok(false);
    };
    let now = identity.now();
    let wait = wait_after(row.failures);
    let passed = now.since(kit::clock::Timestamp(row.failed_at));
    if passed < wait {
        return Err(ApiError::rate_limited(wait.saturating_sub(passed)).into());
    }
    let counted = totp::ActiveModel {
        failures: Set(row.failures.saturating_add(1)),
        failed_at: Set(now.micros()),
        ..Default::default()
    };
    let tx = identity.db().write().await?;
    let mine = totp::Entity::update_many()
        .set(counted)
        .filter(totp::Column::UserId.eq(user))
        .filter(totp::Column::Failures.eq(row.failures))
        .filter(totp::Column::LastStep.eq(row.last_step))
        .exec(&*tx)
        .await?;
    if mine.rows_affected != 1 {
        tx.commit().await?;
        return Err(ApiError::rate_limited(Duration::from_secs(1)).into());
    }
    let keys = identity.db().keys(user.0).await?;
    let secret: Vec<u8> = row.secret.open(&keys, place(user))?;
    let step = codes::step_of(&secret, code, now).filter(|step| *step > row.last_step);
    if let Some(step) = step {
        let taken = totp::ActiveModel {
            failures: Set(0),
            last_step: Set(step),
            ..Default::default()
        };
        totp::Entity::update_many()
            .set(taken)
            .filter(totp::Column::UserId.eq(user))
            .exec(&*tx)
            .await?;
    }
    tx.commit().await?;
    Ok(step.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_becomes_slow() {
        assert_eq!(wait_after(0), Duration::ZERO);
        assert_eq!(wait_after(4), Duration::ZERO);
        assert_eq!(wait_after(5), Duration::from_secs(30));
        assert_eq!(wait_after(7), Duration::from_mins(2));
        assert_eq!(wait_after(60), LONGEST_WAIT);
    }
}
