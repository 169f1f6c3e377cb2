//! What belongs to a backup. It is written last: a folder without it is no backup.

use bytes::Bytes;
use db::copy::Sum;
use futures::stream;
use kit::blobs::{BlobError, Stored};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::envelope::{About, Key, LONGEST, Unlock, told};
use super::place::Place;

/// Length and hash of what lies somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

impl From<Stored> for Print {
    fn from(stored: Stored) -> Self {
        Self {
            size: stored.size,
            sha256: stored.sha256,
        }
    }
}

/// A table in the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub sum: Sum,
}

/// An object that belongs to the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its owner and its name.
    pub path: String,
    /// What it is, sealed as it lies in the store.
    pub print: Print,
    /// The backup in whose folder it lies: an older one, if that had it already.
    pub home: Uuid,
}

impl Object {
    /// Where it lies among backups.
    pub fn place(&self) -> String {
        format!("{}/objects/{}", self.home, self.path)
    }
}

/// The list of everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The backup.
    pub id: Uuid,
    /// When it was begun, RFC 3339.
    pub at: String,
    /// The version that made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub backend: String,
    /// The migrations that the store had seen.
    pub schema: Vec<String>,
    /// The highest epoch of a stream of events.
    pub epoch: i64,
    /// The tables.
    pub tables: Vec<TableSum>,
    /// The stream of all rows, before it was sealed.
    pub store: Print,
    /// The objects.
    pub objects: Vec<Object>,
    /// The master keys, where a passphrase seals the backup.
    pub master_keys: Option<String>,
}

impl Manifest {
    /// Writes it; the backup is there from now on.
    pub async fn write(&self, place: &Place, key: &Key) -> anyhow::Result<u64> {
        let bytes = Bytes::from(serde_json::to_vec(self)?);
        let whole = stream::iter([Ok::<_, BlobError>(bytes)]);
        let stored = place
            .blobs
            .seal_at(&key.keys, &format!("{}/manifest", self.id), whole)
            .await?;
        Ok(stored.size)
    }

    /// Reads that of a backup.
    pub async fn read(place: &Place, id: Uuid, key: &Key) -> anyhow::Result<Self> {
        let read = async {
            let object = place.blobs.open_at(&key.keys, &format!("{id}/manifest")).await?;
            object.read_whole(LONGEST).await
        };
        let bytes = read.await.map_err(|error| told(id, "its manifest", error))?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// The backups in a place, oldest first; those that were broken off are none.
pub async fn all(place: &Place) -> anyhow::Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for folder in place.blobs.folders().await? {
        if let Ok(id) = folder.parse::<Uuid>()
            && place.blobs.size_at(&format!("{id}/manifest")).await?.is_some()
        {
            found.push(id);
        }
    }
    // An id begins with its time.
    found.sort_unstable();
    Ok(found)
}

/// One backup of a place, the newest unless told, with its key.
pub async fn find(
    place: &Place,
    wanted: Option<Uuid>,
    unlock: &Unlock<'_>,
) -> anyhow::Result<(Manifest, Key)> {
    let id = match wanted {
        Some(id) => id,
        None => *all(place)
            .await?
            .last()
            .ok_or_else(|| anyhow::anyhow!("there is no backup in {}", place.shown))?,
    };
    let about = About::read(place, id).await?;
    let key = about.unlock(unlock)?;
    Ok((Manifest::read(place, id, &key).await?, key))
}
