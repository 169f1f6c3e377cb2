//! Watching: figures over time, what looks wrong, what was done about it, and who is told.

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
                "series",
                [
                    text("name"),
                    integer("step"),
                    big_integer("at"),
                    uuid("node"),
                    blob("data"),
                ],
                &["name", "step", "at", "node"],
            ),
            table(
                "node_signs",
                [
                    uuid("node"),
                    text("name"),
                    text("version"),
                    big_integer("started_at"),
                    big_integer("seen_at"),
                ],
                &["node"],
            ),
            table(
                "duties",
                [text("name"), uuid("node"), big_integer("leased_until")],
                &["name"],
            ),
            alerts(),
            table(
                "alert_responses",
                [
                    uuid("id"),
                    uuid("alert_id"),
                    text("kind"),
                    text("target"),
                    text("state"),
                    big_integer("at"),
                    big_integer_null("undone_at"),
                    uuid_null("undone_by"),
                ],
                &["id"],
            ),
            table(
                "alert_settings",
                [
                    uuid("owner_id"),
                    text("rules"),
                    blob_null("recipients"),
                    big_integer("updated_at"),
                ],
                &["owner_id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for (table, name, columns, unique) in [
            ("series", "series_at", &["step", "at"][..], Unique::No),
            ("alerts", "alerts_open", &["open_key"], Unique::Yes),
            ("alerts", "alerts_subject", &["subject_key", "id"], Unique::No),
            ("alerts", "alerts_workspace", &["workspace_id", "id"], Unique::No),
            (
                "alert_responses",
                "alert_responses_alert",
                &["alert_id"],
                Unique::No,
            ),
            ("alert_responses", "alert_responses_state", &["state"], Unique::No),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        Ok(())
    }
}

fn alerts() -> TableCreateStatement {
    table(
        "alerts",
        [
            uuid("id"),
            uuid_null("workspace_id"),
            text("kind"),
            text("severity"),
            text("subject_key"),
            text_null("open_key"),
            text("state"),
            blob("body"),
            big_integer("first_at"),
            big_integer("last_at"),
            integer("count"),
            big_integer_null("resolved_at"),
            uuid_null("resolved_by"),
        ],
        &["id"],
    )
}
