//! What several nodes have to know of each other: who writes which answer, and what has been taken back.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, integer, text, uuid};

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
                "generations",
                [
                    uuid("workspace_id"),
                    uuid("message_id"),
                    uuid("thread_id"),
                    uuid("asked_by"),
                    uuid("node"),
                    uuid("run"),
                    big_integer("fence"),
                    big_integer("leased_until"),
                    boolean("stop_requested"),
                    boolean("handed_over"),
                    integer("continued"),
                ],
                &["workspace_id", "message_id"],
            ),
            table(
                "revocations",
                [uuid("id"), big_integer("at"), text("what")],
                &["id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            index("generations", "generations_lease", &["leased_until"], Unique::No),
            index("revocations", "revocations_at", &["at"], Unique::No),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
