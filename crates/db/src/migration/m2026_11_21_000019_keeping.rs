//! Backups that were made, and marks that are true of one place alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null, uuid};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            table(
                "backups",
                [
                    uuid("id"),
                    text("state"),
                    text("place"),
                    boolean("scheduled"),
                    boolean("verified"),
                    big_integer("bytes"),
                    big_integer("objects"),
                    text_null("error"),
                    big_integer("leased_until"),
                    big_integer("at"),
                    big_integer_null("finished_at"),
                ],
                &["id"],
            ),
            table("store_marks", [text("name"), text("value")], &["name"]),
        ] {
            manager.create_table(table).await?;
        }
        manager
            .create_index(index("backups", "backups_at", &["at"], Unique::No))
            .await
    }
}
