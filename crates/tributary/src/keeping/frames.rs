//! The stream of all rows: frames of one letter, a length in four bytes, and what they hold.

use std::pin::Pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use db::copy::{Snapshot, Sum, Table};
use futures::{Stream, StreamExt};
use kit::blobs::BlobError;
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

use super::envelope::{Key, told};
use super::manifest::{Manifest, TableSum};
use super::place::Place;

/// About how many bytes go on their way together.
const PIECE: usize = 1 << 20;

/// Writes every table into a channel, and answers what was in them.
pub async fn write(
    snapshot: &Snapshot,
    into: &Sender<Result<Bytes, BlobError>>,
) -> anyhow::Result<Vec<TableSum>> {
    let mut sums = Vec::new();
    let mut buffer = BytesMut::with_capacity(PIECE + PIECE / 4);
    for table in snapshot.tables() {
        put(&mut buffer, b'T', &serde_json::to_vec(table)?)?;
        let mut sum = Sum::default();
        let mut batches = snapshot.read(table).await?;
        while let Some(batch) = batches.next().await? {
            for row in &batch {
                sum.add(row);
                put(&mut buffer, b'R', row)?;
                if buffer.len() >= PIECE {
                    send(into, buffer.split().freeze()).await?;
                }
            }
        }
        put(&mut buffer, b'E', &serde_json::to_vec(&sum)?)?;
        sums.push(TableSum {
            name: table.name.clone(),
            sum,
        });
    }
    put(&mut buffer, b'Z', &[])?;
    send(into, buffer.freeze()).await?;
    Ok(sums)
}

fn put(buffer: &mut BytesMut, letter: u8, bytes: &[u8]) -> anyhow::Result<()> {
    buffer.put_u8(letter);
    buffer.put_u32(u32::try_from(bytes.len())?);
    buffer.put_slice(bytes);
    Ok(())
}

async fn send(into: &Sender<Result<Bytes, BlobError>>, bytes: Bytes) -> anyhow::Result<()> {
    into.send(Ok(bytes))
        .await
        .map_err(|_| anyhow::anyhow!("nobody takes the rows any more"))
}

/// A part of the stream.
#[derive(Debug)]
pub enum Frame {
    /// The rows of a table follow.
    Table(Table),
    /// A row.
    Row(Vec<u8>),
    /// That was the table.
    End(Sum),
}

/// Reads the stream again.
pub struct Frames {
    id: Uuid,
    bytes: Pin<Box<dyn Stream<Item = Result<Bytes, BlobError>> + Send>>,
    buffer: BytesMut,
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

const PART: &str = "the file of its rows";

impl Frames {
    /// That of a backup.
    pub async fn open(place: &Place, manifest: &Manifest, key: &Key) -> anyhow::Result<Self> {
        let id = manifest.id;
        let opened = async {
            let object = place.blobs.open_at(&key.keys, &format!("{id}/store")).await?;
            let size = object.size();
            Ok((object.read(0..size).await?, size))
        };
        let (bytes, size) = opened.await.map_err(|error| told(id, PART, error))?;
        if size != manifest.store.size {
            return Err(told(id, PART, damaged()));
        }
        Ok(Self {
            id,
            bytes,
            buffer: BytesMut::new(),
        })
    }

    async fn fill(&mut self, wanted: usize) -> anyhow::Result<()> {
        while self.buffer.len() < wanted {
            match self.bytes.next().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(error)) => return Err(told(self.id, PART, error)),
                None => return Err(told(self.id, PART, damaged())),
            }
        }
        Ok(())
    }

    /// The next part; none: that was all, and it was whole.
    pub async fn next(&mut self) -> anyhow::Result<Option<Frame>> {
        self.fill(5).await?;
        let letter = self.buffer.get_u8();
        let length = self.buffer.get_u32() as usize;
        self.fill(length).await?;
        let bytes = self.buffer.split_to(length);
        Ok(match letter {
            b'T' => Some(Frame::Table(serde_json::from_slice(&bytes)?)),
            b'R' => Some(Frame::Row(bytes.to_vec())),
            b'E' => Some(Frame::End(serde_json::from_slice(&bytes)?)),
            b'Z' => None,
            _ => return Err(told(self.id, PART, damaged())),
        })
    }
}

fn damaged() -> BlobError {
    BlobError::Damaged(kit::vault::VaultError::CannotOpen)
}
