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
use crate::{Result, email};

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
    /// `password`.
    pub methods: Vec<&'static str>,
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

/// Signs somebody in. An address without an account costs the same time and gets the same answer as a wrong password.
pub(crate) async fn sign_in(identity: &Identity, input: LoginIn, client: &Client) -> Result<SignedIn> {
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
    let workspace = sessions::home_of(identity, user.id, None).await?;
    let tx = identity.db().write().await?;
    let session = sessions::begin(identity, &tx, user.id, workspace, client).await?;
    let actor = Actor {
        workspace: Some(workspace),
        user: Some(user.id),
        address: client.address,
    };
    audit(&tx, actor, "auth.login", session.id, &json!({})).await?;
    tx.commit().await?;
    sessions::answer(identity, &session, client, true).await
}
