//! Events, jobs and repeated requests.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, integer, text, text_null, uuid, uuid_null,
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
        for table in [
            table(
                "scopes",
                [
                    text("scope"),
                    big_integer("seq"),
                    big_integer("epoch"),
                    big_integer("acl_ver"),
                ],
                &["scope"],
            ),
            table(
                "event_log",
                [
                    text("scope"),
                    big_integer("seq"),
                    uuid_null("workspace_id"),
                    text("kind"),
                    big_integer("acl_ver"),
                    text("payload"),
                    big_integer("at"),
                ],
                &["scope", "seq"],
            ),
            table(
                "jobs",
                [
                    uuid("id"),
                    text("kind"),
                    text("payload"),
                    text_null("unique_key"),
                    text("state"),
                    big_integer("run_at"),
                    integer("attempts"),
                    big_integer_null("leased_until"),
                    text_null("last_error"),
                    big_integer("created_at"),
                    big_integer_null("finished_at"),
                ],
                &["id"],
            ),
            table(
                "idempotency",
                [
                    text("owner"),
                    text("endpoint"),
                    text("name"),
                    blob("body_hash"),
                    integer("status"),
                    blob_null("answer"),
                    big_integer("created_at"),
                ],
                &["owner", "endpoint", "name"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            index("jobs", "jobs_due", &["state", "run_at"], Unique::No),
            index("jobs", "jobs_unique_key", &["unique_key"], Unique::Yes),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
