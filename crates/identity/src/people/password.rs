//! A person's password: changed by themselves, or set on the command line.

use db::entity::users;
use db::{Tx, UserId};
use kit::api::{Code, Problems, Validate};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;

use super::find_by_email;
use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::passwords::Password;
use crate::{Result, email, security, sessions};

/// A new password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordIn {
    /// An account without one needs a sign-in of the last ten minutes instead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub current_password: Option<Password>,
    /// 10 to 200 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 200)]
    pub new_password: Password,
}

impl Validate for PasswordIn {
    fn validate(&self, problems: &mut Problems) {
        if let Some(password) = &self.current_password {
            password.check_given("current_password", problems);
        }
        self.new_password.check_new("new_password", problems);
    }
}

async fn store_password(tx: &Tx, user: UserId, hash: String) -> Result<()> {
    users::Entity::update_many()
        .set(users::ActiveModel {
            password_hash: Set(Some(hash)),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        })
        .filter(users::Column::Id.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Changes the caller's password and signs their other devices out.
pub(crate) async fn change_password(identity: &Identity, caller: &Caller, input: PasswordIn) -> Result<()> {
    let session = caller.require_session()?;
    security::prove(identity, caller, input.current_password)
        .await
        .map_err(|error| match error {
            IdentityError::Refused(refused) if refused.code == Code::ValidationFailed => {
                IdentityError::WrongPassword
            }
            error => error,
        })?;
    let hash = identity.hasher().hash(input.new_password).await?;
    let tx = identity.db().write().await?;
    store_password(&tx, caller.user, hash).await?;
    let ended = sessions::end_all(&tx, caller.user, Some(session)).await?;
    let details = json!({ "sessions_ended": ended.len() });
    audit(&tx, caller, "auth.password_changed", caller.user, &details).await?;
    tx.commit().await?;
    identity.known().forget_sessions(&ended);
    Ok(())
}

/// Sets somebody's password and signs all their devices out: for the command line.
pub async fn set_password(identity: &Identity, address: &str, password: Password) -> Result<()> {
    let mut problems = Problems::default();
    password.check_new("password", &mut problems);
    problems.into_result()?;
    let email_key = email::key(address).unwrap_or_default();
    let user = find_by_email(identity.db(), &email_key)
        .await?
        .ok_or(IdentityError::NotFound("account"))?;
    let hash = identity.hasher().hash(password).await?;
    let tx = identity.db().write().await?;
    store_password(&tx, user.id, hash).await?;
    let ended = sessions::end_all(&tx, user.id, None).await?;
    let actor = Actor {
        workspace: None,
        user: None,
        address: Client::operator().address,
    };
    let details = json!({ "by": "command line", "sessions_ended": ended.len() });
    audit(&tx, actor, "auth.password_changed", user.id, &details).await?;
    tx.commit().await?;
    identity.known().forget_sessions(&ended);
    Ok(())
}
