//! Threads, messages, drafts, assistants.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, boolean, text, text_null, uuid, uuid_null};

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
                "assistants",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    text("name"),
                    blob_null("system_prompt"),
                    blob_null("style"),
                    text_null("model"),
                    text("tools"),
                    text("knowledge"),
                    uuid("created_by"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "threads",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("owner_id"),
                    blob_null("title"),
                    text("visibility"),
                    text_null("model"),
                    uuid_null("assistant_id"),
                    boolean("pinned"),
                    boolean("archived"),
                    uuid_null("head_id"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                    big_integer("last_message_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "messages",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("thread_id"),
                    uuid_null("parent_id"),
                    uuid_null("author_id"),
                    text("role"),
                    blob("body"),
                    text("status"),
                    blob_null("error"),
                    text_null("model"),
                    text_null("provider"),
                    text_null("usage"),
                    text_null("client_id"),
                    text("metadata"),
                    big_integer("seq"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "drafts",
                [
                    uuid("workspace_id"),
                    uuid("thread_id"),
                    uuid("user_id"),
                    blob("text"),
                    big_integer("updated_at"),
                ],
                &["workspace_id", "thread_id", "user_id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            index(
                "threads",
                "threads_recent",
                &["workspace_id", "archived", "pinned", "last_message_at", "id"],
                Unique::No,
            ),
            index(
                "messages",
                "messages_parent",
                &["workspace_id", "thread_id", "parent_id"],
                Unique::No,
            ),
            index(
                "messages",
                "messages_thread",
                &["workspace_id", "thread_id", "seq"],
                Unique::No,
            ),
            index(
                "messages",
                "messages_client",
                &["workspace_id", "thread_id", "author_id", "client_id"],
                Unique::Yes,
            ),
            index("messages", "messages_running", &["status"], Unique::No),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
