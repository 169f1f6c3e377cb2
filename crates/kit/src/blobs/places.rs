//! Objects by their whole path, for what is no file of a person: backups, and objects that move from one store to
//! another as they lie there.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use super::write::Writer;
use super::{BlobError, Blobs, SealedObject, Stored, sealed};
use crate::vault::OwnerKeys;

/// Something at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where.
    pub path: String,
    /// Bytes, as they lie there.
    pub size: u64,
}

impl Blobs {
    /// Writes bytes as they come. They are there once all of them are.
    pub async fn write_at<S, E>(&self, path: &str, stream: S) -> Result<Stored, E>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: From<BlobError> + Send,
    {
        let key = Key::from(path);
        let mut writer = Writer::new(self, &key);
        let outcome = pour(&mut writer, stream).await;
        if outcome.is_err() {
            writer.abort().await;
        }
        outcome
    }

    /// Seals bytes while they come; they open at this path alone.
    pub async fn seal_at<S, E>(&self, keys: &OwnerKeys, path: &str, stream: S) -> Result<Stored, E>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: From<BlobError> + Send,
    {
        sealed::put(self, keys, &Key::from(path), stream).await
    }

    /// Opens what was sealed there.
    pub async fn open_at(&self, keys: &OwnerKeys, path: &str) -> Result<SealedObject, BlobError> {
        SealedObject::open(self.store.clone(), keys, Key::from(path)).await
    }

    /// Reads bytes as they lie there.
    pub async fn read_at(
        &self,
        path: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let found = self.store.get(&Key::from(path)).await?;
        Ok(found.into_stream().map_err(BlobError::from).boxed())
    }

    /// Length and hash of what lies there.
    pub async fn hash_at(&self, path: &str) -> Result<Stored, BlobError> {
        let mut bytes = self.read_at(path).await?;
        let (mut hash, mut size) = (Sha256::new(), 0);
        while let Some(piece) = bytes.try_next().await? {
            hash.update(&piece);
            size += piece.len() as u64;
        }
        Ok(Stored {
            size,
            sha256: hash.finalize().into(),
        })
    }

    /// How many bytes lie there; none where nothing does.
    pub async fn size_at(&self, path: &str) -> Result<Option<u64>, BlobError> {
        match self.store.head(&Key::from(path)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything under a folder, as it is found.
    pub fn list_at(&self, folder: &str) -> BoxStream<'_, Result<Placed, BlobError>> {
        let prefix = Key::from(folder);
        self.store
            .list(Some(&prefix))
            .map_ok(|meta| Placed {
                path: meta.location.to_string(),
                size: meta.size,
            })
            .map_err(BlobError::from)
            .boxed()
    }

    /// The names of the folders at the top.
    pub async fn folders(&self) -> Result<Vec<String>, BlobError> {
        let found = self.store.list_with_delimiter(None).await?;
        Ok(found
            .common_prefixes
            .iter()
            .map(|folder| folder.to_string())
            .collect())
    }

    /// Deletes what lies there, if anything does.
    pub async fn delete_at(&self, path: &str) -> Result<(), BlobError> {
        match self.store.delete(&Key::from(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

async fn pour<S, E>(writer: &mut Writer<'_>, stream: S) -> Result<Stored, E>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: From<BlobError> + Send,
{
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut stream = std::pin::pin!(stream);
    while let Some(bytes) = stream.next().await {
        let bytes = bytes?;
        hash.update(&bytes);
        size += bytes.len() as u64;
        writer.write(&bytes).await?;
    }
    writer.finish().await?;
    Ok(Stored {
        size,
        sha256: hash.finalize().into(),
    })
}
