//! Many rows in few statements. Statements come in a handful of sizes, so that the store prepares each of them once.

use std::collections::HashMap;
use std::fmt::Write as _;

use db::{DbError, Tx, WorkspaceId};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

/// How many rows a statement has, from most to least.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];
/// The most values of a statement: SQLite takes 32,766 and PostgreSQL 65,535.
const MOST_VALUES: usize = 16_000;

/// A statement of this connection's database.
pub(crate) fn statement(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
}

/// Rows for one table.
pub(super) struct Rows {
    table: &'static str,
    columns: &'static [&'static str],
    /// What stands behind the rows, such as `ON CONFLICT …`.
    after: &'static str,
    values: Vec<Value>,
}

impl Rows {
    pub fn new(table: &'static str, columns: &'static [&'static str], after: &'static str) -> Self {
        Self {
            table,
            columns,
            after,
            values: Vec::new(),
        }
    }

    /// Adds a row: its values in the order of the columns.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns.len(), "{}", self.table);
        self.values.extend(row);
    }

    /// Writes all of them.
    pub async fn write(self, tx: &Tx) -> Result<(), DbError> {
        let width = self.columns.len();
        let mut values = self.values.into_iter();
        let mut left = values.len() / width;
        for size in SIZES
            .into_iter()
            .filter(|size| *size == 1 || size * width <= MOST_VALUES)
        {
            if left < size {
                continue;
            }
            let sql = insert_sql(self.table, self.columns, size, self.after);
            while left >= size {
                let some = values.by_ref().take(size * width).collect();
                tx.execute_raw(statement(&**tx, sql.clone(), some)).await?;
                left -= size;
            }
        }
        Ok(())
    }
}

fn insert_sql(table: &str, columns: &[&str], rows: usize, after: &str) -> String {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let width = columns.len();
    for row in 0..rows {
        sql.push_str(if row > 0 { ", (" } else { "(" });
        for column in 0..width {
            let comma = if column > 0 { ", " } else { "" };
            let _ = write!(sql, "{comma}${}", row * width + column + 1);
        }
        sql.push(')');
    }
    if !after.is_empty() {
        let _ = write!(sql, " {after}");
    }
    sql
}

/// Ids in portions of the same few sizes, each padded with its last one, as `$2, $3, …`.
fn portions(ids: &[Uuid]) -> impl Iterator<Item = (String, Vec<Value>)> {
    let mut rest = ids;
    std::iter::from_fn(move || {
        let last = *rest.last()?;
        let size = SIZES
            .into_iter()
            .rev()
            .find(|size| *size >= rest.len())
            .unwrap_or(SIZES[0]);
        let (now, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        let mut values: Vec<Value> = now.iter().map(|id| (*id).into()).collect();
        values.resize_with(size, || now.last().copied().unwrap_or(last).into());
        let places: Vec<String> = (0..size).map(|n| format!("${}", n + 2)).collect();
        Some((places.join(", "), values))
    })
}

/// Runs a statement over ids: `{}` in it is where they stand, `$1` is the workspace.
pub(super) async fn execute_over(
    tx: &Tx,
    workspace: WorkspaceId,
    sql: &str,
    ids: &[Uuid],
) -> Result<(), DbError> {
    for (places, values) in portions(ids) {
        let mut all: Vec<Value> = vec![workspace.0.into()];
        all.extend(values);
        tx.execute_raw(statement(&**tx, sql.replace("{}", &places), all))
            .await?;
    }
    Ok(())
}

/// Asks for rows by ids, in the same way; they come by the column `id`.
pub(super) async fn select_over(
    tx: &Tx,
    workspace: WorkspaceId,
    sql: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, QueryResult>, DbError> {
    let mut found = HashMap::new();
    for (places, values) in portions(ids) {
        let mut all: Vec<Value> = vec![workspace.0.into()];
        all.extend(values);
        for row in tx
            .query_all_raw(statement(&**tx, sql.replace("{}", &places), all))
            .await?
        {
            found.insert(row.try_get("", "id")?, row);
        }
    }
    Ok(found)
}
