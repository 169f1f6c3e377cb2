//! Which model makes a workspace's vectors.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer_null, text_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [text_null("embedding_model"), integer_null("embedding_dims")] {
            let mut change = Table::alter();
            manager
                .alter_table(change.table("workspaces").add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
