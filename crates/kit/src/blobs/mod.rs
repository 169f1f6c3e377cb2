//! Objects: bytes too many for a row, in a folder or in S3, sealed by their owner's key.
//!
//! What is stored under [`Blobs::put_sealed`] is encrypted segment by segment while it flows (`kit::vault::segments`),
//! so that memory stays small, any range can be read, and whoever holds the store learns only lengths. Parts of an
//! upload that clients write to S3 themselves, by signed addresses, lie there as they were sent until it is complete.
//!
//! Requests to S3 do not pass the guard of [`crate::http`]: the address is one that the operator configured, never one
//! that a person wrote, and the usual place of such a store is a private network.

mod error;
mod places;
mod read;
mod s3;
mod sealed;
mod staged;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use uuid::Uuid;

pub use error::BlobError;
pub use places::Placed;
pub use read::SealedObject;
pub use s3::S3Config;
pub use write::Stored;

use crate::clock::Timestamp;
use crate::vault::OwnerKeys;
use crate::vault::segments::plain_size;
use s3::Signing;

/// The store of objects; cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where the objects of a folder lie.
    folder: Option<Arc<Path>>,
    /// Signs addresses that clients write to; a folder has none.
    signing: Option<Arc<Signing>>,
    writing: write::Pace,
}

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose it is.
    pub owner: Uuid,
    /// Its name.
    pub name: String,
    /// When it was written.
    pub written: Timestamp,
}

/// The two kinds of objects, which have a folder each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sealed, whole.
    Object,
    /// A part of an upload, as a client wrote it to S3.
    Part,
}

impl Kind {
    const fn folder(self) -> &'static str {
        match self {
            Self::Object => "objects",
            Self::Part => "parts",
        }
    }
}

fn key(kind: Kind, owner: Uuid, name: &str) -> Key {
    Key::from(format!("{}/{owner}/{name}", kind.folder()))
}

impl Blobs {
    /// Objects in a folder of this machine, which is made if it is not there.
    pub fn folder(path: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(path).map_err(BlobError::of_folder)?;
        let store = LocalFileSystem::new_with_prefix(path)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            folder: Some(Arc::from(path)),
            signing: None,
            writing: write::Pace::FOLDER,
        })
    }

    /// Objects in a bucket.
    pub fn s3(config: &S3Config) -> Result<Self, BlobError> {
        let (store, signing) = s3::open(config)?;
        Ok(Self {
            store,
            folder: None,
            signing: Some(Arc::new(signing)),
            writing: write::Pace::S3,
        })
    }

    /// Whether clients can be sent straight to the store.
    pub const fn signs(&self) -> bool {
        self.signing.is_some()
    }

    /// Seals a stream into an object, and answers how long it was and what it hashed to. An object of that name is
    /// replaced once the new one is whole; when the stream or the store fails nothing is left.
    pub async fn put_sealed<S, E>(
        &self,
        keys: &OwnerKeys,
        owner: Uuid,
        name: &str,
        stream: S,
    ) -> Result<Stored, E>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: From<BlobError> + Send,
    {
        let key = key(Kind::Object, owner, name);
        sealed::put(self, keys, &key, stream).await
    }

    /// Opens an object; its end is looked at before anything of it is handed out.
    pub async fn open_sealed(
        &self,
        keys: &OwnerKeys,
        owner: Uuid,
        name: &str,
    ) -> Result<SealedObject, BlobError> {
        let key = key(Kind::Object, owner, name);
        SealedObject::open(self.store.clone(), keys, key).await
    }

    /// Deletes an object or part; one that is not there is deleted already.
    pub async fn delete(&self, kind: Kind, owner: Uuid, name: &str) -> Result<(), BlobError> {
        match self.store.delete(&key(kind, owner, name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes everything of an owner, or everything whose name begins with these whole folders; answers how many.
    pub async fn delete_all(&self, kind: Kind, owner: Uuid, under: Option<&str>) -> Result<usize, BlobError> {
        let prefix = match under {
            Some(under) => key(kind, owner, under),
            None => Key::from(format!("{}/{owner}", kind.folder())),
        };
        let found: BoxStream<'_, _> = self
            .store
            .list(Some(&prefix))
            .map_ok(|meta| meta.location)
            .boxed();
        let mut deleted = self.store.delete_stream(found);
        let mut count = 0;
        while let Some(outcome) = deleted.next().await {
            match outcome {
                Ok(_) => count += 1,
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }

    /// The objects that were written before a moment, as they are found.
    pub fn list_older_than(&self, kind: Kind, before: Timestamp) -> BoxStream<'_, Result<Listed, BlobError>> {
        let prefix = Key::from(kind.folder());
        self.store
            .list(Some(&prefix))
            .map_err(BlobError::from)
            .try_filter_map(move |meta| async move { Ok(listed(&meta).filter(|l| l.written < before)) })
            .boxed()
    }

    /// Removes what writers that died left half written in a folder before a moment. S3 does that by a rule of the
    /// bucket (`AbortIncompleteMultipartUpload`).
    pub async fn sweep_staged(&self, before: Timestamp) -> Result<usize, BlobError> {
        match &self.folder {
            Some(folder) => staged::sweep(PathBuf::from(&**folder), before).await,
            None => Ok(0),
        }
    }

    /// Reads a part.
    pub async fn read_raw(
        &self,
        owner: Uuid,
        name: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let found = self.store.get(&key(Kind::Part, owner, name)).await?;
        Ok(found.into_stream().map_err(BlobError::from).boxed())
    }

    /// What is in these folders of an owner: names, and how many bytes each has before it is sealed.
    pub async fn list(&self, kind: Kind, owner: Uuid, under: &str) -> Result<Vec<(String, u64)>, BlobError> {
        let found: Vec<_> = self
            .store
            .list(Some(&key(kind, owner, under)))
            .try_collect()
            .await?;
        let size = |size| match kind {
            Kind::Object => plain_size(size),
            Kind::Part => Some(size),
        };
        Ok(found
            .iter()
            .filter_map(|meta| Some((listed(meta)?.name, size(meta.size)?)))
            .collect())
    }

    /// An address where a client may write a part for a while, of whatever length; none on a folder.
    pub async fn sign_put(
        &self,
        owner: Uuid,
        name: &str,
        lasts: Duration,
    ) -> Result<Option<String>, BlobError> {
        match &self.signing {
            Some(signing) => {
                let url = signing.put(&key(Kind::Part, owner, name), lasts).await?;
                Ok(Some(url))
            }
            None => Ok(None),
        }
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<(), BlobError> {
        match self.store.head(&Key::from("objects/check")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a listing says of an object that is one of ours.
fn listed(meta: &object_store::ObjectMeta) -> Option<Listed> {
    let mut parts = meta.location.parts();
    let _kind = parts.next()?;
    let owner = parts.next()?.as_ref().parse().ok()?;
    let name: Vec<_> = parts.map(|part| part.as_ref().to_owned()).collect();
    Some(Listed {
        owner,
        name: name.join("/"),
        written: Timestamp(meta.last_modified.timestamp_micros()),
    })
}
