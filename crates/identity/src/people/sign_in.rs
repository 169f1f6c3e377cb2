//! Signing in: how somebody may, and doing it.

use kit::api::{Problems, Validate};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find_by_email;
use crate::access::{Came, note_sign_in};
use crate::audit::{Actor, audit};
use crate::client::Client;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempts;
use crate::passwords::{Hasher, Password};
use crate::sessions::{self, SignedIn};
use crate::{Result, email, second_factor};

/// An address, to learn how one may sign in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckUserIn {
    pub email: String,
}

impl Validate for CheckUserIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("email", &self.email, 1, 254);
    }
}

/// Ways to sign in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MethodsOut {
    /// `password`, `passkey`, and `oidc:` with the id of a provider.
    pub methods: Vec<String>,
}

/// An account's address and password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginIn {
    pub email: String,
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

impl Validate for LoginIn {
    fn validate(&self, problems: &mut Problems) {
        problems.length("email", &self.email, 1, 254);
        self.password.check_given("password", problems);
    }
}

/// Every way to sign in here: the same for everybody.
pub(crate) fn methods(identity: &Identity) -> MethodsOut {
    let config = identity.config();
    let own = config.passwords.then_some("password");
    let others = config.oidc.iter().map(|provider| format!("oidc:{}", provider.id));
    let own = own.into_iter().chain(["passkey"]).map(str::to_owned);
    MethodsOut {
        methods: own.chain(others).collect(),
    }
}

/// Signs somebody in. An address without an account costs the same time and gets the same answer as a wrong password.
pub(crate) async fn sign_in(identity: &Identity, input: LoginIn, client: &Client) -> Result<SignedIn> {
    if !identity.config().passwords {
        return Err(IdentityError::NoPasswords);
    }
    let email_key = email::key(&input.email).unwrap_or_else(|| input.email.trim().to_lowercase());
    let attempts = Attempts::new(identity, &email_key, client.address);
    attempts.check().await?;
    let found = find_by_email(identity.db(), &email_key).await?;
    let turn = identity.hasher().turn().await?;
    attempts.check().await?;
    let stored = found.as_ref().and_then(|user| user.password_hash.clone());
    let fits = Hasher::verify(turn, input.password, stored).await?;
    let Some(user) = found.as_ref().filter(|_| fits) else {
        attempts.failed().await;
        let actor = Actor {
            workspace: None,
            user: found.as_ref().map(|user| user.id),
            address: client.address,
        };
        let tx = identity.db().write().await?;
        audit(&tx, actor, "auth.login_failed", "account", &json!({})).await?;
        let came = Came {
            workspace: None,
            user: actor.user,
            client,
            via: "password",
            outcome: "failed",
        };
        note_sign_in(&tx, came).await?;
        tx.commit().await?;
        return Err(IdentityError::SignInFailed);
    };
    attempts.succeeded().await;
    if second_factor::is_asked_of(identity, user.id).await? {
        return Err(IdentityError::SecondFactor(
            second_factor::ask(identity, user.id, "password").await?,
        ));
    }
    sessions::sign_in(identity, user.id, "password", client).await
}
