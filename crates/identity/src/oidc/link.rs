//! Whose account it is: found by the subject, which never changes; at the first time by the address, if the issuer has
//! verified it; made new, where that is allowed.

use std::net::IpAddr;

use db::entity::{api_tokens, identities, passkeys, recovery_codes, totp, users};
use db::{SessionId, Tx, UserId, WorkspaceId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::Refused;
use super::claims::Person;
use super::config::{PeopleRules, Provider, TrustedIssuer};
use super::groups::{self, Granted};
use crate::audit::{Actor, audit};
use crate::config::Registration;
use crate::identity::Identity;
use crate::revocations::{Revoked, revoke};
use crate::{email, people, sessions};

/// Another house whose word counts here.
pub(crate) struct House<'a> {
    /// In the store.
    pub store_id: String,
    rules: &'a PeopleRules,
    sign_up: bool,
    /// Whether the very first account may be made by its word; the first one administers the installation.
    may_be_first: bool,
}

impl<'a> House<'a> {
    /// A provider with which people sign in.
    pub fn of_provider(identity: &Identity, provider: &'a Provider) -> Self {
        let open = identity.config().registration == Registration::Open;
        Self {
            store_id: provider.id.clone(),
            rules: &provider.people,
            sign_up: provider.sign_up.unwrap_or(open),
            may_be_first: true,
        }
    }

    /// An issuer whose access tokens are good.
    pub fn of_trusted(trusted: &'a TrustedIssuer) -> Self {
        Self {
            store_id: trusted.store_id(),
            rules: &trusted.people,
            sign_up: trusted.sign_up,
            may_be_first: false,
        }
    }
}

/// What must be forgotten after the commit.
#[derive(Default)]
pub(super) struct Forgotten {
    pub roles: Vec<WorkspaceId>,
    pub tokens: Vec<Vec<u8>>,
    pub sessions: Vec<SessionId>,
}

impl Forgotten {
    fn settle(&self, identity: &Identity, user: UserId) {
        for workspace in &self.roles {
            identity.known().forget_role(*workspace, user);
        }
        identity.known().forget_tokens(&self.tokens);
        identity.known().forget_sessions(&self.sessions);
    }
}

/// The address, if it may come in.
fn admitted(house: &House<'_>, person: &Person) -> Result<Option<String>, Refused> {
    let email_key = person.email.as_deref().and_then(email::key);
    match &email_key {
        Some(key) if !house.rules.admits(key) => Err(Refused::Domain),
        None if !house.rules.domains.is_empty() => Err(Refused::NoEmail),
        _ => Ok(email_key),
    }
}

/// Whose account it is, with what their groups give them.
pub(crate) async fn enter(
    identity: &Identity,
    house: &House<'_>,
    person: &Person,
    address: IpAddr,
) -> Result<UserId, Refused> {
    let email_key = admitted(house, person)?;
    let actor = Actor {
        workspace: None,
        user: None,
        address,
    };
    if let Some(row) = find(identity, house, person).await? {
        let tx = identity.db().write().await?;
        let user = row.user_id;
        let forgotten = refresh(&tx, (house, person), row, actor).await?;
        tx.commit().await?;
        forgotten.settle(identity, user);
        return Ok(user);
    }
    let email_key = email_key.ok_or(Refused::NoEmail)?;
    if !person.email_verified {
        return Err(Refused::Unverified);
    }
    let known = people::find_by_email(identity.db(), &email_key).await?;
    let tx = identity.db().write().await?;
    let (user, mut forgotten) = match known {
        Some(user) => {
            let forgotten = prove(identity, &tx, house, &user, actor).await?;
            (user.id, forgotten)
        }
        None => (
            make(identity, &tx, house, person, actor).await?,
            Forgotten::default(),
        ),
    };
    let row = identities::Model {
        provider: house.store_id.clone(),
        subject: person.subject.clone(),
        user_id: user,
        email: email_key,
        granted: Granted::default().to_text(),
        linked_at: tx.now().micros(),
        last_used_at: tx.now().micros(),
    };
    let new = identities::ActiveModel::from(row.clone());
    identities::Entity::insert(new)
        .exec_without_returning(&*tx)
        .await?;
    let actor = Actor {
        user: Some(user),
        ..actor
    };
    let details = json!({ "provider": house.store_id });
    audit(&tx, actor, "auth.identity_linked", user, &details).await?;
    let more = refresh(&tx, (house, person), row, actor).await?;
    tx.commit().await?;
    forgotten.roles.extend(more.roles);
    forgotten.tokens.extend(more.tokens);
    forgotten.sessions.extend(more.sessions);
    forgotten.settle(identity, user);
    Ok(user)
}

async fn find(
    identity: &Identity,
    house: &House<'_>,
    person: &Person,
) -> Result<Option<identities::Model>, Refused> {
    let key = (house.store_id.clone(), person.subject.clone());
    Ok(identities::Entity::find_by_id(key)
        .one(identity.db().read())
        .await?)
}

/// Notes the sign-in and what the groups give.
async fn refresh(
    tx: &Tx,
    (house, person): (&House<'_>, &Person),
    row: identities::Model,
    actor: Actor,
) -> Result<Forgotten, Refused> {
    let user = row.user_id;
    let actor = Actor {
        user: Some(user),
        ..actor
    };
    let before = Granted::from_text(&row.granted);
    let (granted, forgotten) = groups::apply(tx, actor, house.rules, &person.groups, &before).await?;
    let email = person.email.as_deref().and_then(email::key);
    let changed = identities::ActiveModel {
        email: Set(email.unwrap_or(row.email)),
        granted: Set(granted.to_text()),
        last_used_at: Set(tx.now().micros()),
        ..Default::default()
    };
    identities::Entity::update_many()
        .set(changed)
        .filter(identities::Column::Provider.eq(row.provider))
        .filter(identities::Column::Subject.eq(row.subject))
        .exec(&**tx)
        .await?;
    Ok(forgotten)
}

/// Makes an account without a password.
async fn make(
    identity: &Identity,
    tx: &Tx,
    house: &House<'_>,
    person: &Person,
    actor: Actor,
) -> Result<UserId, Refused> {
    let is_first = people::is_empty(identity.db()).await?;
    if (is_first && !house.may_be_first) || (!is_first && !house.sign_up) {
        return Err(Refused::NoAccount);
    }
    let address = person.email.as_deref().unwrap_or_default();
    let name = person.name.as_deref().unwrap_or_else(|| {
        let (local, _) = address.split_once('@').unwrap_or((address, ""));
        local
    });
    let (user, own) = people::add(identity, tx, (address, name), None, house.sign_up)
        .await
        .map_err(|error| match error {
            crate::IdentityError::RegistrationClosed | crate::IdentityError::InvitationNeeded => {
                Refused::NoAccount
            }
            error => error.into(),
        })?;
    let actor = Actor {
        workspace: Some(own),
        user: Some(user.id),
        ..actor
    };
    let details = json!({ "first": user.is_instance_admin, "by": house.store_id });
    audit(tx, actor, "auth.register", user.id, &details).await?;
    Ok(user.id)
}

/// The issuer has proved whose address it is. An account that anybody could have made with it beforehand, because
/// registration is open and addresses are not asked back, loses everything by which its maker could come in again.
async fn prove(
    identity: &Identity,
    tx: &Tx,
    house: &House<'_>,
    user: &users::Model,
    actor: Actor,
) -> Result<Forgotten, Refused> {
    let others = identities::Entity::find()
        .filter(identities::Column::UserId.eq(user.id))
        .all(&**tx)
        .await?;
    // The address was given to somebody else there: the account stays with whom it belonged to.
    if others.iter().any(|row| row.provider == house.store_id) {
        return Err(Refused::Taken);
    }
    let is_proved = !others.is_empty() || user.is_instance_admin;
    if is_proved || identity.config().registration != Registration::Open {
        return Ok(Forgotten::default());
    }
    let cleared = users::ActiveModel {
        password_hash: Set(None),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    users::Entity::update_many()
        .set(cleared)
        .filter(users::Column::Id.eq(user.id))
        .exec(&**tx)
        .await?;
    let tokens = withdraw_tokens(tx, user.id).await?;
    passkeys::Entity::delete_many()
        .filter(passkeys::Column::UserId.eq(user.id))
        .exec(&**tx)
        .await?;
    totp::Entity::delete_by_id(user.id).exec(&**tx).await?;
    recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::UserId.eq(user.id))
        .exec(&**tx)
        .await?;
    let sessions = sessions::end_all(tx, user.id, None).await?;
    let details = json!({ "by": house.store_id, "sessions_ended": sessions.len(), "tokens": tokens.len() });
    audit(tx, actor, "auth.address_proved", user.id, &details).await?;
    Ok(Forgotten {
        roles: Vec::new(),
        tokens,
        sessions,
    })
}

/// Revokes every API token of a person; answers their hashes.
async fn withdraw_tokens(tx: &Tx, user: UserId) -> Result<Vec<Vec<u8>>, Refused> {
    let theirs = api_tokens::Entity::find()
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .all(&**tx)
        .await?;
    let hashes: Vec<Vec<u8>> = theirs.into_iter().map(|token| token.token_hash).collect();
    let revoked = api_tokens::ActiveModel {
        revoked_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    api_tokens::Entity::update_many()
        .set(revoked)
        .filter(api_tokens::Column::UserId.eq(user))
        .filter(api_tokens::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    revoke(tx, &Revoked::Tokens(hashes.clone())).await?;
    Ok(hashes)
}
