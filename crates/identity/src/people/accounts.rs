//! Accounts: made by a person where the rules of registration allow it, or on the command line.

use db::entity::users;
use db::{Db, Tx, UserId, WorkspaceId};
use http::StatusCode;
use kit::api::{Problems, Validate};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde::Deserialize;
use serde_json::json;

use super::find_by_email;
use super::profile::{UserOut, check_name};
use crate::audit::{Actor, audit};
use crate::client::Client;
use crate::config::Registration;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempts;
use crate::passwords::Password;
use crate::sessions::{self, SignedIn};
use crate::{Result, email, invitations, workspaces};

/// Under this name one transaction at a time makes an account, so that exactly one is the first.
const FIRST_ACCOUNT: i64 = 0x6669_7273_7400;

/// A new account.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterIn {
    pub email: String,
    /// 10 to 200 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 200)]
    pub password: Password,
    pub full_name: String,
    /// The token of an invitation, which is accepted at once. Needed where registration is by invitation.
    #[serde(default)]
    pub invitation: Option<String>,
}

impl Validate for RegisterIn {
    fn validate(&self, problems: &mut Problems) {
        check_email(&self.email, problems);
        check_name(&self.full_name, problems);
        self.password.check_new("password", problems);
    }
}

fn check_email(text: &str, problems: &mut Problems) {
    problems.check(
        email::key(text).is_some(),
        "email",
        "This is not an e-mail address.",
    );
}

/// Whether nobody has an account yet.
pub(crate) async fn is_empty(db: &Db) -> Result<bool> {
    Ok(users::Entity::find().count(db.read()).await? == 0)
}

fn closed(identity: &Identity) -> IdentityError {
    match identity.config().registration {
        Registration::Invite => IdentityError::InvitationNeeded,
        _ => IdentityError::RegistrationClosed,
    }
}

/// Adds the person, their key, their own workspace. Answers both.
pub(crate) async fn add(
    identity: &Identity,
    tx: &Tx,
    (address, full_name): (&str, &str),
    hash: Option<String>,
    may_register: bool,
) -> Result<(users::Model, WorkspaceId)> {
    let email_key = email::key(address).ok_or(IdentityError::NotFound("e-mail address"))?;
    tx.alone(FIRST_ACCOUNT).await?;
    let is_first = users::Entity::find().count(&**tx).await? == 0;
    if !is_first && !may_register {
        return Err(closed(identity));
    }
    let user = users::Model {
        id: UserId::new(),
        email: address.trim().to_owned(),
        email_key,
        full_name: full_name.trim().to_owned(),
        password_hash: hash,
        is_instance_admin: is_first,
        created_at: tx.now().micros(),
        updated_at: tx.now().micros(),
        disabled_at: None,
    };
    let row = users::ActiveModel::from(user.clone());
    users::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .map_err(|error| match db::DbError::from(error) {
            error if error.is_duplicate() => IdentityError::EmailTaken,
            error => error.into(),
        })?;
    identity.db().create_keys(tx, user.id.0).await?;
    let first_name = user.full_name.split_whitespace().next().unwrap_or("My");
    let name = format!("{first_name}'s workspace");
    let workspace = workspaces::add(identity, tx, &name, user.id).await?;
    Ok((user, workspace))
}

/// Makes an account and signs its person in.
pub(crate) async fn register(identity: &Identity, input: RegisterIn, client: &Client) -> Result<SignedIn> {
    let config = identity.config();
    if !config.passwords {
        return Err(IdentityError::NoPasswords);
    }
    let email_key = email::key(&input.email).unwrap_or_default();
    let attempts = Attempts::new(identity, &email_key, client.address);
    attempts.check().await?;
    let invitation = match &input.invitation {
        Some(token) => Some(invitations::find_open(identity, token, &email_key).await?),
        None => None,
    };
    let may_register = match config.registration {
        Registration::Open => true,
        Registration::Invite => invitation.is_some(),
        Registration::Closed => false,
    };
    if !may_register && !is_empty(identity.db()).await? {
        return Err(closed(identity));
    }
    if find_by_email(identity.db(), &email_key).await?.is_some() {
        attempts.failed().await;
        return Err(IdentityError::EmailTaken);
    }
    let hash = identity.hasher().hash(input.password).await?;
    let tx = identity.db().write().await?;
    let names = (input.email.as_str(), input.full_name.as_str());
    let (user, own) = add(identity, &tx, names, Some(hash), may_register).await?;
    let mut actor = Actor {
        workspace: Some(own),
        user: Some(user.id),
        address: client.address,
    };
    audit(
        &tx,
        actor,
        "auth.register",
        user.id,
        &json!({ "first": user.is_instance_admin }),
    )
    .await?;
    let mut workspace = own;
    if let Some(invitation) = invitation {
        workspace = invitation.workspace_id;
        actor.workspace = Some(workspace);
        invitations::take(&tx, actor, &invitation, user.id).await?;
    }
    let session = sessions::begin(identity, &tx, user.id, workspace, client).await?;
    tx.commit().await?;
    let mut answer = sessions::answer(identity, &session, client, true).await?;
    answer.status = StatusCode::CREATED;
    Ok(answer)
}

/// Makes an account whatever the rules of registration say: for the command line.
pub async fn create(
    identity: &Identity,
    email: &str,
    full_name: &str,
    password: Password,
) -> Result<UserOut> {
    let mut problems = Problems::default();
    check_email(email, &mut problems);
    check_name(full_name, &mut problems);
    password.check_new("password", &mut problems);
    problems.into_result()?;
    let hash = identity.hasher().hash(password).await?;
    let tx = identity.db().write().await?;
    let (user, workspace) = add(identity, &tx, (email, full_name), Some(hash), true).await?;
    let actor = Actor {
        workspace: Some(workspace),
        user: None,
        address: Client::operator().address,
    };
    audit(
        &tx,
        actor,
        "auth.register",
        user.id,
        &json!({ "by": "command line" }),
    )
    .await?;
    tx.commit().await?;
    Ok(user.into())
}
