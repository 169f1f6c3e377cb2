//! Writing sealed: hash and encryption while it flows.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use object_store::path::Path as Key;
use sha2::{Digest, Sha256};

use super::write::Writer;
use super::{BlobError, Blobs, Stored};
use crate::vault::OwnerKeys;
use crate::vault::segments::{SEGMENT, Segments, TAG};

pub(super) async fn put<S, E>(blobs: &Blobs, keys: &OwnerKeys, key: &Key, stream: S) -> Result<Stored, E>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: From<BlobError> + Send,
{
    let segments = keys.seal_segments(key.as_ref()).map_err(BlobError::from)?;
    let mut sealing = Sealing {
        writer: Writer::new(blobs, key),
        segments,
        position: 0,
        segment: Vec::with_capacity(SEGMENT + TAG),
        size: 0,
        hash: Sha256::new(),
    };
    let outcome = sealing.run(stream).await;
    if outcome.is_err() {
        sealing.writer.abort().await;
    }
    outcome
}

struct Sealing<'a> {
    writer: Writer<'a>,
    segments: Segments,
    position: u32,
    /// What will be the next segment.
    segment: Vec<u8>,
    size: u64,
    hash: Sha256,
}

impl Sealing<'_> {
    async fn run<S, E>(&mut self, stream: S) -> Result<Stored, E>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: From<BlobError> + Send,
    {
        let mut stream = std::pin::pin!(stream);
        self.writer.write(&self.segments.header()).await?;
        while let Some(bytes) = stream.next().await {
            self.take(&bytes?).await?;
        }
        self.close(true).await?;
        self.writer.finish().await?;
        Ok(Stored {
            size: self.size,
            sha256: self.hash.finalize_reset().into(),
        })
    }

    async fn take(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        while !bytes.is_empty() {
            // A full segment is sealed when another byte comes: only then it is known not to be the last.
            if self.segment.len() == SEGMENT {
                self.close(false).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(SEGMENT - self.segment.len()));
            self.segment.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    async fn close(&mut self, is_last: bool) -> Result<(), BlobError> {
        self.segments.seal(self.position, is_last, &mut self.segment)?;
        self.position = self.position.checked_add(1).ok_or(BlobError::TooLarge)?;
        self.writer.write(&self.segment).await?;
        self.segment.clear();
        Ok(())
    }
}
