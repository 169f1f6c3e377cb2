//! How business data comes in: sources, their runs and positions, the ingest queue, what could not be understood, the
//! inbox of webhooks, and schedules.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, integer, text, text_null, uuid, uuid_null,
};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// One run a source: whoever comes second finds the first.
const ONE_RUN: &str = "CREATE UNIQUE INDEX sync_runs_one ON sync_runs (workspace_id, connector_id) \
                       WHERE status IN ('queued', 'running')";

fn sources() -> [TableCreateStatement; 4] {
    [
        table(
            "connectors",
            [
                uuid("workspace_id"),
                uuid("id"),
                text("kind"),
                blob("name"),
                text("role"),
                blob("config"),
                blob_null("secrets"),
                blob_null("layout"),
                blob_null("checked"),
                text("state"),
                blob_null("error"),
                integer("failures"),
                big_integer("refused_hooks"),
                uuid_null("schedule_id"),
                big_integer_null("last_sync_at"),
                big_integer_null("fresh_until"),
                uuid("created_by"),
                big_integer("created_at"),
                big_integer("updated_at"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "sync_runs",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("mode"),
                text("trigger"),
                text("status"),
                big_integer("fence"),
                uuid_null("node"),
                big_integer("leased_until"),
                boolean("cancel_requested"),
                boolean("is_planned"),
                text("streams"),
                big_integer("records_read"),
                big_integer("records_written"),
                big_integer("records_failed"),
                blob_null("error"),
                text_null("object"),
                blob_null("fingerprint"),
                uuid_null("asked_by"),
                big_integer_null("started_at"),
                big_integer_null("finished_at"),
                big_integer("created_at"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "sync_slices",
            [
                uuid("workspace_id"),
                uuid("run_id"),
                text("stream"),
                integer("slice"),
                big_integer_null("from_at"),
                big_integer("to_at"),
                boolean("moves_cursor"),
                text("state"),
                integer("epoch"),
                big_integer("records_read"),
                big_integer("records_written"),
                big_integer("records_failed"),
            ],
            &["workspace_id", "run_id", "stream", "slice"],
        ),
        table(
            "sync_positions",
            [
                uuid("workspace_id"),
                uuid("connector_id"),
                text("stream"),
                big_integer_null("cursor_at"),
                big_integer_null("floor_at"),
                boolean("is_filled"),
                text("recent"),
                big_integer("updated_at"),
            ],
            &["workspace_id", "connector_id", "stream"],
        ),
    ]
}

fn queue() -> [TableCreateStatement; 5] {
    [
        table(
            "ingest_lanes",
            [
                uuid("workspace_id"),
                text("topic"),
                uuid("key"),
                big_integer("waiting"),
                big_integer("fence"),
                big_integer("leased_until"),
                big_integer("due_at"),
            ],
            &["workspace_id", "topic", "key"],
        ),
        table(
            "ingest_queue",
            [
                uuid("workspace_id"),
                text("topic"),
                uuid("key"),
                uuid("id"),
                blob_null("body"),
                text_null("object"),
                integer("attempts"),
                big_integer("created_at"),
            ],
            &["workspace_id", "topic", "key", "id"],
        ),
        table(
            "dead_letters",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("stream"),
                text_null("source_id"),
                text("fingerprint"),
                text("stage"),
                blob("error"),
                blob("body"),
                integer("attempts"),
                big_integer("first_seen_at"),
                big_integer("last_seen_at"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "webhook_inbox",
            [
                uuid("workspace_id"),
                uuid("connector_id"),
                text("key"),
                uuid("id"),
                text("topic"),
                blob_null("body"),
                text("state"),
                blob_null("error"),
                big_integer("received_at"),
                big_integer_null("done_at"),
            ],
            &["workspace_id", "connector_id", "key"],
        ),
        table(
            "schedules",
            [
                uuid("workspace_id"),
                uuid("id"),
                text("what"),
                text("spec"),
                big_integer("next_due"),
                big_integer_null("last_slot"),
                boolean("paused"),
                text_null("message"),
                integer("failures"),
                big_integer("created_at"),
            ],
            &["workspace_id", "id"],
        ),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in sources().into_iter().chain(queue()) {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        db.execute_unprepared(ONE_RUN).await?;
        for (table, name, columns, unique) in [
            ("connectors", "connectors_door", &["id"][..], Unique::Yes),
            (
                "sync_runs",
                "sync_runs_of",
                &["workspace_id", "connector_id", "created_at"],
                Unique::No,
            ),
            (
                "sync_runs",
                "sync_runs_lease",
                &["status", "leased_until"],
                Unique::No,
            ),
            ("sync_runs", "sync_runs_old", &["finished_at"], Unique::No),
            (
                "ingest_lanes",
                "ingest_lanes_due",
                &["topic", "due_at"],
                Unique::No,
            ),
            (
                "dead_letters",
                "dead_letters_same",
                &["workspace_id", "connector_id", "stream", "fingerprint"],
                Unique::Yes,
            ),
            (
                "webhook_inbox",
                "webhook_inbox_id",
                &["workspace_id", "id"],
                Unique::Yes,
            ),
            ("webhook_inbox", "webhook_inbox_old", &["received_at"], Unique::No),
            ("schedules", "schedules_due", &["paused", "next_due"], Unique::No),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        Ok(())
    }
}
