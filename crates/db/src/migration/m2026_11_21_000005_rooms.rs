//! Rooms: who belongs to a thread, how far each has read, reactions, and what somebody is told of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null, uuid, uuid_null};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut answers = Table::alter();
        answers.table("threads").add_column(text_null("answers"));
        manager.alter_table(answers).await?;
        for table in [
            table(
                "thread_members",
                [
                    uuid("workspace_id"),
                    uuid("thread_id"),
                    uuid("user_id"),
                    text("role"),
                    big_integer("joined_at"),
                ],
                &["workspace_id", "thread_id", "user_id"],
            ),
            table(
                "thread_states",
                [
                    uuid("workspace_id"),
                    uuid("thread_id"),
                    uuid("user_id"),
                    big_integer("read_seq"),
                    boolean("muted"),
                ],
                &["workspace_id", "thread_id", "user_id"],
            ),
            table(
                "reactions",
                [
                    uuid("workspace_id"),
                    uuid("message_id"),
                    text("emoji"),
                    uuid("user_id"),
                    uuid("thread_id"),
                    big_integer("created_at"),
                ],
                &["workspace_id", "message_id", "emoji", "user_id"],
            ),
            table(
                "notifications",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("user_id"),
                    text("kind"),
                    uuid("thread_id"),
                    uuid_null("message_id"),
                    uuid("actor_id"),
                    big_integer("seq"),
                    big_integer("created_at"),
                    big_integer_null("read_at"),
                ],
                &["workspace_id", "id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for (table, name, columns) in [
            (
                "thread_members",
                "thread_members_of",
                &["workspace_id", "user_id"][..],
            ),
            ("thread_states", "thread_states_of", &["workspace_id", "user_id"]),
            ("reactions", "reactions_thread", &["workspace_id", "thread_id"]),
            (
                "notifications",
                "notifications_recent",
                &["workspace_id", "user_id", "created_at", "id"],
            ),
            (
                "notifications",
                "notifications_thread",
                &["workspace_id", "thread_id", "user_id"],
            ),
        ] {
            manager
                .create_index(index(table, name, columns, Unique::No))
                .await?;
        }
        // Few answers run at a time, among very many messages.
        let running = "CREATE INDEX messages_streaming ON messages (workspace_id, thread_id) WHERE status = 'streaming'";
        manager.get_connection().execute_unprepared(running).await?;
        Ok(())
    }
}
