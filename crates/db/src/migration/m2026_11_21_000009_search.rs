//! The index: pieces of texts by offsets, the keyed hashes of their words, and what waits to be indexed. No text is in it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, integer_null, text, uuid, uuid_null,
};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Words by FTS5. Contentless: only hashes and their places are kept.
const SQLITE_WORDS: &str = "CREATE VIRTUAL TABLE chunk_words USING fts5(\
     words, stems, starts, content='', contentless_delete=1, tokenize='ascii')";

/// Words by PostgreSQL's full text: the same tokens, each with the letter of its column in front.
const POSTGRES_WORDS: [&str; 2] = [
    "ALTER TABLE chunks ADD COLUMN tokens tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX chunks_tokens ON chunks USING gin (tokens)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut chunks = Table::create();
        chunks.table("chunks").col(big_pk_auto("id"));
        for column in [
            uuid("workspace_id"),
            text("kind"),
            uuid("source_id"),
            uuid_null("thread_id"),
            uuid_null("author_id"),
            integer_null("page"),
            integer("part"),
            integer("start"),
            integer("stop"),
            integer("tokens_count"),
            big_integer("twin"),
            big_integer("created_at"),
        ] {
            chunks.col(column);
        }
        manager.create_table(chunks).await?;
        let mut models = Table::create();
        models.table("vector_models").col(big_pk_auto("id"));
        models.col(text("model")).col(integer("dims"));
        manager.create_table(models).await?;
        for table in [
            table(
                "index_queue",
                [
                    uuid("workspace_id"),
                    text("kind"),
                    uuid("source_id"),
                    uuid_null("thread_id"),
                    uuid("ticket"),
                    integer("attempts"),
                    big_integer("queued_at"),
                    big_integer("due_at"),
                ],
                &["workspace_id", "kind", "source_id"],
            ),
            table(
                "index_spaces",
                [
                    uuid("workspace_id"),
                    big_integer_null("active"),
                    big_integer_null("building"),
                    big_integer("since"),
                ],
                &["workspace_id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for (table, name, columns, unique) in [
            (
                "chunks",
                "chunks_source",
                &["workspace_id", "source_id"][..],
                Unique::No,
            ),
            (
                "chunks",
                "chunks_thread",
                &["workspace_id", "thread_id"],
                Unique::No,
            ),
            ("index_queue", "index_queue_due", &["due_at"], Unique::No),
            ("vector_models", "vector_models_once", &["model"], Unique::Yes),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        let words: &[&str] = match manager.get_database_backend() {
            sea_orm::DatabaseBackend::Postgres => &POSTGRES_WORDS,
            _ => &[SQLITE_WORDS],
        };
        for statement in words {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
