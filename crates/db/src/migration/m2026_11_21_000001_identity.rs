//! Identity: people, workspaces, sessions, keys, the audit trail.

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
        for table in [
            table("instance", [text("name"), blob("value")], &["name"]),
            table(
                "data_keys",
                [
                    uuid("owner_id"),
                    integer("number"),
                    blob("wrapped"),
                    big_integer("created_at"),
                ],
                &["owner_id", "number"],
            ),
            table(
                "users",
                [
                    uuid("id"),
                    text("email"),
                    text("email_key"),
                    text("full_name"),
                    text_null("password_hash"),
                    boolean("is_instance_admin"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["id"],
            ),
            table(
                "workspaces",
                [
                    uuid("id"),
                    text("name"),
                    text("plan"),
                    blob_null("system_prompt"),
                    blob_null("style"),
                    text_null("default_model"),
                    big_integer("created_at"),
                    big_integer("updated_at"),
                ],
                &["id"],
            ),
            table(
                "members",
                [
                    uuid("workspace_id"),
                    uuid("user_id"),
                    text("role"),
                    big_integer("joined_at"),
                ],
                &["workspace_id", "user_id"],
            ),
            table(
                "invitations",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    text("email"),
                    text("role"),
                    blob("token_hash"),
                    uuid("created_by"),
                    big_integer("created_at"),
                    big_integer("expires_at"),
                    big_integer_null("accepted_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "sessions",
                [
                    uuid("id"),
                    uuid("user_id"),
                    uuid("workspace_id"),
                    big_integer("refresh_counter"),
                    text("user_agent"),
                    text("address"),
                    big_integer("created_at"),
                    big_integer("last_seen_at"),
                    big_integer("expires_at"),
                    big_integer_null("ended_at"),
                ],
                &["id"],
            ),
            table(
                "api_tokens",
                [
                    uuid("workspace_id"),
                    uuid("id"),
                    uuid("user_id"),
                    text("name"),
                    blob("token_hash"),
                    text("prefix"),
                    text("scopes"),
                    big_integer("created_at"),
                    big_integer_null("expires_at"),
                    big_integer_null("last_used_at"),
                    big_integer_null("revoked_at"),
                ],
                &["workspace_id", "id"],
            ),
            table(
                "settings",
                [
                    uuid("user_id"),
                    text("name"),
                    blob("value"),
                    big_integer("updated_at"),
                ],
                &["user_id", "name"],
            ),
            table(
                "audit",
                [
                    uuid("id"),
                    uuid_null("workspace_id"),
                    uuid_null("actor_id"),
                    text("action"),
                    text("target"),
                    text("address"),
                    text("details"),
                    big_integer("at"),
                ],
                &["id"],
            ),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            index("users", "users_email_key", &["email_key"], Unique::Yes),
            index("members", "members_user", &["user_id"], Unique::No),
            index("invitations", "invitations_token", &["token_hash"], Unique::Yes),
            index("sessions", "sessions_user", &["user_id"], Unique::No),
            index("api_tokens", "api_tokens_token", &["token_hash"], Unique::Yes),
            index("audit", "audit_workspace", &["workspace_id", "id"], Unique::No),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
