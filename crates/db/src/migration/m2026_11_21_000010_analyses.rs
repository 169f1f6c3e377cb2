//! Analyses of files are written by one node each, which says for how long it is believed to live.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean};

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
        ] {
            let mut change = Table::alter();
            change.table("file_analyses").add_column(column);
            manager.alter_table(change).await?;
        }
        let running = index(
            "file_analyses",
            "file_analyses_running",
            &["status", "leased_until"],
            Unique::No,
        );
        manager.create_index(running).await
    }
}
