//! The few things that SQLite and PostgreSQL do differently.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, RuntimeErr, Statement, Value};

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
            "ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, attempts"
        ),
        _ => concat!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, leased_until = $2 WHERE id = (",
            "SELECT id FROM jobs WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND leased_until < $1) ",
            "ORDER BY run_at LIMIT 1) RETURNING id, kind, payload, attempts"
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

/// Whether the database refused a write because its disk is full.
pub fn is_full(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    // SQLITE_FULL; class 53 "insufficient resources" of PostgreSQL
    cause
        .as_database_error()
        .and_then(|e| e.code())
        .is_some_and(|code| code == "13" || code == "53100")
}
