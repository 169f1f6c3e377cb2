//! Analyses of files are written by one node each, which says for how long it is believed to live; the same question
//! sent twice is one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, text_null};

use super::{Unique, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            big_integer("leased_until").default(0).to_owned(),
            boolean("stop_requested").default(false).to_owned(),
            text_null("client_id"),
        ] {
            let mut change = Table::alter();
            change.table("file_analyses").add_column(column);
            manager.alter_table(change).await?;
        }
        for (name, columns, unique) in [
            (
                "file_analyses_running",
                &["status", "leased_until"][..],
                Unique::No,
            ),
            (
                "file_analyses_repeats",
                &["workspace_id", "author_id", "client_id"],
                Unique::Yes,
            ),
        ] {
            let index = index("file_analyses", name, columns, unique);
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
