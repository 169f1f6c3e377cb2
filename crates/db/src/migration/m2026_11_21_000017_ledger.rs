//! Trust: the audit chain, who came in, what may be spent, who may open somebody's thread for an hour.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, text, text_null, uuid, uuid_null,
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
        // SQLite adds one column a statement.
        for (name, column) in [
            ("audit", big_integer_null("seq")),
            ("audit", blob_null("mac")),
            ("users", big_integer_null("disabled_at")),
        ] {
            let mut change = Table::alter();
            manager
                .alter_table(change.table(name).add_column(column).take())
                .await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            index("audit", "audit_chain", &["workspace_id", "seq"], Unique::No),
            index("audit", "audit_at", &["at"], Unique::No),
            index("access_log", "access_log_at", &["at"], Unique::No),
            index("access_log", "access_log_user", &["user_id", "at"], Unique::No),
            index("budgets", "budgets_workspace", &["workspace_id"], Unique::No),
            index(
                "budget_reservations",
                "budget_reservations_end",
                &["expires_at"],
                Unique::No,
            ),
            index(
                "thread_grants",
                "thread_grants_thread",
                &["workspace_id", "thread_id", "user_id"],
                Unique::No,
            ),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 5] {
    [
        table(
            "audit_heads",
            [uuid("chain"), big_integer("seq"), blob("mac"), blob("proof")],
            &["chain"],
        ),
        table(
            "access_log",
            [
                uuid("id"),
                uuid_null("workspace_id"),
                uuid_null("user_id"),
                uuid_null("token_id"),
                text("address"),
                text("agent"),
                text("via"),
                text("action"),
                text("outcome"),
                big_integer("uses"),
                big_integer("at"),
                big_integer("last_at"),
            ],
            &["id"],
        ),
        table(
            "budgets",
            [
                uuid("id"),
                uuid_null("workspace_id"),
                text("scope"),
                text_null("subject"),
                text("period"),
                big_integer("limit_micros"),
                boolean("hard"),
                big_integer("window_start"),
                big_integer("spent_micros"),
                big_integer("reserved_micros"),
                big_integer("warned_at"),
                uuid("created_by"),
                big_integer("created_at"),
            ],
            &["id"],
        ),
        table(
            "budget_reservations",
            [
                uuid("budget_id"),
                uuid("call_id"),
                big_integer("amount_micros"),
                big_integer("expires_at"),
            ],
            &["budget_id", "call_id"],
        ),
        table(
            "thread_grants",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("thread_id"),
                uuid("user_id"),
                blob("reason"),
                big_integer("created_at"),
                big_integer("expires_at"),
            ],
            &["workspace_id", "id"],
        ),
    ]
}
