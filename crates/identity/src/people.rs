//! People: accounts, sign-in, profile, password.

use db::entity::{members, users};
use db::events::Scope;
use db::kinds::Role;
use db::{Db, Event, Tx, UserId, WorkspaceId};
use http::StatusCode;
use kit::api::{Problems, Validate};
use kit::clock::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::{Actor, audit};
use crate::caller::Caller;
use crate::client::Client;
use crate::config::Registration;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempts;
use crate::passwords::{Hasher, Password};
use crate::sessions::{self, SignedIn};
use crate::{Result, email, invitations, workspaces};

/// Under this name one transaction at a time makes an account, so that exactly one is the first.
const FIRST_ACCOUNT: i64 = 0x6669_7273_7400;

/// A person.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct UserOut {
    /// The person.
    pub id: UserId,
    /// As they wrote it.
    pub email: String,
    /// Shown to others.
    pub full_name: String,
    /// A colour of their own, `#rrggbb`.
    pub avatar_color: &'static str,
    /// Administers the installation.
    pub is_instance_admin: bool,
    /// When.
    pub created_at: Timestamp,
}

impl From<users::Model> for UserOut {
    fn from(row: users::Model) -> Self {
        Self {
            avatar_color: avatar_color(row.id),
            id: row.id,
            email: row.email,
            full_name: row.full_name,
            is_instance_admin: row.is_instance_admin,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// A person as others see them beside what they wrote.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AuthorOut {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
    /// A colour of their own, `#rrggbb`.
    pub avatar_color: &'static str,
}

/// The colour that stands for a person; white text is readable on each of them.
pub fn avatar_color(user: UserId) -> &'static str {
    const COLORS: [&str; 12] = [
        "#b4232a", "#b5480b", "#8a6100", "#4d7000", "#157347", "#0f766e", "#0e7490", "#1d63b8", "#4f46c8",
        "#7c3aa8", "#a62a87", "#5b6470",
    ];
    // The end of a UUIDv7 is random, its beginning is the time.
    let sum: usize = user.0.as_bytes()[10..].iter().map(|b| usize::from(*b)).sum();
    COLORS[sum % COLORS.len()]
}

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

/// A new password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordIn {
    #[schema(value_type = String, format = Password)]
    pub current_password: Password,
    /// 10 to 200 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 200)]
    pub new_password: Password,
}

impl Validate for PasswordIn {
    fn validate(&self, problems: &mut Problems) {
        self.current_password.check_given("current_password", problems);
        self.new_password.check_new("new_password", problems);
    }
}

/// A changed profile.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MePatch {
    #[serde(default)]
    pub full_name: Option<String>,
}

impl Validate for MePatch {
    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.full_name {
            check_name(name, problems);
        }
    }
}

fn check_email(text: &str, problems: &mut Problems) {
    problems.check(
        email::key(text).is_some(),
        "email",
        "This is not an e-mail address.",
    );
}

fn check_name(name: &str, problems: &mut Problems) {
    problems.length("full_name", name, 1, 100);
    let printable = !name.chars().any(char::is_control);
    problems.check(printable, "full_name", "A name has no control characters.");
}

/// The person with this address.
pub(crate) async fn find_by_email(db: &Db, email_key: &str) -> Result<Option<users::Model>> {
    Ok(users::Entity::find()
        .filter(users::Column::EmailKey.eq(email_key))
        .one(db.read())
        .await?)
}

/// One person.
pub(crate) async fn find(db: &Db, user: UserId) -> Result<users::Model> {
    users::Entity::find_by_id(user)
        .one(db.read())
        .await?
        .ok_or(IdentityError::NotFound("person"))
}

/// Several people; ids that are none are left out.
pub(crate) async fn find_all(db: &Db, mut ids: Vec<UserId>) -> Result<Vec<users::Model>> {
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    // Databases bound the number of values in one statement.
    for some in ids.chunks(500) {
        let rows = users::Entity::find().filter(users::Column::Id.is_in(some.iter().copied()));
        found.extend(rows.all(db.read()).await?);
    }
    Ok(found)
}

/// The names and colours of those who wrote something.
pub async fn authors(
    db: &Db,
    ids: impl IntoIterator<Item = UserId>,
) -> Result<std::collections::HashMap<UserId, AuthorOut>> {
    let rows = find_all(db, ids.into_iter().collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let author = AuthorOut {
                id: row.id,
                avatar_color: avatar_color(row.id),
                full_name: row.full_name,
            };
            (row.id, author)
        })
        .collect())
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
async fn add(
    identity: &Identity,
    tx: &Tx,
    (address, full_name): (&str, &str),
    hash: String,
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
        password_hash: Some(hash),
        is_instance_admin: is_first,
        created_at: tx.now().micros(),
        updated_at: tx.now().micros(),
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
    let (user, own) = add(identity, &tx, names, hash, may_register).await?;
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
    let user = find(identity.db(), caller.user).await?;
    let attempts = Attempts::new(identity, &user.email_key, caller.address);
    attempts.check().await?;
    let turn = identity.hasher().turn().await?;
    attempts.check().await?;
    if !Hasher::verify(turn, input.current_password, user.password_hash).await? {
        attempts.failed().await;
        return Err(IdentityError::WrongPassword);
    }
    attempts.succeeded().await;
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

/// Changes the caller's profile.
pub(crate) async fn change(identity: &Identity, caller: &Caller, patch: MePatch) -> Result<UserOut> {
    caller.require_session()?;
    let Some(name) = patch.full_name else {
        return find(identity.db(), caller.user).await.map(UserOut::from);
    };
    let tx = identity.db().write().await?;
    users::Entity::update_many()
        .set(users::ActiveModel {
            full_name: Set(name.trim().to_owned()),
            updated_at: Set(tx.now().micros()),
            ..Default::default()
        })
        .filter(users::Column::Id.eq(caller.user))
        .exec(&*tx)
        .await?;
    let payload = json!({ "user_id": caller.user });
    let mine = Event {
        scope: Scope::User(caller.user),
        workspace: None,
        kind: "user.changed",
        payload: &payload,
    };
    tx.event(mine).await?;
    let belongs = members::Entity::find()
        .filter(members::Column::UserId.eq(caller.user))
        .all(&*tx)
        .await?;
    for member in belongs {
        let theirs = Event {
            scope: Scope::Workspace(member.workspace_id),
            workspace: Some(member.workspace_id),
            kind: "member.changed",
            payload: &payload,
        };
        tx.event(theirs).await?;
    }
    audit(
        &tx,
        caller,
        "user.changed",
        caller.user,
        &json!({ "fields": ["full_name"] }),
    )
    .await?;
    let row = users::Entity::find_by_id(caller.user)
        .one(&*tx)
        .await?
        .ok_or(IdentityError::NotSignedIn)?;
    tx.commit().await?;
    Ok(row.into())
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
    let (user, workspace) = add(identity, &tx, (email, full_name), hash, true).await?;
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

/// What somebody is in a workspace, if anything.
pub(crate) async fn role_in(tx: &Tx, workspace: WorkspaceId, user: UserId) -> Result<Option<Role>> {
    Ok(members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .one(&**tx)
        .await?
        .map(|member| member.role))
}
