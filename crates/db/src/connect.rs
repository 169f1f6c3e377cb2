//! Opening the store.

mod before_upgrade;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kit::bus::Bus;
use kit::clock::{Clock, Timestamp};
use kit::measure::Recorder;
use kit::vault::MasterKeys;
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sea_orm_migration::MigratorTrait;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::keyring::{INSTANCE, Keyring};
use crate::migration::Migrator;
use crate::trail::{self, Trail};
use crate::{DbError, dialect};

/// Where the store is.
#[derive(Clone, Debug)]
pub enum DbConfig {
    /// One file in a folder.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Wait for the disk at each commit, so that even a power cut loses nothing that was acknowledged.
        sync_every_commit: bool,
    },
    /// A server.
    Postgres {
        /// `postgres://…`
        url: kit::secret::Secret,
        /// Connections in the pool.
        connections: u32,
    },
}

/// The store: cheap to clone, shared by all.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    /// SQLite has one writer: waiting here is fair and needs no polling.
    pub(crate) writer: Option<Arc<tokio::sync::Mutex<()>>>,
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    pub(crate) keyring: Keyring,
    pub(crate) trail: Trail,
    pub(crate) jobs_waiting: Arc<Notify>,
    pub(crate) texts_waiting: Arc<Notify>,
    pub(crate) recorder: Recorder,
}

impl Db {
    /// Connects, brings the schema up to date, and checks that the master key is the right one.
    pub async fn open(
        config: &DbConfig,
        master: MasterKeys,
        clock: Clock,
        bus: Bus,
    ) -> Result<Self, DbError> {
        let (read, write, writer) = connect(config).await?;
        refuse_marked(&write).await?;
        if let DbConfig::Sqlite { path, .. } = config {
            before_upgrade::keep_a_copy(&write, path).await?;
        }
        migrate(&write).await?;
        agree_on_time(&write, &clock).await?;
        let (keyring, trail) = open_keyring(&write, master, &clock).await?;
        Ok(Self {
            read,
            write,
            writer,
            clock,
            bus,
            keyring,
            trail,
            jobs_waiting: Arc::default(),
            texts_waiting: Arc::default(),
            recorder: Recorder::default(),
        })
    }

    /// Puts the clock right by the store's, which is the one that all nodes share.
    pub async fn agree_on_time(&self) -> Result<(), DbError> {
        agree_on_time(&self.read, &self.clock).await
    }

    /// For reading.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The present moment by that clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock that the store's times come from.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where commits are announced.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Where this program's measurements gather: who has the store can record.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Connections that are in use, of those that read and of those that write.
    pub fn connections_in_use(&self) -> Vec<(&'static str, u64)> {
        let busy = |size: u32, idle: usize| u64::from(size).saturating_sub(idle as u64);
        if self.writer.is_none() {
            let pool = self.read.get_postgres_connection_pool();
            return vec![("all", busy(pool.size(), pool.num_idle()))];
        }
        let of = |connection: &DatabaseConnection| {
            let pool = connection.get_sqlite_connection_pool();
            busy(pool.size(), pool.num_idle())
        };
        vec![("read", of(&self.read)), ("write", of(&self.write))]
    }

    /// Waits until a transaction of this node has queued something for the index.
    pub async fn texts_waiting(&self) {
        self.texts_waiting.notified().await;
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        Ok(self.read.ping().await?)
    }

    /// `sqlite` or `postgres`.
    pub fn backend(&self) -> &'static str {
        if self.writer.is_some() {
            "sqlite"
        } else {
            "postgres"
        }
    }

    /// Closes the pools; SQLite folds its log into the file.
    pub async fn close(&self) {
        if self.writer.is_some() {
            let _ = self
                .write
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await;
        }
        let _ = self.read.clone().close().await;
        let _ = self.write.clone().close().await;
    }
}

/// The pools for reading and writing, and SQLite's one writer.
type Pools = (
    DatabaseConnection,
    DatabaseConnection,
    Option<Arc<tokio::sync::Mutex<()>>>,
);

async fn connect(config: &DbConfig) -> Result<Pools, DbError> {
    match config {
        DbConfig::Sqlite {
            path,
            sync_every_commit,
        } => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            crate::sqlite_vec::register();
            let write = sqlite(path, *sync_every_commit, 1).await?;
            // The writer first: it makes the file and sets WAL, which a reader cannot.
            write
                .execute_unprepared("PRAGMA wal_autocheckpoint = 4000")
                .await?;
            let read = sqlite(path, *sync_every_commit, 4).await?;
            Ok((read, write, Some(Arc::new(tokio::sync::Mutex::new(())))))
        }
        DbConfig::Postgres { url, connections } => {
            let mut options = ConnectOptions::new(url.expose());
            options
                .max_connections(*connections)
                .min_connections(1)
                .acquire_timeout(Duration::from_secs(5))
                .sqlx_logging(false)
                .set_application_name("tributary");
            let pool = Database::connect(options).await?;
            Ok((pool.clone(), pool, None))
        }
    }
}

/// One connection to a store that nobody uses yet, or that is only looked at.
pub(crate) async fn for_filling(config: &DbConfig) -> Result<DatabaseConnection, DbError> {
    let (read, write, _) = connect(config).await?;
    if let DbConfig::Sqlite { .. } = config {
        read.close().await?;
    }
    Ok(write)
}

/// A store that is moving in or has moved away is not opened.
async fn refuse_marked(conn: &DatabaseConnection) -> Result<(), DbError> {
    use crate::copy::marks;
    let applied = crate::migration::applied(conn).await?;
    if !applied.iter().any(|name| name.ends_with("000019_keeping")) {
        return Ok(());
    }
    if let Some(from) = marks::read(conn, marks::ARRIVING).await? {
        return Err(DbError::Arriving(from));
    }
    match marks::read(conn, marks::MOVED).await? {
        Some(to) => Err(DbError::Moved(to)),
        None => Ok(()),
    }
}

/// An answer that took longer says nothing about the time.
const PROMPT: Duration = Duration::from_millis(500);

async fn agree_on_time(conn: &DatabaseConnection, clock: &Clock) -> Result<(), DbError> {
    let backend = conn.get_database_backend();
    if backend != sea_orm::DatabaseBackend::Postgres {
        return Ok(());
    }
    let sql = format!("SELECT {} AS now", dialect::now_sql(backend));
    // The first one may have to connect.
    conn.ping().await?;
    let asked = Instant::now();
    let row = conn.query_one_raw(dialect::statement(conn, &sql, [])).await?;
    let Some(row) = row.filter(|_| asked.elapsed() < PROMPT) else {
        return Ok(());
    };
    if clock.agree(Timestamp(row.try_get("", "now")?)) {
        tracing::warn!("this machine's clock is not the store's, which counts from here on");
    }
    Ok(())
}

async fn sqlite(path: &std::path::Path, sync: bool, connections: u32) -> Result<DatabaseConnection, DbError> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        // A connection costs a thread; those not needed go after a while.
        .idle_timeout(Duration::from_mins(1))
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |o| {
            o.pragma("journal_mode", "WAL")
                .pragma("synchronous", if sync { "FULL" } else { "NORMAL" })
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", "5000")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-4096")
                .statement_cache_capacity(256)
        })
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|conn, _| Box::pin(is_at_rest(conn))));
    Ok(Database::connect(options).await?)
}

/// Whether a connection that comes back is out of every transaction; one that is not is closed, which undoes it.
///
/// When the disk is full a `COMMIT` or `ROLLBACK` can fail, and a transaction stays open. What came next would begin as
/// a savepoint inside of it: acknowledged, and never written.
async fn is_at_rest(conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if !conn.is_in_transaction() {
        return Ok(true);
    }
    // A transaction that was dropped is undone behind our back: its turn comes before that of this question.
    conn.ping().await?;
    Ok(!conn.is_in_transaction())
}

/// The name of the lock under which one node at a time migrates.
const MIGRATION_LOCK: i64 = 0x7472_6962_7574;

/// Nodes that start together on an empty store make its first key one after the other: the second finds it.
async fn open_keyring(
    conn: &DatabaseConnection,
    master: MasterKeys,
    clock: &Clock,
) -> Result<(Keyring, Trail), DbError> {
    use sea_orm::TransactionTrait;
    let lock = conn.begin().await?;
    dialect::lock_alone(&lock, MIGRATION_LOCK).await?;
    let keyring = Keyring::open(&lock, master, clock).await?;
    let trail = Trail::new(keyring.owner(&lock, INSTANCE).await?.derive("audit chain")?);
    trail::adopt(&lock, &trail, clock.now()).await?;
    lock.commit().await?;
    Ok((keyring, trail))
}

async fn migrate(conn: &DatabaseConnection) -> Result<(), DbError> {
    use sea_orm::TransactionTrait;
    let lock = conn.begin().await?;
    dialect::lock_alone(&lock, MIGRATION_LOCK).await?;
    if lock.get_database_backend() == sea_orm::DatabaseBackend::Postgres {
        run_migrations(&lock).await?;
        lock.commit().await?;
        return Ok(());
    }
    drop(lock);
    run_migrations(conn).await
}

async fn run_migrations<'c, C>(conn: C) -> Result<(), DbError>
where
    C: sea_orm_migration::IntoSchemaManagerConnection<'c>,
{
    match Migrator::up(conn, None).await {
        // The migrator says so when the store has a migration that this program does not know.
        Err(sea_orm::DbErr::Custom(text)) if text.contains("missing") => Err(DbError::NewerSchema),
        other => Ok(other?),
    }
}
