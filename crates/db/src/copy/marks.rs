//! Words about a place that are true of it alone and are never copied: that rows are still moving into it, or that they
//! have moved away.

use sea_orm::ConnectionTrait;

use crate::{DbError, dialect};

/// Rows are moving here; whose, and what is still to come.
pub const ARRIVING: &str = "arriving";
/// Everything has moved away; where to.
pub const MOVED: &str = "moved";

/// A mark, if it is there.
pub async fn read(conn: &impl ConnectionTrait, name: &str) -> Result<Option<String>, DbError> {
    let sql = "SELECT value FROM store_marks WHERE name = $1";
    let row = conn
        .query_one_raw(dialect::statement(conn, sql, [name.into()]))
        .await?;
    Ok(row.map(|row| row.try_get("", "value")).transpose()?)
}

/// Sets a mark, or takes it away.
pub async fn set(conn: &impl ConnectionTrait, name: &str, value: Option<&str>) -> Result<(), DbError> {
    let sql = "DELETE FROM store_marks WHERE name = $1";
    conn.execute_raw(dialect::statement(conn, sql, [name.into()]))
        .await?;
    if let Some(value) = value {
        let sql = "INSERT INTO store_marks (name, value) VALUES ($1, $2)";
        conn.execute_raw(dialect::statement(conn, sql, [name.into(), value.into()]))
            .await?;
    }
    Ok(())
}
