//! Files: what was uploaded, where its bytes lie, what was read from it, and which messages it belongs to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, integer, text, text_null, uuid, uuid_null};

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
                "blobs",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    blob("fingerprint"),
                    big_integer("size"),
                    big_integer("created_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "files",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("owner_id"),
                    uuid_null("blob_id"),
                    blob("name"),
                    text("kind"),
                    big_integer("size"),
                    text("status"),
                    text("visibility"),
                    blob_null("reason"),
                    blob("details"),
                    text("steps"),
                    big_integer("text_chars"),
                    text_null("client_id"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "uploads",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("owner_id"),
                    blob("name"),
                    text("visibility"),
                    big_integer("size"),
                    big_integer("part_size"),
                    big_integer("created_at"),
                    big_integer("expires_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "file_pages",
                [
                    uuid("workspace_id"),
                    uuid("file_id"),
                    integer("page"),
                    blob("body"),
                ],
                &["workspace_id", "file_id", "page"],
            ),
            table(
                "file_previews",
                [
                    uuid("workspace_id"),
                    uuid("file_id"),
                    integer("page"),
                    text("kind"),
                    integer("width"),
                    integer("height"),
                    big_integer("size"),
                ],
                &["workspace_id", "file_id", "page"],
            ),
            table(
                "file_analyses",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("file_id"),
                    uuid("author_id"),
                    blob("body"),
                    text("status"),
                    text_null("model"),
                    text_null("provider"),
                    text_null("usage"),
                    big_integer("created_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "attachments",
                [
                    uuid("workspace_id"),
                    uuid("message_id"),
                    uuid("file_id"),
                    uuid("thread_id"),
                    integer("position"),
                ],
                &["workspace_id", "message_id", "file_id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for (table, name, columns, unique) in [
            (
                "blobs",
                "blobs_same",
                &["workspace_id", "fingerprint"][..],
                Unique::Yes,
            ),
            (
                "files",
                "files_of",
                &["workspace_id", "owner_id", "created_at", "id"],
                Unique::No,
            ),
            ("files", "files_blob", &["workspace_id", "blob_id"], Unique::No),
            (
                "files",
                "files_repeats",
                &["workspace_id", "owner_id", "client_id"],
                Unique::Yes,
            ),
            ("uploads", "uploads_old", &["expires_at"], Unique::No),
            (
                "file_analyses",
                "file_analyses_of",
                &["workspace_id", "file_id", "created_at"],
                Unique::No,
            ),
            (
                "attachments",
                "attachments_file",
                &["workspace_id", "file_id", "thread_id"],
                Unique::No,
            ),
            (
                "attachments",
                "attachments_thread",
                &["workspace_id", "thread_id"],
                Unique::No,
            ),
        ] {
            manager.create_index(index(table, name, columns, unique)).await?;
        }
        Ok(())
    }
}
