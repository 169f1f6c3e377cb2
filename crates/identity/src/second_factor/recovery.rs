//! Recovery codes: ten, shown once, each good once. They have eighty random bits, so their hash needs no salt.

use db::entity::recovery_codes;
use db::{Tx, UserId};
use kit::ids::random_bytes;
use kit::vault::sha256;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::codes::base32;
use crate::Result;
use crate::identity::Identity;

const COUNT: usize = 10;

fn hash(code: &str) -> Vec<u8> {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|c| c.to_ascii_uppercase()).collect();
    sha256(plain.as_bytes()).to_vec()
}

/// Sixteen letters in groups of four, in small letters.
fn fresh() -> String {
    let letters = base32(&random_bytes::<10>()).to_ascii_lowercase();
    let groups: Vec<&str> = (0..4).map(|at| &letters[at * 4..at * 4 + 4]).collect();
    groups.join("-")
}

/// Takes the old ones away and makes new ones.
pub(super) async fn renew(tx: &Tx, user: UserId) -> Result<Vec<String>> {
    forget(tx, user).await?;
    let codes: Vec<String> = (0..COUNT).map(|_| fresh()).collect();
    let rows = codes.iter().map(|code| recovery_codes::ActiveModel {
        user_id: Set(user),
        hash: Set(hash(code)),
        created_at: Set(tx.now().micros()),
    });
    recovery_codes::Entity::insert_many(rows)
        .exec_without_returning(&**tx)
        .await?;
    Ok(codes)
}

/// Takes all of them away.
pub(super) async fn forget(tx: &Tx, user: UserId) -> Result<()> {
    recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Uses one up; answers whether it was one.
pub(super) async fn take(identity: &Identity, user: UserId, code: &str) -> Result<bool> {
    let tx = identity.db().write().await?;
    let taken = recovery_codes::Entity::delete_many()
        .filter(recovery_codes::Column::UserId.eq(user))
        .filter(recovery_codes::Column::Hash.eq(hash(code)))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}

/// How many are left.
pub(crate) async fn left(identity: &Identity, user: UserId) -> Result<u64> {
    Ok(recovery_codes::Entity::find()
        .filter(recovery_codes::Column::UserId.eq(user))
        .count(identity.db().read())
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_typed_as_people_type() {
        let code = fresh();
        assert_eq!(code.len(), 19);
        assert_ne!(code, fresh());
        assert_eq!(hash(&code), hash(&code.to_uppercase().replace('-', " ")));
        assert_ne!(hash(&code), hash(&fresh()));
    }
}
