//! What leaves the house after a person says yes: proposals, outgoing mail; tasks, and workflows with their runs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, integer, text, text_null, uuid, uuid_null,
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
        for table in [actions(), outgoing_mail(), tasks(), workflows(), workflow_runs()] {
            manager.create_table(table).await?;
        }
        for (table, name, columns, unique) in [
            (
                "actions",
                "actions_states",
                &["workspace_id", "state", "id"][..],
                Unique::No,
            ),
            (
                "actions",
                "actions_threads",
                &["workspace_id", "thread_id"],
                Unique::No,
            ),
            (
                "outgoing_mail",
                "outgoing_mail_actions",
                &["workspace_id", "action_id"],
                Unique::No,
            ),
            (
                "tasks",
                "tasks_states",
                &["workspace_id", "state", "id"],
                Unique::No,
            ),
            (
                "workflows",
                "workflows_events",
                &["workspace_id", "on_event"],
                Unique::No,
            ),
            (
                "workflow_runs",
                "workflow_runs_newest",
                &["workspace_id", "workflow_id", "id"],
                Unique::No,
            ),
            // The same hour of a schedule, the same event: one run.
            (
                "workflow_runs",
                "workflow_runs_occasions",
                &["workspace_id", "workflow_id", "occasion"],
                Unique::Yes,
            ),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        Ok(())
    }
}

fn actions() -> TableCreateStatement {
    table(
        "actions",
        [
            uuid("workspace_id"),
            uuid("id"),
            text("kind"),
            text("state"),
            blob("body"),
            text("hash"),
            boolean("needs_confirmation"),
            uuid_null("thread_id"),
            uuid_null("query_id"),
            blob_null("outcome"),
            uuid("created_by"),
            uuid_null("confirmed_by"),
            big_integer("created_at"),
            big_integer("expires_at"),
            big_integer_null("confirmed_at"),
            big_integer_null("executed_at"),
            big_integer_null("undo_until"),
        ],
        &["workspace_id", "id"],
    )
}

fn outgoing_mail() -> TableCreateStatement {
    table(
        "outgoing_mail",
        [
            uuid("workspace_id"),
            uuid("id"),
            blob("body"),
            text("message_id"),
            text("state"),
            uuid_null("action_id"),
            uuid_null("run_id"),
            uuid("created_by"),
            integer("attempts"),
            boolean("repeated"),
            blob_null("error"),
            big_integer("created_at"),
            big_integer("send_at"),
            big_integer_null("sent_at"),
        ],
        &["workspace_id", "id"],
    )
}

fn tasks() -> TableCreateStatement {
    table(
        "tasks",
        [
            uuid("workspace_id"),
            uuid("id"),
            blob("body"),
            text("state"),
            text_null("due_on"),
            uuid_null("assignee_id"),
            uuid_null("thread_id"),
            uuid_null("query_id"),
            uuid("created_by"),
            big_integer("created_at"),
            big_integer("updated_at"),
            big_integer_null("done_at"),
        ],
        &["workspace_id", "id"],
    )
}

fn workflows() -> TableCreateStatement {
    table(
        "workflows",
        [
            uuid("workspace_id"),
            uuid("id"),
            blob("body"),
            text("starts"),
            text_null("on_event"),
            uuid_null("schedule_id"),
            boolean("enabled"),
            uuid("owner_id"),
            big_integer("created_at"),
            big_integer("updated_at"),
        ],
        &["workspace_id", "id"],
    )
}

fn workflow_runs() -> TableCreateStatement {
    table(
        "workflow_runs",
        [
            uuid("workspace_id"),
            uuid("id"),
            uuid("workflow_id"),
            blob("body"),
            text("state"),
            text("started_for"),
            text_null("occasion"),
            integer("step"),
            uuid("owner_id"),
            big_integer("created_at"),
            big_integer_null("finished_at"),
        ],
        &["workspace_id", "id"],
    )
}
