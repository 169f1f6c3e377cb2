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
        ]
    }
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
