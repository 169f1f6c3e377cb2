//! Provider keys and the log of calls.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, boolean, text, text_null, uuid, uuid_null,
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
                "provider_keys",
                [
                    uuid("owner_id"),
                    text("provider"),
                    text("scope"),
                    blob("key"),
                    text("masked"),
                    text_null("base_url"),
                    boolean("reach_private"),
                    boolean("is_valid"),
                    text_null("error"),
                    big_integer("checked_at"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["owner_id", "provider"],
            ),
            table(
                "ai_calls",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("user_id"),
                    uuid_null("message_id"),
                    text("purpose"),
                    text("provider"),
                    text("model"),
                    text("status"),
                    big_integer("input_tokens"),
                    big_integer("output_tokens"),
                    big_integer("cached_tokens"),
                    big_integer("reasoning_tokens"),
                    big_integer_null("cost_micros"),
                    big_integer_null("first_word_ms"),
                    big_integer("total_ms"),
                    text("attempts"),
                    big_integer("at"),
                ],
                &["workspace_id", "id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for index in [index(
            "ai_calls",
            "ai_calls_at",
            &["workspace_id", "at"],
            Unique::No,
        )] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
