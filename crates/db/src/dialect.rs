//! The few things that SQLite and PostgreSQL do differently.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, RuntimeErr, SqlxError, Statement, Value};

/// A statement with `$1` placeholders, which both understand.
pub fn statement(
    conn: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
}

/// Claims the next due job. SQLite's one writer makes it safe; PostgreSQL skips what others hold.
pub fn claim_job_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => concat!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_until = $2 WHERE id = (",
            "SELECT id FROM jobs WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND leased_until < $1) ",
            "ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, attempts, run_at"
        ),
        _ => concat!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_until = $2 WHERE id = (",
            "SELECT id FROM jobs WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND leased_until < $1) ",
            "ORDER BY run_at LIMIT 1) RETURNING id, kind, payload, attempts, run_at"
        ),
    }
}

/// Takes the next number of a scope and writes an event under it, with the permissions of the scope and of the
/// workspace it belongs to ($6). SQLite runs both statements in one go.
pub fn event_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => concat!(
            "WITH next AS (INSERT INTO scopes (scope, seq, epoch, acl_ver) VALUES ($1, 1, 1, 1) ",
            "ON CONFLICT (scope) DO UPDATE SET seq = scopes.seq + 1 RETURNING scope, seq, acl_ver) ",
            "INSERT INTO event_log (scope, seq, workspace_id, kind, acl_ver, payload, at) ",
            "SELECT scope, seq, $2, $3, acl_ver + CASE WHEN $6 IS NULL THEN 0 ELSE ",
            "COALESCE((SELECT acl_ver FROM scopes WHERE scope = $6), 1) END, $4, $5 FROM next RETURNING seq, acl_ver"
        ),
        _ => concat!(
            "INSERT INTO scopes (scope, seq, epoch, acl_ver) VALUES ($1, 1, 1, 1) ",
            "ON CONFLICT (scope) DO UPDATE SET seq = scopes.seq + 1; ",
            "INSERT INTO event_log (scope, seq, workspace_id, kind, acl_ver, payload, at) ",
            "SELECT scope, seq, $2, $3, acl_ver + CASE WHEN $6 IS NULL THEN 0 ELSE ",
            "COALESCE((SELECT acl_ver FROM scopes WHERE scope = $6), 1) END, $4, $5 FROM scopes WHERE scope = $1 ",
            "RETURNING seq, acl_ver"
        ),
    }
}

/// The store's own clock in microseconds, the only one that all nodes share.
pub fn now_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
    }
}

/// Whether there is a table of the name $1: a row if so.
pub fn has_table_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "SELECT 1 AS there WHERE to_regclass($1) IS NOT NULL",
        _ => "SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = $1",
    }
}

/// Every column of every table of ours, with what the database calls its kind; virtual tables and views are none.
pub fn columns_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => concat!(
            "SELECT c.table_name::text AS tab, c.column_name::text AS col, c.data_type::text AS kind ",
            "FROM information_schema.columns c JOIN information_schema.tables t ",
            "ON t.table_schema = c.table_schema AND t.table_name = c.table_name ",
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ",
            "ORDER BY c.table_name, c.ordinal_position"
        ),
        _ => concat!(
            "SELECT m.name AS tab, p.name AS col, p.type AS kind ",
            "FROM sqlite_master m JOIN pragma_table_info(m.name) p ",
            "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, p.cid"
        ),
    }
}

/// The column `id` as people write an id.
pub fn uuid_text_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "id::text",
        _ => concat!(
            "lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' || ",
            "substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))"
        ),
    }
}

/// Keeps what was found from other writers until the end of the transaction, and passes over what they keep.
pub fn skip_locked_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    }
}

/// The names of all ordinary tables that have a column with this name ($1).
pub fn tables_with_sql(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => concat!(
            "SELECT c.table_name AS name FROM information_schema.columns c ",
            "JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name ",
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.column_name = $1 ",
            "ORDER BY c.table_name"
        ),
        _ => concat!(
            "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = $1 ",
            "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name"
        ),
    }
}

/// Takes a lock that only one transaction holds at a time, until its end. SQLite's writers are alone anyway.
pub async fn lock_alone(conn: &impl ConnectionTrait, name: i64) -> Result<(), DbErr> {
    if conn.get_database_backend() == DatabaseBackend::Postgres {
        conn.execute_raw(statement(conn, "SELECT pg_advisory_xact_lock($1)", [name.into()]))
            .await?;
    }
    Ok(())
}

/// Why a statement failed that may well succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full.
    Full,
    /// The disk cannot be read or written.
    Disk,
    /// The server is away, starting, stopping or overrun, or the connection to it broke.
    Away,
    /// Another transaction was in the way.
    Busy,
}

/// Tells a trouble that passes from a mistake of ours.
pub fn trouble(error: &DbErr) -> Option<Trouble> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => told(cause),
        // Whatever a server says to a connection that begins: there is none.
        DbErr::Conn(RuntimeErr::SqlxError(cause)) => told(cause).or(Some(Trouble::Away)),
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Some(Trouble::Away),
        _ => None,
    }
}

fn told(cause: &SqlxError) -> Option<Trouble> {
    let Some(refused) = cause.as_database_error() else {
        return is_broken(cause).then_some(Trouble::Away);
    };
    let code = refused.code()?;
    match code.parse::<u32>() {
        // SQLite: one or two small numbers, the second one in the higher bytes.
        Ok(number) if code.len() < 5 => match number & 0xff {
            13 => Some(Trouble::Full),
            8 | 10 | 14 => Some(Trouble::Disk),
            5 | 6 => Some(Trouble::Busy),
            _ => None,
        },
        // PostgreSQL: five characters, the first two of which are the class.
        _ => match (&*code, code.get(..2)?) {
            ("53100", _) => Some(Trouble::Full),
            ("58030", _) => Some(Trouble::Disk),
            (_, "08" | "53" | "57") => Some(Trouble::Away),
            ("40001" | "40P01" | "55P03", _) => Some(Trouble::Busy),
            _ => None,
        },
    }
}

/// Whether this is about the connection and not about the statement.
fn is_broken(cause: &SqlxError) -> bool {
    use SqlxError as E;
    matches!(
        cause,
        E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_connection_is_no_mistake_of_ours() {
        use std::sync::Arc;
        let broken = || RuntimeErr::SqlxError(Arc::new(SqlxError::PoolTimedOut));
        assert_eq!(trouble(&DbErr::Query(broken())), Some(Trouble::Away));
        assert_eq!(trouble(&DbErr::Conn(broken())), Some(Trouble::Away));
        let ours = RuntimeErr::SqlxError(Arc::new(SqlxError::RowNotFound));
        assert_eq!(trouble(&DbErr::Exec(ours)), None);
        assert_eq!(trouble(&DbErr::Custom("x".to_owned())), None);
    }
}
