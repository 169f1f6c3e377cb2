//! A store that nobody serves: one that is being filled, or that is only read.

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, TransactionTrait, Value,
};

use super::{CopyError, Sum, Table, rows, sum_of, tables};
use crate::connect::{self, DbConfig};
use crate::{DbError, dialect, migration};

/// A store by one connection, with no keys and no clock.
#[derive(Debug)]
pub struct Target {
    conn: DatabaseConnection,
}

/// How many values one statement takes, and about how many bytes.
const VALUES: usize = 30_000;
const BYTES: usize = 4 << 20;

impl Target {
    /// Connects; nothing is made yet but the file.
    pub async fn connect(config: &DbConfig) -> Result<Self, CopyError> {
        let conn = connect::for_filling(config).await?;
        Ok(Self { conn })
    }

    /// Connects to a store that is there, for looking at it; none: there is none, and none is made.
    pub async fn existing(config: &DbConfig) -> Result<Option<Self>, CopyError> {
        let conn = crate::inspect::connect_only(config).await?;
        Ok(conn.map(|conn| Self { conn }))
    }

    /// Takes everything away that was made in what was empty before.
    pub async fn empty(&self) -> Result<(), CopyError> {
        let backend = self.conn.get_database_backend();
        if backend == DatabaseBackend::Sqlite {
            // The file itself goes.
            return Ok(());
        }
        let found = dialect::statement(&self.conn, dialect::columns_sql(backend), []);
        let mut names = std::collections::BTreeSet::new();
        for row in self.conn.query_all_raw(found).await? {
            names.insert(row.try_get::<String>("", "tab")?);
        }
        for name in names {
            let sql = format!("DROP TABLE IF EXISTS \"{name}\" CASCADE");
            self.conn.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// The connection.
    pub fn conn(&self) -> &DatabaseConnection {
        &self.conn
    }

    /// Whether there is no table at all.
    pub async fn is_empty(&self) -> Result<bool, CopyError> {
        let sql = dialect::columns_sql(self.conn.get_database_backend());
        Ok(self
            .conn
            .query_all_raw(dialect::statement(&self.conn, sql, []))
            .await?
            .is_empty())
    }

    /// Makes the tables as they were after these migrations, which must be the first ones of this version's.
    pub async fn make(&self, applied: &[String]) -> Result<(), CopyError> {
        Ok(migration::up_to(&self.conn, applied).await?)
    }

    /// Begins to write rows: all of them are there at its end, or none.
    pub async fn fill(&self) -> Result<Filling, CopyError> {
        let tx = self.conn.begin().await?;
        let tables = tables(&tx).await?;
        Ok(Filling { tx, tables })
    }

    /// Closes it; SQLite folds its log into the file.
    pub async fn close(self) -> Result<(), CopyError> {
        if self.conn.get_database_backend() == DatabaseBackend::Sqlite {
            self.conn
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        Ok(self.conn.close().await?)
    }
}

/// Rows on their way into a store.
#[derive(Debug)]
pub struct Filling {
    tx: DatabaseTransaction,
    tables: Vec<Table>,
}

impl Filling {
    /// The table as it is here, if rows of that one fit into it.
    pub fn table(&self, like: &Table) -> Result<Table, CopyError> {
        self.tables
            .iter()
            .find(|table| table.is_like(like))
            .cloned()
            .ok_or_else(|| CopyError::Different(like.name.clone()))
    }

    /// Forgets what is in a table.
    pub async fn clear(&self, table: &Table) -> Result<(), CopyError> {
        let sql = format!("DELETE FROM \"{}\"", table.name);
        self.tx.execute_unprepared(&sql).await?;
        Ok(())
    }

    /// Writes rows.
    pub async fn write(&self, table: &Table, batch: &[Vec<u8>]) -> Result<(), CopyError> {
        let most = (VALUES / table.columns.len().max(1)).max(1);
        let mut rest = batch;
        while !rest.is_empty() {
            let mut bytes = 0;
            let count = rest
                .iter()
                .take(most)
                .take_while(|row| {
                    let fits = bytes < BYTES;
                    bytes += row.len();
                    fits
                })
                .count();
            let (now, later) = rest.split_at(count.max(1));
            self.insert(table, now).await?;
            rest = later;
        }
        Ok(())
    }

    async fn insert(&self, table: &Table, batch: &[Vec<u8>]) -> Result<(), CopyError> {
        use std::fmt::Write as _;
        let width = table.columns.len();
        let mut values: Vec<Value> = Vec::with_capacity(batch.len() * width);
        let mut sql = format!("INSERT INTO \"{}\" ({}) VALUES ", table.name, table.names());
        for (n, row) in batch.iter().enumerate() {
            rows::decode(row, table, &mut values)?;
            sql.push_str(if n == 0 { "(" } else { ", (" });
            for column in 0..width {
                let _ = write!(
                    sql,
                    "{}${}",
                    if column == 0 { "" } else { ", " },
                    n * width + column + 1
                );
            }
            sql.push(')');
        }
        self.tx
            .execute_raw(dialect::statement(&self.tx, &sql, values))
            .await?;
        Ok(())
    }

    /// Reads a table back and compares it with what was written.
    pub async fn verify(&self, table: &Table, expected: &Sum) -> Result<(), CopyError> {
        if sum_of(&self.tx, table).await? == *expected {
            Ok(())
        } else {
            Err(CopyError::Unequal(table.name.clone()))
        }
    }

    /// The sum of what is in a table.
    pub async fn sum(&self, table: &Table) -> Result<Sum, CopyError> {
        sum_of(&self.tx, table).await
    }

    /// The transaction, for what belongs to the same moment.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Makes every scope begin anew, so that nobody goes on from a number that means something else here. The number of
    /// an epoch is a moment, so that two restores of the same backup do not make the same one.
    pub async fn begin_epoch(&self, seconds: i64) -> Result<(), CopyError> {
        for sql in [
            "INSERT INTO scopes (scope, seq, epoch, acl_ver) SELECT 'u:' || CAST(id AS TEXT), 0, 1, 1 FROM users \
             WHERE 1 = 1 ON CONFLICT (scope) DO NOTHING",
            "INSERT INTO scopes (scope, seq, epoch, acl_ver) SELECT 'w:' || CAST(id AS TEXT), 0, 1, 1 FROM workspaces \
             WHERE 1 = 1 ON CONFLICT (scope) DO NOTHING",
            "INSERT INTO scopes (scope, seq, epoch, acl_ver) SELECT 't:' || CAST(id AS TEXT), 0, 1, 1 FROM threads \
             WHERE 1 = 1 ON CONFLICT (scope) DO NOTHING",
        ] {
            let id = dialect::uuid_text_sql(self.tx.get_database_backend());
            let sql = sql.replace("CAST(id AS TEXT)", id);
            self.tx.execute_unprepared(&sql).await?;
        }
        let sql = "UPDATE scopes SET epoch = CASE WHEN epoch >= $1 THEN epoch + 1 ELSE $1 END";
        self.tx
            .execute_raw(dialect::statement(&self.tx, sql, [seconds.into()]))
            .await?;
        Ok(())
    }

    /// Makes everything be there.
    pub async fn finish(self) -> Result<(), CopyError> {
        if self.tx.get_database_backend() == DatabaseBackend::Postgres {
            set_counters(&self.tx).await?;
        }
        Ok(self.tx.commit().await?)
    }
}

/// PostgreSQL counts its automatic numbers on from the highest one.
async fn set_counters(tx: &DatabaseTransaction) -> Result<(), DbError> {
    let sql = "SELECT c.table_name::text AS tab, c.column_name::text AS col FROM information_schema.columns c \
               WHERE c.table_schema = current_schema() \
               AND pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) IS NOT NULL";
    for row in tx.query_all_raw(dialect::statement(tx, sql, [])).await? {
        let (table, column): (String, String) = (row.try_get("", "tab")?, row.try_get("", "col")?);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), \
             GREATEST((SELECT MAX(\"{column}\") FROM \"{table}\"), 1))"
        );
        tx.execute_unprepared(&sql).await?;
    }
    Ok(())
}
