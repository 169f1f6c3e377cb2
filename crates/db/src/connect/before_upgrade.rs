//! A copy of the embedded store before its schema changes: the way back from an upgrade.

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::{DbError, migration};

/// How many such copies are kept.
const KEPT: usize = 3;

/// The folder of copies beside the store.
fn folder(store: &Path) -> PathBuf {
    store.with_file_name("before-upgrades")
}

/// Copies the store if migrations are about to change it. A store without any, or with all of them, is left alone.
pub(super) async fn keep_a_copy(conn: &DatabaseConnection, store: &Path) -> Result<(), DbError> {
    let (applied, known) = (migration::applied(conn).await?, migration::names());
    let Some(last) = applied.last() else {
        return Ok(());
    };
    if applied.iter().any(|name| !known.contains(name)) {
        return Err(DbError::NewerSchema);
    }
    if applied.len() == known.len() {
        return Ok(());
    }
    let folder = folder(store);
    std::fs::create_dir_all(&folder)?;
    let copy = folder.join(format!("{last}.db"));
    let staged = folder.join(format!("{last}.new"));
    let _ = std::fs::remove_file(&staged);
    // The folder may have a name that SQL would read as its own signs.
    let quoted = staged.display().to_string().replace('\'', "''");
    conn.execute_unprepared(&format!("VACUUM INTO '{quoted}'"))
        .await?;
    std::fs::File::open(&staged)?.sync_all()?;
    std::fs::rename(&staged, &copy)?;
    tracing::info!(copy = %copy.display(), "the schema is older; the store was copied before it is brought up to date");
    forget_old(&folder)
}

fn forget_old(folder: &Path) -> Result<(), DbError> {
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "db") {
            copies.push(path);
        }
    }
    // Their names begin with the migration's, which is a date and a number.
    copies.sort();
    let old = copies.len().saturating_sub(KEPT);
    for copy in copies.drain(..old) {
        std::fs::remove_file(copy)?;
    }
    Ok(())
}
