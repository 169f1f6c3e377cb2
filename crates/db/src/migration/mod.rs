//! Changes of the schema, one a file, in order; each runs in a transaction on either database.

use sea_orm_migration::prelude::*;

mod m2026_11_21_000001_identity;
mod m2026_11_21_000002_work;
mod m2026_11_21_000003_ai;
mod m2026_11_21_000004_chat;
mod m2026_11_21_000005_rooms;
mod m2026_11_21_000006_nodes;
mod m2026_11_21_000007_live;
mod m2026_11_21_000008_files;
mod m2026_11_21_000009_search;
mod m2026_11_21_000010_analyses;
mod m2026_11_21_000011_embedding;
mod m2026_11_21_000012_warehouse;
mod m2026_11_21_000013_sync;
mod m2026_11_21_000014_actions;
mod m2026_11_21_000015_questions;
mod m2026_11_21_000016_sign_in;
mod m2026_11_21_000017_ledger;
mod m2026_11_21_000018_watch;
mod m2026_11_21_000019_keeping;

/// All migrations.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m2026_11_21_000001_identity::Migration),
            Box::new(m2026_11_21_000002_work::Migration),
            Box::new(m2026_11_21_000003_ai::Migration),
            Box::new(m2026_11_21_000004_chat::Migration),
            Box::new(m2026_11_21_000005_rooms::Migration),
            Box::new(m2026_11_21_000006_nodes::Migration),
            Box::new(m2026_11_21_000007_live::Migration),
            Box::new(m2026_11_21_000008_files::Migration),
            Box::new(m2026_11_21_000009_search::Migration),
            Box::new(m2026_11_21_000010_analyses::Migration),
            Box::new(m2026_11_21_000011_embedding::Migration),
            Box::new(m2026_11_21_000012_warehouse::Migration),
            Box::new(m2026_11_21_000013_sync::Migration),
            Box::new(m2026_11_21_000014_actions::Migration),
            Box::new(m2026_11_21_000015_questions::Migration),
            Box::new(m2026_11_21_000016_sign_in::Migration),
            Box::new(m2026_11_21_000017_ledger::Migration),
            Box::new(m2026_11_21_000018_watch::Migration),
            Box::new(m2026_11_21_000019_keeping::Migration),
        ]
    }
}

/// The names of all migrations of this version, in order.
pub fn names() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

/// The names of the migrations that a store has seen, in order; none in an empty one. Nothing is changed.
pub async fn applied(conn: &impl sea_orm::ConnectionTrait) -> Result<Vec<String>, crate::DbError> {
    let columns = crate::dialect::columns_sql(conn.get_database_backend());
    let tables = conn
        .query_all_raw(crate::dialect::statement(conn, columns, []))
        .await?;
    let is_new = !tables.iter().any(|row| {
        row.try_get::<String>("", "tab")
            .is_ok_and(|name| name == "seaql_migrations")
    });
    if is_new {
        return Ok(Vec::new());
    }
    let sql = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = conn
        .query_all_raw(crate::dialect::statement(conn, sql, []))
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get("", "version"))
        .collect::<Result<_, _>>()?)
}

/// Brings an empty store to where another one stood; refuses migrations that this version does not know.
pub async fn up_to(conn: &sea_orm::DatabaseConnection, applied: &[String]) -> Result<(), crate::DbError> {
    if !names().starts_with(applied) {
        return Err(crate::DbError::NewerSchema);
    }
    let steps = applied.len() as u32;
    Ok(Migrator::up(conn, Some(steps)).await?)
}

/// Whether an index forbids doubles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unique {
    Yes,
    No,
}

fn table<const N: usize>(
    name: &'static str,
    columns: [ColumnDef; N],
    key: &[&'static str],
) -> TableCreateStatement {
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    let mut table = Table::create();
    table.table(name).primary_key(&mut primary);
    for column in columns {
        table.col(column);
    }
    table
}

fn index(
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
    unique: Unique,
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.table(table).name(name);
    for column in columns {
        index.col(*column);
    }
    if unique == Unique::Yes {
        index.unique();
    }
    index
}
