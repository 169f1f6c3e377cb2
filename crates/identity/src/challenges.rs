//! What was asked of somebody who is about to sign in: they hold a random token, the store its hash and, sealed, what
//! their answer is compared with. Each is good once and for minutes.

use std::time::Duration;

use db::entity::challenges;
use db::{INSTANCE, Sealed, UserId};
use kit::vault::{Place, sha256};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::identity::Identity;

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sign-in with another house.
    Oidc,
    /// The second factor of a sign-in.
    SecondFactor,
    /// A sign-in by passkey.
    Passkey,
    /// A new passkey.
    NewPasskey,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::SecondFactor => "second_factor",
            Self::Passkey => "passkey",
            Self::NewPasskey => "new_passkey",
        }
    }
}

/// One that is open.
pub(crate) struct Challenge<T> {
    hash: Vec<u8>,
    pub user: Option<UserId>,
    pub body: T,
}

fn place(hash: &[u8]) -> Place<'static> {
    let mut row = [0; 16];
    row.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    Place {
        column: "challenges.body",
        row: uuid::Uuid::from_bytes(row),
    }
}

/// Asks; answers the token that brings it back.
pub(crate) async fn ask(
    identity: &Identity,
    (kind, user): (Kind, Option<UserId>),
    body: &(impl Serialize + Sync),
    lifetime: Duration,
) -> Result<String> {
    let token = kit::ids::random_token();
    let hash = sha256(token.as_bytes()).to_vec();
    let keys = identity.db().keys(INSTANCE).await?;
    let body = Sealed::seal(&keys, place(&hash), body)?;
    let tx = identity.db().write().await?;
    challenges::Entity::delete_many()
        .filter(challenges::Column::ExpiresAt.lt(tx.now().micros()))
        .exec(&*tx)
        .await?;
    let row = challenges::ActiveModel {
        hash: Set(hash),
        kind: Set(kind.name().to_owned()),
        user_id: Set(user),
        body: Set(body),
        attempts: Set(0),
        expires_at: Set(tx.now().plus(lifetime).micros()),
    };
    challenges::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// The one that this token opens, if it is still open.
pub(crate) async fn find<T: DeserializeOwned>(
    identity: &Identity,
    kind: Kind,
    token: &str,
) -> Result<Option<Challenge<T>>> {
    let hash = sha256(token.as_bytes()).to_vec();
    let found = challenges::Entity::find_by_id(hash.clone())
        .filter(challenges::Column::Kind.eq(kind.name()))
        .filter(challenges::Column::ExpiresAt.gt(identity.now().micros()))
        .one(identity.db().read())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let keys = identity.db().keys(INSTANCE).await?;
    Ok(Some(Challenge {
        body: row.body.open(&keys, place(&hash))?,
        user: row.user_id,
        hash,
    }))
}

impl<T> Challenge<T> {
    /// Closes it; of two who come at once, one is told that it was open.
    pub async fn close(&self, identity: &Identity) -> Result<bool> {
        let tx = identity.db().write().await?;
        let closed = challenges::Entity::delete_by_id(self.hash.clone())
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(closed.rows_affected == 1)
    }

    /// Counts an answer before it is looked at, so that many at once are not all looked at; false if there were
    /// enough.
    pub async fn count(&self, identity: &Identity, most: i32) -> Result<bool> {
        let tx = identity.db().write().await?;
        let counted = challenges::Entity::update_many()
            .col_expr(
                challenges::Column::Attempts,
                sea_orm::sea_query::Expr::col(challenges::Column::Attempts).add(1),
            )
            .filter(challenges::Column::Hash.eq(self.hash.clone()))
            .filter(challenges::Column::Attempts.lt(most))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(counted.rows_affected == 1)
    }
}

/// Takes one in: it is good no more from here on, whatever comes of it.
pub(crate) async fn take<T: DeserializeOwned>(
    identity: &Identity,
    kind: Kind,
    token: &str,
) -> Result<Option<Challenge<T>>> {
    match find(identity, kind, token).await? {
        Some(challenge) if challenge.close(identity).await? => Ok(Some(challenge)),
        _ => Ok(None),
    }
}
