//! What a backup says openly of itself, and the key that opens the rest.

use anyhow::{Context, bail};
use kit::blobs::BlobError;
use kit::vault::{MasterKeys, OwnerKeys, Place as SealedFor, VaultError, passphrase_keys};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::place::Place;

/// The form that this version writes.
const FORMAT: u32 = 1;
/// The longest a file of an envelope may be: a manifest names every object.
pub const LONGEST: u64 = 1 << 30;
const CHECK: &[u8] = b"the key of this backup";

/// What is readable without a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct About {
    format: u32,
    /// Its name.
    pub id: Uuid,
    /// When it was begun, RFC 3339.
    pub at: String,
    /// The version that made it.
    pub version: String,
    /// The salt of the passphrase; none: it is under the master key.
    salt: Option<Uuid>,
    /// Something known, sealed: whether a key is the right one.
    check: Vec<u8>,
}

/// What opens backups.
#[derive(Debug)]
pub enum Unlock<'a> {
    Master(&'a MasterKeys),
    Passphrase(&'a str),
}

/// A key, and how one comes to it.
#[derive(Clone, Debug)]
pub struct Key {
    pub keys: OwnerKeys,
    pub salt: Option<Uuid>,
}

impl Key {
    /// The key under the master key.
    pub fn of_master(master: &MasterKeys) -> Self {
        Self {
            keys: master.backup_keys(),
            salt: None,
        }
    }

    /// A fresh key under a passphrase.
    pub fn of_passphrase(words: &str) -> anyhow::Result<Self> {
        if words.chars().count() < 12 {
            bail!(
                "a passphrase needs at least twelve characters: whoever has the backup can try as often as they like"
            );
        }
        let salt = Uuid::from_bytes(kit::ids::random_bytes());
        Ok(Self {
            keys: passphrase_keys(words, salt.as_bytes())?,
            salt: Some(salt),
        })
    }
}

const fn checked(id: Uuid) -> SealedFor<'static> {
    SealedFor {
        column: "backup.check",
        row: id,
    }
}

impl About {
    /// For a backup that begins.
    pub fn new(id: Uuid, at: String, key: &Key) -> anyhow::Result<Self> {
        Ok(Self {
            format: FORMAT,
            id,
            at,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            salt: key.salt,
            check: key.keys.seal(checked(id), CHECK)?,
        })
    }

    /// The open part of a backup.
    pub async fn read(place: &Place, id: Uuid) -> anyhow::Result<Self> {
        let path = format!("{id}/about.json");
        let bytes = match place.blobs.read_at(&path).await {
            Ok(bytes) => {
                futures::TryStreamExt::try_concat(futures::TryStreamExt::map_ok(bytes, |b| b.to_vec()))
                    .await?
            }
            Err(BlobError::NotFound) => bail!("there is no backup {id} in {}", place.shown),
            Err(error) => return Err(error.into()),
        };
        let about: Self = serde_json::from_slice(&bytes)
            .with_context(|| format!("the backup {id} is damaged: {path} is not understood"))?;
        if about.format > FORMAT {
            bail!(
                "the backup {id} was made by a newer version of Tributary ({}); use that version",
                about.version
            );
        }
        if about.id != id {
            bail!("the backup {id} is damaged: it belongs to another one's folder");
        }
        Ok(about)
    }

    /// Whether a key opens it.
    pub fn opens_with(&self, key: &Key) -> bool {
        key.salt == self.salt && key.keys.open(checked(self.id), &self.check).is_ok()
    }

    /// The key, if this is what opens it.
    pub fn unlock(&self, with: &Unlock<'_>) -> anyhow::Result<Key> {
        let keys = match (with, self.salt) {
            (Unlock::Master(master), None) => master.backup_keys(),
            (Unlock::Passphrase(words), Some(salt)) => passphrase_keys(words, salt.as_bytes())?,
            (Unlock::Passphrase(_), None) => bail!(
                "the backup {} is under the master key, not under a passphrase",
                self.id
            ),
            (Unlock::Master(_), Some(_)) => bail!(
                "the backup {} is under a passphrase: give it with --passphrase-file",
                self.id
            ),
        };
        let opened = keys.open(checked(self.id), &self.check);
        match opened {
            Ok(text) if text == CHECK => Ok(Key {
                keys,
                salt: self.salt,
            }),
            Ok(_) | Err(VaultError::CannotOpen | VaultError::UnknownKey(_)) => {
                bail!("the backup {} was sealed by another key than this one", self.id)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A sentence for what could not be read of a backup.
pub fn told(id: Uuid, part: &str, error: BlobError) -> anyhow::Error {
    match error {
        BlobError::NotFound => anyhow::anyhow!("the backup {id} is not whole: {part} is not there"),
        BlobError::Damaged(_) => {
            anyhow::anyhow!("the backup {id} is damaged: {part} was changed or cut off")
        }
        other => anyhow::Error::new(other).context(format!("{part} of the backup {id} cannot be read")),
    }
}
