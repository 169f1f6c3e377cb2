//! Finding people: by their id or address, several at once, and in a workspace.

use std::collections::HashMap;

use db::entity::{members, users};
use db::kinds::Role;
use db::{Db, Tx, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::profile::{AuthorOut, avatar_color};
use crate::Result;
use crate::error::IdentityError;

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
pub async fn authors(db: &Db, ids: impl IntoIterator<Item = UserId>) -> Result<HashMap<UserId, AuthorOut>> {
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

/// What somebody is in a workspace, if anything.
pub(crate) async fn role_in(tx: &Tx, workspace: WorkspaceId, user: UserId) -> Result<Option<Role>> {
    Ok(members::Entity::of(workspace)
        .filter(members::Column::UserId.eq(user))
        .one(&**tx)
        .await?
        .map(|member| member.role))
}
