//! Reading all tables as they stood at one moment.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, IsolationLevel,
    TransactionTrait,
};

use super::{CopyError, Sum, Table, rows, tables};
use crate::dialect;

/// The store at one moment. It holds one connection and hinders nobody who writes.
#[derive(Debug)]
pub struct Snapshot {
    tx: DatabaseTransaction,
    tables: Vec<Table>,
}

impl Snapshot {
    /// Takes it now.
    pub async fn take(conn: &DatabaseConnection) -> Result<Self, CopyError> {
        let tx = match conn.get_database_backend() {
            DatabaseBackend::Postgres => {
                conn.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly))
                    .await?
            }
            _ => conn.begin().await?,
        };
        // The first row that is read is the moment.
        let first = dialect::statement(&tx, "SELECT COUNT(*) AS n FROM instance", []);
        tx.query_one_raw(first).await?;
        let tables = tables(&tx).await?;
        Ok(Self { tx, tables })
    }

    /// Every table.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The rows of a table, some at a time.
    pub async fn read<'a>(&'a self, table: &'a Table) -> Result<Batches<'a, DatabaseTransaction>, CopyError> {
        Batches::begin(&self.tx, table).await
    }

    /// The transaction itself, to ask for more of the same moment.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Lets it go.
    pub async fn end(self) -> Result<(), CopyError> {
        Ok(self.tx.rollback().await?)
    }
}

/// About how many bytes are read at once.
const AT_ONCE: usize = 4 << 20;
/// How many rows are read at first, before it is known how long they are, and at most.
const FIRST: usize = 64;
const MOST: usize = 20_000;

/// The rows of a table in batches: memory stays small however long the table or its rows are.
#[derive(Debug)]
pub struct Batches<'a, C> {
    conn: &'a C,
    table: &'a Table,
    /// SQLite: the number of the last row that was read.
    after: i64,
    next: usize,
    is_over: bool,
}

impl<'a, C: ConnectionTrait> Batches<'a, C> {
    pub(super) async fn begin(conn: &'a C, table: &'a Table) -> Result<Self, CopyError> {
        if conn.get_database_backend() == DatabaseBackend::Postgres {
            let sql = format!(
                "DECLARE \"{}\" NO SCROLL CURSOR FOR SELECT {} FROM \"{}\"",
                cursor(table),
                table.names(),
                table.name
            );
            conn.execute_unprepared(&sql).await?;
        }
        Ok(Self {
            conn,
            table,
            after: i64::MIN,
            next: FIRST,
            is_over: false,
        })
    }

    /// The next rows, each as bytes; none: that was all.
    pub async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, CopyError> {
        if self.is_over {
            return Ok(None);
        }
        let is_postgres = self.conn.get_database_backend() == DatabaseBackend::Postgres;
        let (sql, values) = if is_postgres {
            (
                format!("FETCH {} FROM \"{}\"", self.next, cursor(self.table)),
                vec![],
            )
        } else {
            let sql = format!(
                "SELECT {}, rowid AS copied_row FROM \"{}\" WHERE rowid > $1 ORDER BY rowid LIMIT {}",
                self.table.names(),
                self.table.name,
                self.next
            );
            (sql, vec![self.after.into()])
        };
        let found = self
            .conn
            .query_all_raw(dialect::statement(self.conn, &sql, values))
            .await?;
        if found.len() < self.next {
            self.is_over = true;
            if is_postgres {
                let close = format!("CLOSE \"{}\"", cursor(self.table));
                self.conn.execute_unprepared(&close).await?;
            }
        }
        if let Some(last) = found.last().filter(|_| !is_postgres) {
            self.after = last.try_get("", "copied_row")?;
        }
        let mut batch = Vec::with_capacity(found.len());
        let mut bytes = 0;
        for row in &found {
            let mut encoded = Vec::new();
            rows::encode(row, self.table, &mut encoded)?;
            bytes += encoded.len();
            batch.push(encoded);
        }
        let each = (bytes / batch.len().max(1)).max(1);
        self.next = (AT_ONCE / each).clamp(1, MOST).min(self.next * 4);
        Ok(Some(batch).filter(|batch| !batch.is_empty()))
    }
}

/// A name for each table: what a connection has prepared for one does not fit another.
fn cursor(table: &Table) -> String {
    format!("copying {}", table.name)
}

/// The sum of a table's rows. On PostgreSQL within a transaction only.
pub async fn sum_of(conn: &impl ConnectionTrait, table: &Table) -> Result<Sum, CopyError> {
    let mut sum = Sum::default();
    let mut batches = Batches::begin(conn, table).await?;
    while let Some(batch) = batches.next().await? {
        batch.iter().for_each(|row| sum.add(row));
    }
    Ok(sum)
}
