//! Looking at a store without changing anything in it: what the doctor asks.

use kit::clock::{Clock, Timestamp};
use kit::vault::MasterKeys;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection};

use crate::copy::marks;
use crate::keyring::Keyring;
use crate::{DbConfig, DbError, connect, dialect, migration};

/// What a store says of itself.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// `sqlite` or `postgres`.
    pub backend: &'static str,
    /// The version of the database.
    pub version: String,
    /// Bytes that it takes.
    pub bytes: i64,
    /// The last migration that it has seen.
    pub schema: Option<String>,
    /// Migrations of this version that it has not seen.
    pub pending: usize,
    /// Migrations that this version does not know.
    pub unknown: Vec<String>,
    /// Milliseconds by which the store's clock is ahead of this machine's.
    pub clock_ahead_ms: i64,
    /// Whether vectors can be kept: on PostgreSQL, whether the extension is installed or could be.
    pub vectors: Vectors,
    /// That it is moving in or has moved away.
    pub mark: Option<String>,
}

/// Where vectors can be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vectors {
    /// They can.
    #[default]
    There,
    /// The extension is on the server and not yet in this database.
    Possible,
    /// There is no such extension.
    Absent,
}

/// One connection to a store, as it is. A store that is not there is not made: that answers nothing.
pub async fn connect_only(config: &DbConfig) -> Result<Option<DatabaseConnection>, DbError> {
    if let DbConfig::Sqlite { path, .. } = config
        && !path.exists()
    {
        return Ok(None);
    }
    connect::for_filling(config).await.map(Some)
}

/// Looks at a store.
pub async fn inspect(conn: &DatabaseConnection) -> Result<Inspection, DbError> {
    let backend = conn.get_database_backend();
    let is_postgres = backend == DatabaseBackend::Postgres;
    let (applied, known) = (migration::applied(conn).await?, migration::names());
    let one = async |sql: &str| conn.query_one_raw(dialect::statement(conn, sql, [])).await;
    let (version, bytes) = if is_postgres {
        (
            "SELECT current_setting('server_version') AS it",
            "SELECT pg_database_size(current_database()) AS it",
        )
    } else {
        (
            "SELECT sqlite_version() AS it",
            "SELECT page_count * page_size AS it FROM pragma_page_count(), pragma_page_size()",
        )
    };
    let version = one(version).await?.map(|row| row.try_get("", "it")).transpose()?;
    let bytes = one(bytes).await?.map(|row| row.try_get("", "it")).transpose()?;
    let before = Clock::system().now();
    let now = one(&format!("SELECT {} AS it", dialect::now_sql(backend))).await?;
    let now: i64 = now.map_or(Ok(before.0), |row| row.try_get("", "it"))?;
    let vectors = if is_postgres {
        let sql = "SELECT COALESCE(MAX(CASE WHEN installed_version IS NULL THEN 1 ELSE 2 END), 0)::bigint AS it \
                   FROM pg_available_extensions WHERE name = 'vector'";
        match one(sql).await?.map_or(Ok(0_i64), |row| row.try_get("", "it"))? {
            2 => Vectors::There,
            1 => Vectors::Possible,
            _ => Vectors::Absent,
        }
    } else {
        Vectors::There
    };
    let mut mark = None;
    if applied.iter().any(|name| name.ends_with("000019_keeping")) {
        for name in [marks::ARRIVING, marks::MOVED] {
            mark = mark.or(marks::read(conn, name).await?);
        }
    }
    Ok(Inspection {
        backend: if is_postgres { "postgres" } else { "sqlite" },
        version: version.unwrap_or_default(),
        bytes: bytes.unwrap_or_default(),
        schema: applied.last().cloned(),
        pending: known.iter().filter(|name| !applied.contains(name)).count(),
        unknown: applied.into_iter().filter(|name| !known.contains(name)).collect(),
        clock_ahead_ms: Timestamp(now).0.saturating_sub(before.0) / 1000,
        vectors,
        mark,
    })
}

/// Whether these master keys open a store; none: it has no key yet.
pub async fn opens(conn: &DatabaseConnection, master: MasterKeys) -> Result<Option<bool>, DbError> {
    if migration::applied(conn).await?.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT COUNT(*) AS n FROM instance WHERE name = 'canary'";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    if row.map_or(Ok(0_i64), |row| row.try_get("", "n"))? == 0 {
        return Ok(None);
    }
    match Keyring::open(conn, master, &Clock::system()).await {
        Ok(_) => Ok(Some(true)),
        Err(DbError::WrongMasterKey) => Ok(Some(false)),
        Err(error) => Err(error),
    }
}

/// How many objects rows know of, and their bytes before they were sealed.
pub async fn objects(conn: &impl ConnectionTrait) -> Result<(i64, i64), DbError> {
    let sql = "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM blobs";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    match row {
        Some(row) => Ok((row.try_get("", "count")?, row.try_get("", "bytes")?)),
        None => Ok((0, 0)),
    }
}

/// How many other programs of ours are connected to this database. An embedded store does not know.
pub async fn others(conn: &DatabaseConnection) -> Result<i64, DbError> {
    if conn.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(0);
    }
    let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name = 'tributary' AND pid <> pg_backend_pid()";
    let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}
