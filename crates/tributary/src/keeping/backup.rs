//! Making a backup while everything goes on, and reading it again.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use db::Db;
use db::copy::{Snapshot, Sum};
use futures::{TryStreamExt, stream};
use kit::blobs::{BlobError, Blobs};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::envelope::{About, Key, told};
use super::frames::{Frame, Frames, write};
use super::manifest::{Manifest, Object, all};
use super::place::Place;

/// What to back up, and how.
#[derive(Debug)]
pub struct Order<'a> {
    pub id: Uuid,
    pub db: &'a Db,
    pub objects: &'a Blobs,
    pub place: &'a Place,
    pub key: &'a Key,
    /// Leave objects where an older backup has them.
    pub incremental: bool,
    /// What a backup under a passphrase carries with it.
    pub master_keys: Option<String>,
}

/// What was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub bytes: u64,
    pub rows: u64,
    pub objects: u64,
    /// Objects that were copied; the others lie in older backups.
    pub copied: u64,
}

/// Makes it and reads again what was written. When it fails nothing is left that looks like a backup.
pub async fn make(order: &Order<'_>) -> anyhow::Result<Made> {
    let outcome = begin(order).await;
    if outcome.is_err()
        && let Err(error) = remove(order.place, order.id).await
    {
        tracing::warn!(error = %error, "a backup that failed was not cleared away");
    }
    outcome
}

async fn begin(order: &Order<'_>) -> anyhow::Result<Made> {
    let Order { id, place, key, .. } = *order;
    let about = About::new(id, order.db.now().to_string(), key)?;
    let open = stream::iter([Ok::<_, BlobError>(Bytes::from(serde_json::to_vec_pretty(
        &about,
    )?))]);
    place.blobs.write_at(&format!("{id}/about.json"), open).await?;
    let snapshot = Snapshot::take(order.db.read()).await?;
    let schema = db::migration::applied(snapshot.conn()).await?;
    let epoch = db::events::highest_epoch(snapshot.conn()).await?;
    let (into, mut rows) = mpsc::channel(4);
    let path = format!("{id}/store");
    let written = async {
        let outcome = write(&snapshot, &into).await;
        if outcome.is_err() {
            // What ends too early must not look whole.
            let _ = into
                .send(Err(BlobError::Store("its rows were not all read".to_owned())))
                .await;
        }
        drop(into);
        outcome
    };
    let taken = stream::poll_fn(|context| rows.poll_recv(context));
    let (tables, stored) = tokio::join!(written, place.blobs.seal_at(&key.keys, &path, taken));
    let (tables, stored) = match (tables, stored) {
        (Ok(tables), Ok(stored)) => (tables, stored),
        (_, Err(error)) if !matches!(error, BlobError::Store(ref s) if s.starts_with("its rows")) => {
            return Err(error.into());
        }
        (Err(error), _) => return Err(error),
        (_, Err(error)) => return Err(error.into()),
    };
    snapshot.end().await?;
    let (objects, copied, bytes) = copy_objects(order).await?;
    let made = Made {
        bytes: bytes + stored.size,
        rows: tables.iter().map(|table| table.sum.rows).sum(),
        objects: objects.len() as u64,
        copied,
    };
    let manifest = Manifest {
        id,
        at: about.at,
        version: about.version,
        backend: order.db.backend().to_owned(),
        schema,
        epoch,
        tables,
        store: stored.into(),
        objects,
        master_keys: order.master_keys.clone(),
    };
    check(place, &manifest, key, Extent::Own).await?;
    manifest.write(place, key).await?;
    Ok(made)
}

/// Copies the objects that the last backup does not have, as they lie.
async fn copy_objects(order: &Order<'_>) -> anyhow::Result<(Vec<Object>, u64, u64)> {
    let mut known: HashMap<String, Object> = HashMap::new();
    if order.incremental
        && let Some(last) = all(order.place).await?.last()
    {
        // One under another key cannot be leaned on.
        match About::read(order.place, *last).await {
            Ok(about) if about.opens_with(order.key) => {
                let before = Manifest::read(order.place, *last, order.key).await?;
                known = before
                    .objects
                    .into_iter()
                    .map(|object| (object.path.clone(), object))
                    .collect();
            }
            _ => tracing::warn!("the last backup is under another key; every object is copied"),
        }
    }
    let (mut objects, mut copied, mut bytes) = (Vec::new(), 0, 0);
    let mut found = order.objects.list_at("objects");
    while let Some(placed) = found.try_next().await? {
        let Some(path) = placed.path.strip_prefix("objects/") else {
            continue;
        };
        // A name is given once, but what it was given to can be written again with another length.
        if let Some(before) = known.get(path).filter(|object| object.print.size == placed.size) {
            objects.push(before.clone());
            continue;
        }
        let stream = match order.objects.read_at(&placed.path).await {
            Ok(stream) => stream,
            // It was deleted since it was listed.
            Err(BlobError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let to = format!("{}/objects/{path}", order.id);
        let stored = order.place.blobs.write_at(&to, stream).await?;
        copied += 1;
        bytes += stored.size;
        objects.push(Object {
            path: path.to_owned(),
            print: stored.into(),
            home: order.id,
        });
    }
    Ok((objects, copied, bytes))
}

/// How much of a backup is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What was written for it.
    Own,
    /// What lies in older ones, too.
    Whole,
}

/// Reads a backup and compares everything with its manifest.
pub async fn check(place: &Place, manifest: &Manifest, key: &Key, extent: Extent) -> anyhow::Result<()> {
    let damaged = || {
        anyhow::anyhow!(
            "the backup {} is damaged: its rows are not those of its manifest",
            manifest.id
        )
    };
    let mut frames = Frames::open(place, manifest, key).await?;
    let mut expected = manifest.tables.iter();
    let (mut sum, mut name) = (Sum::default(), String::new());
    while let Some(frame) = frames.next().await? {
        match frame {
            Frame::Table(table) => (sum, name) = (Sum::default(), table.name),
            Frame::Row(row) => sum.add(&row),
            Frame::End(_) => {
                let table = expected.next().ok_or_else(damaged)?;
                if table.name != name || table.sum != sum {
                    return Err(damaged());
                }
            }
        }
    }
    if expected.next().is_some() {
        return Err(damaged());
    }
    for object in &manifest.objects {
        if extent == Extent::Own && object.home != manifest.id {
            continue;
        }
        let part = format!("the object {}", object.path);
        let found = place.blobs.hash_at(&object.place()).await;
        let found = found.map_err(|error| told(manifest.id, &part, error))?;
        if object.print != found.into() {
            anyhow::bail!(
                "the backup {} is damaged: {part} was changed or cut off",
                manifest.id
            );
        }
    }
    Ok(())
}

/// Deletes a backup, its list first.
async fn remove(place: &Place, id: Uuid) -> anyhow::Result<()> {
    place.blobs.delete_at(&format!("{id}/manifest")).await?;
    let paths: Vec<String> = place
        .blobs
        .list_at(&id.to_string())
        .map_ok(|placed| placed.path)
        .try_collect()
        .await?;
    for path in paths {
        place.blobs.delete_at(&path).await?;
    }
    Ok(())
}

/// Deletes all but the newest ones and those whose objects the newest ones lean on. Answers how many went.
pub async fn keep_newest(place: &Place, key: &Key, keep: usize) -> anyhow::Result<usize> {
    let all = all(place).await?;
    let (old, kept) = all.split_at(all.len().saturating_sub(keep.max(1)));
    let mut needed = HashSet::new();
    for id in kept {
        // Whatever cannot be read may lean on anything: then nothing is deleted.
        let manifest = Manifest::read(place, *id, key).await?;
        needed.extend(manifest.objects.iter().map(|object| object.home));
    }
    let mut gone = 0;
    for id in old.iter().filter(|id| !needed.contains(id)) {
        remove(place, *id).await?;
        gone += 1;
    }
    Ok(gone)
}
