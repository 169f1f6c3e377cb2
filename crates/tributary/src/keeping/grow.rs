//! Moving everything to a larger place, or back: from one database to the other, and from one store of objects to another.
//!
//! A move can be broken off at any time and begun again: what has arrived is compared, not copied anew. Until it is
//! whole the new place refuses to be served, and afterwards the old one does.

use anyhow::{Context, bail};
use db::DbConfig;
use db::copy::{Snapshot, Target, marks};
use files::index;
use futures::TryStreamExt;
use kit::blobs::Blobs;
use kit::clock::Clock;

use super::command::say;
use super::restore::{keep_key, objects_of};
use crate::Config;
use crate::serve::open_rooms;

/// Moves what one configuration names to where another one says.
pub async fn grow(from: &Config, to: &Config, called: &str) -> anyhow::Result<()> {
    let source = look_at_source(from).await?;
    let snapshot = Snapshot::take(source.conn()).await?;
    let name = format!("from {}", name_of(from));
    let target = Target::connect(&to.db()).await?;
    begin(&target, &name).await?;
    for table in snapshot.tables() {
        let filling = target.fill().await?;
        let here = filling.table(table)?;
        let expected = db::copy::sum_of(snapshot.conn(), table).await?;
        if filling.sum(&here).await? == expected {
            say(&format!("{}: {} rows are there", table.name, expected.rows));
            continue;
        }
        filling.clear(&here).await?;
        let mut batches = snapshot.read(table).await?;
        while let Some(batch) = batches.next().await? {
            filling.write(&here, &batch).await?;
        }
        filling.verify(&here, &expected).await?;
        filling.finish().await?;
        say(&format!("{}: {} rows came over", table.name, expected.rows));
    }
    snapshot.end().await?;
    if !is_same_store(from, to) {
        move_objects(&objects_of(from)?, &objects_of(to)?).await?;
    }
    let master = from.master_keys()?;
    if db::inspect::opens(target.conn(), from.master_keys()?).await? != Some(true) {
        bail!("what arrived does not open with the master key");
    }
    keep_key(to, &master)?;
    marks::set(target.conn(), marks::ARRIVING, None).await?;
    target.close().await?;
    let rooms = open_rooms(to, Clock::system(), 0).await?;
    let texts = index::reindex(&rooms.files, None).await?;
    rooms.db.close().await;
    marks::set(source.conn(), marks::MOVED, Some(called)).await?;
    source.close().await?;
    say(&format!(
        "Everything is in {called}; {texts} texts are queued for its index. The old place is as it was, and refuses to be served."
    ));
    Ok(())
}

/// Lets a place that was moved away from be served again.
pub async fn reopen(config: &Config) -> anyhow::Result<()> {
    let Some(store) = Target::existing(&config.db()).await? else {
        bail!("there is no store in {}", config.data.display());
    };
    // Whoever was connected to the other place begins anew.
    let filling = store.fill().await?;
    filling.begin_epoch(Clock::system().now().seconds()).await?;
    filling.finish().await?;
    marks::set(store.conn(), marks::MOVED, None).await?;
    store.close().await?;
    say("This place can be served again. What was written elsewhere since is not here.");
    Ok(())
}

async fn look_at_source(from: &Config) -> anyhow::Result<Target> {
    let Some(store) = Target::existing(&from.db()).await? else {
        bail!("there is no store in {}", from.data.display());
    };
    if db::inspect::others(store.conn()).await? > 0 {
        bail!("a server runs over {}; stop it first", name_of(from));
    }
    let seen = db::inspect::inspect(store.conn()).await?;
    if let Some(mark) = seen.mark {
        bail!("this store cannot be moved: {mark}");
    }
    if seen.pending > 0 || !seen.unknown.is_empty() {
        bail!("this store's schema is not that of this version; run tributary migrate first");
    }
    Ok(store)
}

/// An empty place is made ready and marked; one that this source was moving into is gone on with.
async fn begin(target: &Target, name: &str) -> anyhow::Result<()> {
    if target.is_empty().await? {
        target.make(&db::migration::names()).await?;
        return Ok(marks::set(target.conn(), marks::ARRIVING, Some(name)).await?);
    }
    let mark = marks::read(target.conn(), marks::ARRIVING).await;
    match mark.unwrap_or_default() {
        Some(mark) if mark == name => {
            say("A move into this place was broken off; it goes on.");
            Ok(())
        }
        Some(mark) => bail!("another move into this place is under way: {mark}"),
        None => bail!("the database there is not empty"),
    }
}

fn name_of(config: &Config) -> String {
    match &config.database.url {
        // Without user and password.
        Some(url) => {
            let url = url.0.expose();
            url.rsplit_once('@').map_or(url, |(_, host)| host).to_owned()
        }
        None => config
            .sqlite_path()
            .canonicalize()
            .unwrap_or_else(|_| config.sqlite_path())
            .display()
            .to_string(),
    }
}

/// Whether both name the same place for objects.
fn is_same_store(from: &Config, to: &Config) -> bool {
    match (from.s3.config(), to.s3.config()) {
        (None, None) => from.data == to.data,
        (Some(a), Some(b)) => a.bucket == b.bucket && a.endpoint == b.endpoint && a.prefix == b.prefix,
        _ => false,
    }
}

/// Copies objects as they lie and compares what arrived.
async fn move_objects(from: &Blobs, to: &Blobs) -> anyhow::Result<()> {
    let (mut came, mut there) = (0_u64, 0_u64);
    let mut found = from.list_at("objects");
    while let Some(placed) = found.try_next().await? {
        let is_there = to.size_at(&placed.path).await? == Some(placed.size);
        if is_there && to.hash_at(&placed.path).await? == from.hash_at(&placed.path).await? {
            there += 1;
            continue;
        }
        let stored = to
            .write_at(&placed.path, from.read_at(&placed.path).await?)
            .await?;
        let arrived = to.hash_at(&placed.path).await?;
        if arrived != stored {
            to.delete_at(&placed.path).await?;
            bail!("the object {} did not arrive as it was", placed.path);
        }
        came += 1;
    }
    say(&format!("objects: {came} came over, {there} were there"));
    Ok(())
}

/// The configuration of the new place: another database, perhaps another store of objects.
pub fn configured(mut config: Config, to: &str, objects: Option<&str>) -> anyhow::Result<Config> {
    if to.starts_with("postgres://") || to.starts_with("postgresql://") {
        config.database.url = Some(crate::config::Hidden(kit::secret::Secret::new(to.to_owned())));
    } else if to.contains("://") {
        bail!("--to takes postgres://… or a folder");
    } else {
        config.database.url = None;
        config.data = to.into();
        config.s3 = crate::config::S3Section::default();
        std::fs::create_dir_all(&config.data).with_context(|| format!("{to} cannot be made"))?;
    }
    if let Some(objects) = objects {
        let bucket = super::place::bucket(objects, config.s3.config().as_ref())?
            .context("--objects takes s3://bucket/folder or s3+https://key:secret@host/bucket/folder")?;
        config.s3 = crate::config::S3Section::of(bucket);
    }
    if let DbConfig::Sqlite { path, .. } = config.db()
        && path.exists()
        && std::fs::metadata(&path)?.len() == 0
    {
        std::fs::remove_file(path)?;
    }
    Ok(config)
}
