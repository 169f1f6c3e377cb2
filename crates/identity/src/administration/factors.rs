//! By what people sign in beside their passwords.

use std::collections::{HashMap, HashSet};

use db::entity::{identities, passkeys, totp};
use db::{Db, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::Result;

/// Those of them who are asked for a code, or have a passkey.
pub(super) async fn with_second_factor(db: &Db, people: &[UserId]) -> Result<HashSet<UserId>> {
    let with_app: Vec<UserId> = totp::Entity::find()
        .select_only()
        .column(totp::Column::UserId)
        .filter(totp::Column::UserId.is_in(people.iter().copied()))
        .filter(totp::Column::ConfirmedAt.is_not_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let with_passkey: Vec<UserId> = passkeys::Entity::find()
        .select_only()
        .column(passkeys::Column::UserId)
        .filter(passkeys::Column::UserId.is_in(people.iter().copied()))
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(with_app.into_iter().chain(with_passkey).collect())
}

/// The providers at which they have accounts, by their ids in the configuration.
pub(super) async fn linked(db: &Db, people: &[UserId]) -> Result<HashMap<UserId, Vec<String>>> {
    let rows: Vec<(UserId, String)> = identities::Entity::find()
        .select_only()
        .column(identities::Column::UserId)
        .column(identities::Column::Provider)
        .filter(identities::Column::UserId.is_in(people.iter().copied()))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut found: HashMap<UserId, Vec<String>> = HashMap::new();
    for (user, provider) in rows {
        found.entry(user).or_default().push(provider);
    }
    Ok(found)
}
