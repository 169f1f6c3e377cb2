//! The warehouse: raw records, what they mean (orders with lines, refunds and payments, customers, products), and what a
//! workspace has set for its numbers. Money is in minor units, times are microseconds UTC.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, integer, text, text_null, uuid, uuid_null,
};

use super::{Unique, index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The columns that a table is asked by, in the order of its index.
const INDICES: [(&str, &str, &[&str]); 23] = [
    (
        "raw_records",
        "raw_records_of",
        &["workspace_id", "connector_id", "stream"],
    ),
    ("customers", "customers_person", &["workspace_id", "person_id"]),
    ("customers", "customers_email", &["workspace_id", "email_hash"]),
    ("customers", "customers_name", &["workspace_id", "name_hash"]),
    ("customers", "customers_of", &["workspace_id", "connector_id"]),
    ("products", "products_of", &["workspace_id", "connector_id"]),
    (
        "orders",
        "orders_sold",
        &[
            "workspace_id",
            "currency",
            "placed_at",
            "counted",
            "listed",
            "gross",
            "discount",
            "net",
            "shipping",
            "tax",
            "other",
            "units",
        ],
    ),
    (
        "orders",
        "orders_placed",
        &[
            "workspace_id",
            "placed_at",
            "counted",
            "listed",
            "is_cancelled",
            "person_id",
            "first_for_person",
        ],
    ),
    (
        "orders",
        "orders_person",
        &["workspace_id", "person_id", "placed_at", "id"],
    ),
    ("orders", "orders_customer", &["workspace_id", "customer_id"]),
    ("orders", "orders_of", &["workspace_id", "connector_id"]),
    (
        "order_lines",
        "order_lines_sold",
        &["workspace_id", "currency", "placed_at"],
    ),
    (
        "order_lines",
        "order_lines_product",
        &["workspace_id", "product_id"],
    ),
    (
        "order_lines",
        "order_lines_title",
        &["workspace_id", "title", "placed_at"],
    ),
    (
        "refunds",
        "refunds_given",
        &[
            "workspace_id",
            "currency",
            "counts_at",
            "counted",
            "listed",
            "goods",
            "tax",
            "shipping",
            "other",
        ],
    ),
    ("refunds", "refunds_of", &["workspace_id", "connector_id"]),
    (
        "refund_lines",
        "refund_lines_given",
        &["workspace_id", "currency", "counts_at"],
    ),
    (
        "refund_lines",
        "refund_lines_product",
        &["workspace_id", "product_id"],
    ),
    (
        "refund_lines",
        "refund_lines_title",
        &["workspace_id", "title", "counts_at"],
    ),
    (
        "payments",
        "payments_moved",
        &[
            "workspace_id",
            "currency",
            "paid_at",
            "is_service",
            "counted",
            "kind",
            "amount",
            "fee",
        ],
    ),
    ("payments", "payments_order", &["workspace_id", "order_id"]),
    ("payments", "payments_of", &["workspace_id", "connector_id"]),
    (
        "applied_batches",
        "applied_batches_of",
        &["workspace_id", "connector_id"],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [records(), people(), sales(), returns(), house()]
            .into_iter()
            .flatten()
        {
            manager.create_table(table).await?;
        }
        for (table, name, columns) in INDICES {
            manager
                .create_index(index(table, name, columns, Unique::No))
                .await?;
        }
        Ok(())
    }
}

/// What came, and which batches of it were written.
fn records() -> Vec<TableCreateStatement> {
    vec![
        table(
            "raw_records",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("stream"),
                text("source_id"),
                big_integer("version"),
                blob("body_hash"),
                blob_null("body"),
                boolean("deleted"),
                blob("made"),
                big_integer("fetched_at"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "applied_batches",
            [
                uuid("workspace_id"),
                uuid("run_id"),
                text("stream"),
                big_integer("slice"),
                big_integer("seq"),
                uuid("connector_id"),
                big_integer("applied_at"),
            ],
            &["workspace_id", "run_id", "stream", "slice", "seq"],
        ),
    ]
}

/// Customers and products.
fn people() -> Vec<TableCreateStatement> {
    vec![
        table(
            "customers",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text_null("source_id"),
                uuid("person_id"),
                blob_null("email_hash"),
                blob_null("name_hash"),
                blob_null("email"),
                blob_null("name"),
                text_null("city"),
                text_null("region"),
                text_null("country"),
                big_integer_null("created_at"),
                boolean("own"),
                big_integer("version"),
                uuid("seen_in"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "products",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("source_id"),
                text("title"),
                text_null("sku"),
                text_null("category"),
                text_null("vendor"),
                text_null("status"),
                big_integer("version"),
            ],
            &["workspace_id", "id"],
        ),
    ]
}

/// Orders and their lines.
fn sales() -> Vec<TableCreateStatement> {
    vec![
        table(
            "orders",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("source_id"),
                text("number"),
                text("kind"),
                uuid_null("customer_id"),
                uuid_null("person_id"),
                text_null("channel"),
                text("currency"),
                big_integer("placed_at"),
                big_integer_null("cancelled_at"),
                boolean("is_cancelled"),
                text("status"),
                text_null("financial_status"),
                boolean("is_test"),
                big_integer("gross"),
                big_integer("discount"),
                big_integer("net"),
                big_integer("shipping"),
                big_integer("tax"),
                big_integer("other"),
                big_integer("total"),
                big_integer("units"),
                text_null("city"),
                text_null("region"),
                text_null("country"),
                text_null("method"),
                integer("countable"),
                boolean("counted"),
                boolean("listed"),
                boolean("first_for_person"),
            ],
            &["workspace_id", "id"],
        ),
        table(
            "order_lines",
            [
                uuid("workspace_id"),
                uuid("order_id"),
                integer("line_no"),
                uuid_null("product_id"),
                text_null("title"),
                text_null("sku"),
                text_null("category"),
                text_null("vendor"),
                text_null("told_title"),
                text_null("told_category"),
                text("kind"),
                big_integer("quantity"),
                big_integer("gross"),
                big_integer("discount"),
                big_integer("net"),
                big_integer("tax"),
                text("currency"),
                big_integer("placed_at"),
                boolean("counted"),
                boolean("listed"),
            ],
            &["workspace_id", "order_id", "line_no"],
        ),
    ]
}

/// What went back, and money that moved.
fn returns() -> Vec<TableCreateStatement> {
    vec![
        table(
            "refunds",
            [
                uuid("workspace_id"),
                uuid("order_id"),
                uuid("id"),
                uuid("connector_id"),
                text("source_id"),
                text("kind"),
                big_integer("refunded_at"),
                big_integer("placed_at"),
                big_integer("counts_at"),
                text_null("reason"),
                text("currency"),
                big_integer("goods"),
                big_integer("tax"),
                big_integer("shipping"),
                big_integer("other"),
                integer("countable"),
                boolean("counted"),
                boolean("listed"),
            ],
            &["workspace_id", "order_id", "id"],
        ),
        table(
            "refund_lines",
            [
                uuid("workspace_id"),
                uuid("order_id"),
                uuid("refund_id"),
                integer("line_no"),
                uuid_null("product_id"),
                text_null("title"),
                text_null("sku"),
                text_null("category"),
                text_null("vendor"),
                text_null("told_title"),
                text_null("told_category"),
                big_integer("quantity"),
                big_integer("net"),
                big_integer("tax"),
                text("currency"),
                big_integer("counts_at"),
                boolean("counted"),
                boolean("listed"),
            ],
            &["workspace_id", "order_id", "refund_id", "line_no"],
        ),
        table(
            "payments",
            [
                uuid("workspace_id"),
                uuid("id"),
                uuid("connector_id"),
                text("source_id"),
                uuid_null("order_id"),
                uuid_null("customer_id"),
                boolean("with_order"),
                text("kind"),
                text_null("method"),
                text("status"),
                big_integer("paid_at"),
                text("currency"),
                big_integer("amount"),
                big_integer("fee"),
                boolean("is_test"),
                boolean("counted"),
                boolean("listed"),
                boolean("is_service"),
            ],
            &["workspace_id", "id"],
        ),
    ]
}

/// What a workspace has set and declared.
fn house() -> Vec<TableCreateStatement> {
    vec![
        table(
            "business_settings",
            [
                uuid("workspace_id"),
                text("time_zone"),
                text("week_start"),
                integer("fiscal_month"),
                text_null("currency"),
                text("refund_basis"),
                text("cancel_policy"),
                big_integer("data_version"),
            ],
            &["workspace_id"],
        ),
        table(
            "capabilities",
            [
                uuid("workspace_id"),
                uuid("connector_id"),
                text("entity"),
                text("role"),
                boolean("has_data"),
                big_integer("fresh_at"),
            ],
            &["workspace_id", "connector_id", "entity"],
        ),
        table(
            "own_metrics",
            [
                uuid("workspace_id"),
                text("id"),
                text("label"),
                text("expression"),
                text("unit"),
                text("definition"),
                uuid("created_by"),
                big_integer("created_at"),
            ],
            &["workspace_id", "id"],
        ),
    ]
}
