//! Putting a backup back, into an empty place.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use db::DbConfig;
use db::copy::{Filling, Target};
use files::index;
use futures::TryStreamExt;
use kit::blobs::Blobs;
use kit::clock::Clock;
use kit::vault::MasterKeys;

use super::backup::{Extent, check};
use super::envelope::{Key, told};
use super::frames::{Frame, Frames};
use super::manifest::Manifest;
use super::place::Place;
use crate::Config;
use crate::serve::open_rooms;

/// What was put back.
#[derive(Clone, Copy, Debug)]
pub struct Restored {
    pub rows: u64,
    pub objects: u64,
    /// Texts that wait to be indexed.
    pub texts: u64,
}

/// Puts a backup into the place that a configuration names. That place must be empty; when something fails it is empty
/// again.
pub async fn restore(
    config: &Config,
    place: &Place,
    manifest: &Manifest,
    key: &Key,
    master: MasterKeys,
) -> anyhow::Result<Restored> {
    // Everything is read once before anything is written.
    check(place, manifest, key, Extent::Whole).await?;
    let objects = objects_of(config)?;
    refuse_objects(&objects).await?;
    let staged = Staged::begin(config)?;
    let filled = async {
        put_objects(&objects, place, manifest).await?;
        let rows = fill(&staged.config, place, manifest, key).await?;
        keep_key(config, &master)?;
        staged.finish()?;
        anyhow::Ok(rows)
    };
    let rows = match filled.await {
        Ok(rows) => rows,
        Err(error) => {
            staged.clear();
            for object in &manifest.objects {
                // One that was not written yet is gone already.
                let _ = objects.delete_at(&format!("objects/{}", object.path)).await;
            }
            return Err(error);
        }
    };
    // Opening it brings an older schema up to date, and shows that the key is the right one.
    let rooms = open_rooms(config, Clock::system(), 0).await?;
    let texts = index::reindex(&rooms.files, None).await?;
    rooms.db.close().await;
    Ok(Restored {
        rows,
        objects: manifest.objects.len() as u64,
        texts,
    })
}

/// Where the objects of a configuration lie.
pub(super) fn objects_of(config: &Config) -> anyhow::Result<Blobs> {
    Ok(match config.s3.config() {
        Some(s3) => Blobs::s3(&s3)?,
        None => Blobs::folder(&config.data.join("blobs"))?,
    })
}

async fn refuse_objects(objects: &Blobs) -> anyhow::Result<()> {
    if objects.list_at("objects").try_next().await?.is_some() {
        bail!("there are files already where the backup would be put; restore into an empty place");
    }
    Ok(())
}

/// The embedded store grows under another name until it is whole.
struct Staged {
    config: DbConfig,
    files: Option<(PathBuf, PathBuf)>,
}

impl Staged {
    fn begin(config: &Config) -> anyhow::Result<Self> {
        if config.database.url.is_some() {
            return Ok(Self {
                config: config.db(),
                files: None,
            });
        }
        let path = config.sqlite_path();
        if path.exists() {
            bail!("{} is there already; restore into an empty place", path.display());
        }
        let staged = config.data.join("restoring.db");
        remove(&staged);
        Ok(Self {
            config: DbConfig::Sqlite {
                path: staged.clone(),
                sync_every_commit: false,
            },
            files: Some((staged, path)),
        })
    }

    fn clear(&self) {
        if let Some((staged, _)) = &self.files {
            remove(staged);
        }
    }

    fn finish(&self) -> anyhow::Result<()> {
        if let Some((staged, path)) = &self.files {
            std::fs::File::open(staged)?.sync_all()?;
            std::fs::rename(staged, path).with_context(|| format!("{} cannot be made", path.display()))?;
        }
        Ok(())
    }
}

fn remove(store: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = store.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(name);
    }
}

async fn fill(store: &DbConfig, place: &Place, manifest: &Manifest, key: &Key) -> anyhow::Result<u64> {
    let target = Target::connect(store).await?;
    if !target.is_empty().await? {
        bail!("the database is not empty; restore into an empty one");
    }
    if !db::migration::names().starts_with(&manifest.schema) {
        bail!(
            "the backup {} was made by a newer version of Tributary ({}); use that version",
            manifest.id,
            manifest.version
        );
    }
    target.make(&manifest.schema).await?;
    let outcome = write(&target, place, manifest, key).await;
    if outcome.is_err() {
        target
            .empty()
            .await
            .context("what was begun cannot be taken back")?;
    }
    target.close().await?;
    outcome
}

async fn write(target: &Target, place: &Place, manifest: &Manifest, key: &Key) -> anyhow::Result<u64> {
    let filling = target.fill().await?;
    let rows = rows(&filling, place, manifest, key).await?;
    // Beyond every epoch that a client can know: the moment of this restore.
    let now = Clock::system().now().seconds();
    filling.begin_epoch(now.max(manifest.epoch + 1)).await?;
    filling.finish().await?;
    Ok(rows)
}

/// How many bytes of rows are gathered before they are written.
const GATHERED: usize = 2 << 20;

async fn rows(filling: &Filling, place: &Place, manifest: &Manifest, key: &Key) -> anyhow::Result<u64> {
    let mut frames = Frames::open(place, manifest, key).await?;
    let (mut batch, mut bytes, mut count) = (Vec::new(), 0, 0);
    let mut current = None;
    while let Some(frame) = frames.next().await? {
        match frame {
            Frame::Table(table) => {
                let table = filling.table(&table)?;
                // A migration may have put rows there.
                filling.clear(&table).await?;
                current = Some(table);
            }
            Frame::Row(row) => {
                bytes += row.len();
                count += 1;
                batch.push(row);
                if bytes >= GATHERED
                    && let Some(table) = &current
                {
                    filling.write(table, &batch).await?;
                    batch.clear();
                    bytes = 0;
                }
            }
            Frame::End(sum) => {
                let Some(table) = current.take() else {
                    return Err(told(
                        manifest.id,
                        "the file of its rows",
                        kit::blobs::BlobError::NotFound,
                    ));
                };
                filling.write(&table, &batch).await?;
                batch.clear();
                bytes = 0;
                filling.verify(&table, &sum).await?;
            }
        }
    }
    Ok(count)
}

async fn put_objects(objects: &Blobs, place: &Place, manifest: &Manifest) -> anyhow::Result<()> {
    for object in &manifest.objects {
        let part = format!("the object {}", object.path);
        let stream = place.blobs.read_at(&object.place()).await;
        let stream = stream.map_err(|error| told(manifest.id, &part, error))?;
        let path = format!("objects/{}", object.path);
        let stored = objects.write_at(&path, stream).await?;
        if object.print != stored.into() {
            objects.delete_at(&path).await?;
            bail!(
                "the backup {} is damaged: {part} was changed or cut off",
                manifest.id
            );
        }
    }
    Ok(())
}

/// Leaves the master key where the server looks for it, if a file is where it looks.
pub(super) fn keep_key(config: &Config, master: &MasterKeys) -> anyhow::Result<()> {
    if config.vault.key.is_some() || config.vault.key_command.is_some() {
        return Ok(());
    }
    let file = config.key_file();
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if !file.exists() {
        master.save(&file)?;
    }
    Ok(())
}
