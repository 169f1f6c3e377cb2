//! Ways to sign in beside a password: accounts elsewhere, codes of an app, passkeys; and what is asked in between.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, boolean, integer, text, uuid, uuid_null,
};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [identities(), totp(), recovery_codes(), passkeys(), challenges()] {
            manager.create_table(table).await?;
        }
        for (table, name, columns, unique) in [
            ("identities", "identities_user", &["user_id"][..], Unique::No),
            ("passkeys", "passkeys_user", &["user_id"], Unique::No),
            ("passkeys", "passkeys_credential", &["credential_id"], Unique::Yes),
            ("challenges", "challenges_end", &["expires_at"], Unique::No),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        Ok(())
    }
}

fn identities() -> TableCreateStatement {
    table(
        "identities",
        [
            text("provider"),
            text("subject"),
            uuid("user_id"),
            text("email"),
            text("granted"),
            big_integer("linked_at"),
            big_integer("last_used_at"),
        ],
        &["provider", "subject"],
    )
}

fn totp() -> TableCreateStatement {
    table(
        "totp",
        [
            uuid("user_id"),
            blob("secret"),
            big_integer_null("confirmed_at"),
            big_integer("last_step"),
            integer("failures"),
            big_integer("failed_at"),
            big_integer("created_at"),
        ],
        &["user_id"],
    )
}

fn recovery_codes() -> TableCreateStatement {
    table(
        "recovery_codes",
        [uuid("user_id"), blob("hash"), big_integer("created_at")],
        &["user_id", "hash"],
    )
}

fn passkeys() -> TableCreateStatement {
    table(
        "passkeys",
        [
            uuid("id"),
            uuid("user_id"),
            blob("credential_id"),
            blob("public_key"),
            integer("algorithm"),
            text("name"),
            big_integer("sign_count"),
            boolean("backed_up"),
            big_integer("created_at"),
            big_integer_null("last_used_at"),
        ],
        &["id"],
    )
}

fn challenges() -> TableCreateStatement {
    table(
        "challenges",
        [
            blob("hash"),
            text("kind"),
            uuid_null("user_id"),
            blob("body"),
            integer("attempts"),
            big_integer("expires_at"),
        ],
        &["hash"],
    )
}
