//! Writing: bytes go to the store in parts while they come, with back pressure, and leave nothing when they break off.

use bytes::BytesMut;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, UploadPart};

use super::{BlobError, Blobs};

/// How much is gathered before it is sent, and how many such parts are under way at once: together the memory of one
/// write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    part: usize,
    at_once: usize,
    most_parts: u64,
}

impl Pace {
    pub const FOLDER: Self = Self {
        part: 1 << 20,
        at_once: 1,
        most_parts: u64::MAX >> 20,
    };
    /// S3 takes parts of 5 MiB or more, and at most 10,000 of them.
    pub const S3: Self = Self {
        part: 5 << 20,
        at_once: 2,
        most_parts: 10_000,
    };
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Bytes, before they were sealed.
    pub size: u64,
    /// Their hash.
    pub sha256: [u8; 32],
}

/// An object that is being written. A small one is put in one go; a longer one begins an upload in parts.
pub(super) struct Writer<'a> {
    blobs: &'a Blobs,
    key: &'a Key,
    buffer: BytesMut,
    parts: u64,
    upload: Option<Box<dyn MultipartUpload>>,
    under_way: FuturesUnordered<UploadPart>,
}

impl<'a> Writer<'a> {
    pub fn new(blobs: &'a Blobs, key: &'a Key) -> Self {
        Self {
            blobs,
            key,
            buffer: BytesMut::new(),
            parts: 0,
            upload: None,
            under_way: FuturesUnordered::new(),
        }
    }

    /// Takes bytes; waits while the store has enough to do.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        let part = self.blobs.writing.part;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(part - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            // A full buffer waits for the byte after it: what fits into one part is put in one go.
            if self.buffer.len() == part && !bytes.is_empty() {
                self.send().await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), BlobError> {
        self.parts += 1;
        if self.parts > self.blobs.writing.most_parts {
            return Err(BlobError::TooLarge);
        }
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.blobs.store.put_multipart(self.key).await?),
        };
        let part = self.buffer.split().freeze();
        self.under_way.push(upload.put_part(part.into()));
        while self.under_way.len() >= self.blobs.writing.at_once {
            if let Some(outcome) = self.under_way.next().await {
                outcome?;
            }
        }
        Ok(())
    }

    /// Makes the object be there.
    pub async fn finish(&mut self) -> Result<(), BlobError> {
        if self.upload.is_none() {
            let whole = PutPayload::from_bytes(self.buffer.split().freeze());
            self.blobs.store.put(self.key, whole).await?;
            return Ok(());
        }
        if !self.buffer.is_empty() {
            self.send().await?;
        }
        while let Some(outcome) = self.under_way.next().await {
            outcome?;
        }
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        Ok(())
    }

    /// Takes back what was sent.
    pub async fn abort(&mut self) {
        self.under_way.clear();
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(error = %error, "a broken upload was not cleared away");
        }
    }
}
