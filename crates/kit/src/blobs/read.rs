//! Reading sealed: any range of an object, a segment at a time.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectStore};

use super::BlobError;
use crate::vault::segments::{HEADER, SEGMENT, Segments, TAG, plain_size};
use crate::vault::{OwnerKeys, VaultError};

const SEALED: u64 = (SEGMENT + TAG) as u64;

/// An object that is whole and opens with these keys.
#[derive(Clone, Debug)]
pub struct SealedObject {
    store: Arc<dyn ObjectStore>,
    key: Key,
    segments: Arc<Segments>,
    size: u64,
}

impl SealedObject {
    pub(super) async fn open(
        store: Arc<dyn ObjectStore>,
        keys: &OwnerKeys,
        key: Key,
    ) -> Result<Self, BlobError> {
        let beginning = GetOptions {
            range: Some(GetRange::Bounded(0..HEADER as u64)),
            ..GetOptions::default()
        };
        let found = store.get_opts(&key, beginning).await?;
        let size = plain_size(found.meta.size).ok_or(VaultError::CannotOpen)?;
        let header = found.bytes().await?;
        let object = Self {
            segments: Arc::new(keys.open_segments(key.as_ref(), &header)?),
            store,
            key,
            size,
        };
        // Whether it ends where it should: a reader of its beginning would not notice.
        let mut end = object.segments_of(object.last()..=object.last()).await?;
        while end.try_next().await?.is_some() {}
        drop(end);
        Ok(object)
    }

    /// Bytes, before they were sealed.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The position of the last segment.
    const fn last(&self) -> u64 {
        self.size.saturating_sub(1) / SEGMENT as u64
    }

    /// The bytes in a range; what lies beyond the end is not there. Nothing that does not open is handed out.
    pub async fn read(
        &self,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let range = range.start..range.end.min(self.size);
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let first = range.start / SEGMENT as u64;
        let opened = self.segments_of(first..=(range.end - 1) / SEGMENT as u64).await?;
        let mut offset = first * SEGMENT as u64;
        let cut = opened.map_ok(move |segment: Bytes| {
            let begins = range.start.saturating_sub(offset).min(segment.len() as u64);
            let ends = (range.end - offset).min(segment.len() as u64);
            offset += segment.len() as u64;
            segment.slice(begins as usize..ends as usize)
        });
        Ok(cut.boxed())
    }

    /// All of it in memory, if it is no more than `most` bytes.
    pub async fn read_whole(&self, most: u64) -> Result<Vec<u8>, BlobError> {
        if self.size > most {
            return Err(BlobError::TooLarge);
        }
        let mut all = Vec::with_capacity(self.size as usize);
        let mut bytes = self.read(0..self.size).await?;
        while let Some(bytes) = bytes.try_next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// These segments, opened, in their order.
    async fn segments_of(
        &self,
        positions: std::ops::RangeInclusive<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let (first, until) = (*positions.start(), *positions.end());
        let begins = HEADER as u64 + first * SEALED;
        let sealed = HEADER as u64 + self.size + (self.last() + 1) * TAG as u64;
        let range = begins..sealed.min(begins + (until - first + 1) * SEALED);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&self.key, options).await?;
        let reading = Reading {
            incoming: found.into_stream(),
            waiting: VecDeque::new(),
            segments: self.segments.clone(),
            position: first,
            until,
            last: self.last(),
            size: self.size,
        };
        Ok(stream::try_unfold(reading, |mut reading| async move {
            Ok(reading.next().await?.map(|bytes| (bytes, reading)))
        })
        .boxed())
    }
}

/// Cuts what the store sends into segments.
struct Reading {
    incoming: BoxStream<'static, object_store::Result<Bytes>>,
    waiting: VecDeque<Bytes>,
    segments: Arc<Segments>,
    position: u64,
    until: u64,
    last: u64,
    size: u64,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        if self.position > self.until {
            return Ok(None);
        }
        let is_last = self.position == self.last;
        let length = if is_last {
            (self.size - self.position * SEGMENT as u64) as usize + TAG
        } else {
            SEGMENT + TAG
        };
        let mut segment = self.gather(length).await?;
        let position = u32::try_from(self.position).map_err(|_| VaultError::CannotOpen)?;
        self.segments.open(position, is_last, &mut segment)?;
        self.position += 1;
        Ok(Some(segment.into()))
    }

    async fn gather(&mut self, length: usize) -> Result<Vec<u8>, BlobError> {
        let mut segment = Vec::with_capacity(length);
        while segment.len() < length {
            let mut bytes = match self.waiting.pop_front() {
                Some(bytes) => bytes,
                None => match self.incoming.try_next().await? {
                    Some(bytes) => bytes,
                    None => return Err(VaultError::CannotOpen.into()),
                },
            };
            segment.extend_from_slice(&bytes.split_to(bytes.len().min(length - segment.len())));
            if !bytes.is_empty() {
                self.waiting.push_front(bytes);
            }
        }
        Ok(segment)
    }
}
