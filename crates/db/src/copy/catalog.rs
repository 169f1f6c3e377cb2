//! Which tables there are, as the database itself tells it.

use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde::{Deserialize, Serialize};

use super::CopyError;
use crate::dialect;

/// What a column holds, whichever database it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A whole number.
    Int,
    /// A number with a fraction.
    Real,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// An id.
    Uuid,
    /// True or false.
    Bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether PostgreSQL keeps it in four bytes, where eight would be refused.
    #[serde(skip)]
    pub(super) is_short: bool,
}

/// A table with its columns, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Table {
    /// Whether rows of the one fit into the other.
    pub fn is_like(&self, other: &Self) -> bool {
        self.name == other.name
            && self.columns.len() == other.columns.len()
            && self
                .columns
                .iter()
                .zip(&other.columns)
                .all(|(a, b)| a.name == b.name && a.kind == b.kind)
    }

    /// The columns, as a statement names them.
    pub(super) fn names(&self) -> String {
        let quoted: Vec<_> = self.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        quoted.join(", ")
    }
}

/// What is not copied: found again by indexing, told by the migrations, or true of one place alone.
fn is_left_out(table: &str) -> bool {
    [
        "seaql_migrations",
        "chunks",
        "vector_models",
        "index_spaces",
        "index_queue",
        "store_marks",
    ]
    .contains(&table)
        || table.starts_with("chunk_words")
        || table.starts_with("vectors_")
        || table.starts_with("sqlite_")
}

/// Every table that is copied, by name.
pub async fn tables(conn: &impl ConnectionTrait) -> Result<Vec<Table>, CopyError> {
    let sql = dialect::columns_sql(conn.get_database_backend());
    let mut tables: Vec<Table> = Vec::new();
    for row in conn.query_all_raw(dialect::statement(conn, sql, [])).await? {
        let (name, column): (String, String) = (row.try_get("", "tab")?, row.try_get("", "col")?);
        if is_left_out(&name) {
            continue;
        }
        let declared: String = row.try_get("", "kind")?;
        let Some(kind) = kind_of(&declared) else {
            return Err(CopyError::UnknownKind(format!("{name}.{column}"), declared));
        };
        let column = Column {
            name: column,
            kind,
            is_short: conn.get_database_backend() == DatabaseBackend::Postgres && declared == "integer",
        };
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table {
                name,
                columns: vec![column],
            }),
        }
    }
    for table in &mut tables {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

fn kind_of(declared: &str) -> Option<Kind> {
    let declared = declared.to_ascii_lowercase();
    Some(match declared.as_str() {
        "bigint" | "integer" | "int" => Kind::Int,
        "double precision" | "double" | "real" | "float" => Kind::Real,
        "blob" | "bytea" => Kind::Bytes,
        "uuid" | "uuid_text" => Kind::Uuid,
        "boolean" => Kind::Bool,
        text if text.starts_with("text") || text.contains("char") => Kind::Text,
        _ => return None,
    })
}
