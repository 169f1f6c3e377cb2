//! Tickets for live connections, and the way to events that are old.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid, uuid_null};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tickets = table(
            "tickets",
            [
                blob("hash"),
                uuid("user_id"),
                uuid("workspace_id"),
                uuid_null("session_id"),
                uuid_null("token_id"),
                big_integer("expires_at"),
            ],
            &["hash"],
        );
        manager.create_table(tickets).await?;
        for index in [
            index("tickets", "tickets_old", &["expires_at"], Unique::No),
            index("event_log", "event_log_old", &["at"], Unique::No),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
