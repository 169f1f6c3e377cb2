//! Questions about the business that were asked, with everything that answered them: how a number came about can be
//! looked at later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text, uuid, uuid_null};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            uuid("workspace_id"),
            uuid("id"),
            uuid("user_id"),
            uuid_null("thread_id"),
            text("intent"),
            blob("body"),
            big_integer("created_at"),
        ];
        manager
            .create_table(table("business_queries", columns, &["workspace_id", "id"]))
            .await?;
        let of_thread = index(
            "business_queries",
            "business_queries_thread",
            &["workspace_id", "thread_id", "id"],
            Unique::No,
        );
        manager.create_index(of_thread).await
    }
}
